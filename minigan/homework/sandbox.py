"""A student's process, seen from the grader: started, asked, and put an end to.

The process runs `inside.py`, in a session of its own, with an empty environment. Grader and student share one socket, on which
numbers travel and nothing is ever run. Every wait has an end: whatever is silent for too long is hung up on, and killed with
all that belongs to it. A limit that was hit, a crash, an answer that is none: each is a `Failed`, with the reason in words.

What it stands on, where it can be had: bubblewrap (namespaces of its own: no other process, no network, no file but what Python
reads); `seccomp.py` (no system call but for computing); `landlock.py` (no file but Python's); another user where the grader is
root; the kernel's limits; where memory runs out it is the first to go. `weaknesses` says what is missing.
"""

import contextlib
import functools
import importlib.util
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import threading
from dataclasses import asdict, dataclass
from pathlib import Path

from minigan.homework import landlock, seccomp, wire
from minigan.homework.stand_in import look_up

LIBRARIES = ("numpy", "safetensors", "tqdm")  # all that the tasks and the messages need
CALLS = 1000  # that one question may make of functions that are stood in for
SILENT = "no answer in time: is there an endless loop?"
START = 60.0  # seconds that Python and NumPy may take to start
NOBODY = 65534  # the user that a student's process is
FIRST_TO_GO = 'echo 1000 > /proc/self/oom_score_adj; exec "$@"'  # for the shell: what the kernel kills when memory runs out
ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "PATH": "/usr/bin:/bin"}
PYTHON = os.path.realpath(sys.executable)


class Failed(Exception):
    """The student's process has come to an end, or has to: the reason, for the student."""


class CannotStart(RuntimeError):
    """This machine cannot start a student's process at all: nobody's fault but the grader's."""


@dataclass(frozen=True)
class Limits:
    """Seconds for a question, for a submission, of processor time for a process; bytes of memory, of output, of an answer."""

    wall: float = 10.0
    total: float = 120.0
    cpu: int = 60
    memory: int = 2 << 30
    output: int = 16 << 20
    answer: int = 4 << 20


class Process:
    """A student's process over a folder with a `minigan` in it. After `close` nothing is left running."""

    def __init__(self, folder, limits):
        self.limits, self.late = limits, False
        box = _box(folder) if has_bubblewrap() else []
        python = sorted({sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")})
        self.channel, there = socket.socketpair()
        self.answers, self.questions = self.channel.makefile("rb"), self.channel.makefile("wb")
        config = {"folder": str(folder), "limits": asdict(limits), "channel": there.fileno(), "listable": python,
                  "readable": [str(folder), *library_folders(), *_without_packages(python)],
                  "uid": NOBODY if os.getuid() == 0 and not box else None}  # fmt: skip
        inside = [PYTHON, "-I", "-S", "-B", f"{folder}/minigan/homework/inside.py", json.dumps(config)]
        with tempfile.TemporaryFile() as output:
            self.process = subprocess.Popen(["/bin/sh", "-c", FIRST_TO_GO, "sh", *box, *inside], cwd=folder,
                                            stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=ENVIRONMENT,
                                            pass_fds=[there.fileno()], start_new_session=True)  # fmt: skip
            self.output = os.dup(output.fileno())
        there.close()
        try:
            with self._in_time(START):
                wire.receive(self.answers)
        except Failed as error:
            words = os.pread(self.output, 2000, 0).decode(errors="replace")
            self.close()
            raise CannotStart(f"this machine cannot start a student's process ({error}): {words}") from error

    @contextlib.contextmanager
    def _in_time(self, seconds):
        """Hang up if the block takes longer, and turn whatever goes wrong in it into Failed."""

        def hang_up():
            self.late = True
            self.channel.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(seconds, hang_up)
        timer.start()
        try:
            yield
        except (EOFError, OSError) as error:
            raise Failed(SILENT if self.late else self._why_it_ended()) from error
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            raise Failed(f"the process sent something that is no answer: {error}") from error
        finally:
            timer.cancel()

    def ask(self, seconds, question, notes=None):
        """The reply to a question, a dict with "answer" and "after" or with "error". Failed if there is none in `seconds`.

        question: "module", "probe", "inputs". notes: right answers of functions that are stood in for, see `stand_in.look_up`.
        """
        number, notes = secrets.randbits(53), notes or {}  # a number, so that an answer that was prepared in advance shows
        with self._in_time(seconds):
            wire.send(self.questions, {**question, "number": number, "stood_in": sorted(notes)})
            reply = wire.receive(self.answers, self.limits.answer)
            for _ in range(CALLS):
                if not isinstance(reply, dict) or "call" not in reply:
                    break
                wire.send(self.questions, look_up(notes, reply["call"], reply["arguments"]))
                reply = wire.receive(self.answers, self.limits.answer)
        if not isinstance(reply, dict) or type(reply.get("number")) is not int or reply["number"] != number:
            raise Failed("the process sent an answer that was not asked for")
        return reply

    def _why_it_ended(self):
        """Why the process is no more, in words."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=1)
        code = self.process.poll()
        if code is None:
            return "the process closed its connection"
        number = -code if code < 0 else code - 128  # of a signal: bubblewrap passes it on as a shell does
        reasons = {signal.SIGXCPU: f"more than {self.limits.cpu} seconds of processor time",
                   signal.SIGKILL: "killed: too much time or memory",
                   signal.SIGSEGV: "a crash (segmentation fault): is there an endless recursion?"}  # fmt: skip
        ended = f"was ended by signal {number}" if number > 0 else f"ended by itself (exit status {code})"
        return reasons.get(number, f"the process {ended}")

    def close(self):
        """Put an end to the process and all of its session, and clean up."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        for end in (self.answers, self.channel):
            end.close()
        with contextlib.suppress(OSError):  # what could not be sent
            self.questions.close()
        os.close(self.output)


@functools.cache
def has_bubblewrap():
    """Whether bubblewrap is installed, and may make namespaces here."""
    command = shutil.which("bwrap") and [*_box(Path(__file__).parent), PYTHON, "-I", "-S", "-c", ""]
    return bool(command) and subprocess.run(command, capture_output=True, check=False).returncode == 0


def _box(folder):
    """The words in front of a command that has it run in namespaces of its own: there is nothing but system libraries, Python
    without its packages, the few libraries and the folder, all read-only.
    """
    box = ["bwrap", "--unshare-all", "--unshare-user", "--uid", str(NOBODY), "--gid", str(NOBODY), "--cap-drop", "ALL",
           "--die-with-parent"]  # fmt: skip
    seen = ["/lib", "/lib64", "/usr/lib", "/usr/lib64", f"{sys.base_prefix}/lib", f"{sys.base_prefix}/lib64", PYTHON]
    roots = dict.fromkeys(map(os.path.realpath, seen))
    packages = [str(place) for root in roots for place in Path(root).glob("python3*/*-packages")]
    for place in seen:
        box += ["--ro-bind-try", place, place]
    for place in packages:
        box += ["--tmpfs", place]
    for place in (*library_folders(), str(folder)):
        box += ["--ro-bind", place, place]
    return box + [word for place in (*packages, "/") for word in ("--remount-ro", place)]


@functools.cache
def library_folders():
    """The real folders of the libraries, wherever this Python has them."""
    specs = [importlib.util.find_spec(name) for name in LIBRARIES]
    folders = [Path(place) for spec in specs for place in spec.submodule_search_locations]
    beside = [folder.parent / "numpy.libs" for folder in folders if folder.name == "numpy"]
    return [str(folder.resolve()) for folder in folders + beside if folder.is_dir()]


def _without_packages(folders):
    """What lies in Python's own folders, but for the installed packages: there may be a whole minigan among them."""
    entries = [entry for folder in folders for entry in Path(folder).iterdir()]
    return [str(entry) for entry in entries if entry.name not in ("site-packages", "dist-packages")]


def weaknesses():
    """What this machine cannot keep a submission from, in sentences: none where all is in place."""
    box, list_of_calls = has_bubblewrap(), seccomp.library()
    missing = {
        "no bubblewrap, or no namespaces: a submission can ask for names, sizes and dates of files": not box,
        "no bubblewrap and no Landlock: a submission can read its user's files and memory, an installed minigan too":
            not box and not landlock.available(),
        "no libseccomp: a submission can leave keys, and more memory than its limit, in the kernel": not list_of_calls,
        "no bubblewrap and no libseccomp: a submission can signal its user's processes, change their limits and files, and use "
        "the network": not box and not list_of_calls,
    }  # fmt: skip
    return [sentence for sentence, holds in missing.items() if holds]
