"""A student's process, seen from the grader: started, asked, and put an end to.

The process runs `inside.py`, in a session and a folder of its own, with an empty environment. Grader and student share one
socket, on which numbers travel and nothing is ever run. Every wait has an end: whatever is silent for too long is killed, with
its whole session. A limit that was hit, a crash, an answer that is none: each is a `Failed`, with the reason in words.

What it stands on: the kernel's limits on memory, time, output and new processes (none may be started, no thread either); an
unprivileged user of its own where the grader is root; Landlock (`landlock.py`) where the kernel has it. `weaknesses` says where
files and signals are not protected.
"""

import contextlib
import ctypes
import importlib.util
import json
import os
import secrets
import signal
import socket
import struct
import subprocess
import sys
import sysconfig
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from minigan.homework import landlock, wire
from minigan.homework.stand_in import look_up

LIBRARIES = ("numpy", "safetensors", "tqdm")  # all that the tasks and the messages need
SET_DUMPABLE = 4  # of Linux's prctl
CALLS = 1000  # that one question may make of functions that are stood in for
SILENT = "no answer in time: is there an endless loop?"
START = 60.0  # seconds that Python and NumPy may take to start
UID = 65534  # nobody, and below it one user for each job: none can signal another


class Failed(Exception):
    """The student's process has come to an end, or has to: the reason, for the student."""


class CannotStart(RuntimeError):
    """This machine cannot start a student's process at all: nobody's fault but the grader's."""


@dataclass(frozen=True)
class Limits:
    """Seconds that a question may take, and a submission as a whole; of processor time for a process; bytes of memory, of
    output, of an answer.
    """

    wall: float = 10.0
    total: float = 120.0
    cpu: int = 60
    memory: int = 2 << 30
    output: int = 16 << 20
    answer: int = 16 << 20


class Process:
    """A student's process over a folder with a `minigan` in it. A context manager: at its end nothing is left running."""

    def __init__(self, folder, limits, job=0):
        self.limits = limits
        python = sorted({sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")})
        readable = [str(folder), *map(str, library_folders()), *_without_packages(python), "/dev/null", "/dev/urandom"]
        here, there = socket.socketpair()
        config = {"folder": str(folder), "limits": asdict(limits), "channel": there.fileno(), "uid": UID - job,
                  "readable": readable if landlock.available() else None, "listable": python}  # fmt: skip
        with tempfile.TemporaryFile() as output:
            command = [sys.executable, "-I", "-S", "-B", str(Path(__file__).with_name("inside.py")), json.dumps(config)]
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=folder,
                                            env={"OPENBLAS_NUM_THREADS": "1", "PATH": "/usr/bin:/bin"}, close_fds=True,
                                            pass_fds=[there.fileno()], start_new_session=True)  # fmt: skip
            self.output = os.dup(output.fileno())
        there.close()
        self.channel = here
        try:
            wire.loads(self._receive(time.monotonic() + START))
        except (Failed, wire.BadMessage) as error:
            words = os.pread(self.output, 2000, 0).decode(errors="replace")
            self.close()
            raise CannotStart(f"this machine cannot start a student's process ({error}): {words}") from error

    def ask(self, seconds, question, notes=None):
        """The reply to a question, a dict with "answer" and "after" or with "error". Failed if there is none in `seconds`.

        question: "module", "probe", "inputs". notes: right answers of functions that are stood in for, see `stand_in.look_up`.
        """
        end, notes = time.monotonic() + seconds, notes or {}
        number = secrets.randbits(53)  # so that an answer that was prepared in advance shows
        try:
            self._send({**question, "number": number, "stood_in": sorted(notes)}, end)
            reply = wire.loads(self._receive(end))
            for _ in range(CALLS):
                if not isinstance(reply, dict) or "call" not in reply:
                    break
                self._send(look_up(notes, reply["call"], reply["arguments"]), end)
                reply = wire.loads(self._receive(end))
        except TimeoutError as error:
            raise Failed(SILENT) from error
        except OSError as error:
            raise Failed(self._why_it_ended()) from error
        except (wire.BadMessage, LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            raise Failed("the process sent something that is no answer") from error
        if not isinstance(reply, dict) or type(reply.get("number")) is not int or reply["number"] != number:
            raise Failed("the process sent an answer that was not asked for")
        return reply

    def _send(self, value, end):
        message = wire.dumps(value)
        self.channel.settimeout(max(end - time.monotonic(), 1e-3))
        self.channel.sendall(struct.pack("<Q", len(message)) + message)

    def _receive(self, end):
        size = struct.unpack("<Q", self._exactly(8, end))[0]
        if size > self.limits.answer:
            raise Failed(f"the answer has {size} bytes, more than the {self.limits.answer} that are read")
        return self._exactly(size, end)

    def _exactly(self, n, end):
        data = bytearray()
        while len(data) < n:
            self.channel.settimeout(max(end - time.monotonic(), 1e-3))
            try:
                part = self.channel.recv(min(n - len(data), 1 << 20))
            except TimeoutError:
                raise Failed(SILENT) from None
            except OSError:
                part = b""
            if time.monotonic() >= end:
                raise Failed(SILENT)
            if not part:
                raise Failed(self._why_it_ended())
            data += part
        return bytes(data)

    def _why_it_ended(self):
        """Why the process is no more, in words."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=1)
        code = self.process.poll()
        if code is None:
            return "the process closed its connection"
        if code >= 0:
            return f"the process ended by itself (exit status {code})"
        reasons = {signal.SIGXCPU: f"more than {self.limits.cpu} seconds of processor time",
                   signal.SIGKILL: "killed: too much time or memory",
                   signal.SIGSEGV: "a crash (segmentation fault): is there an endless recursion?"}  # fmt: skip
        return reasons.get(-code, f"the process was ended by signal {-code}")

    def close(self):
        """Put an end to the process and all of its session, and clean up."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        self.channel.close()
        os.close(self.output)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()


def library_folders():
    """The real folders of the libraries, wherever this Python has them."""
    specs = [importlib.util.find_spec(name) for name in LIBRARIES]
    folders = [Path(place) for spec in specs for place in spec.submodule_search_locations]
    beside = [folder.parent / "numpy.libs" for folder in folders if folder.name == "numpy"]
    return [folder.resolve() for folder in folders + beside if folder.is_dir()]


def _without_packages(folders):
    """What lies in Python's own folders, but for the installed packages: there may be a whole minigan among them."""
    entries = [entry for folder in folders for entry in Path(folder).iterdir()]
    return [str(entry) for entry in entries if entry.name not in ("site-packages", "dist-packages")]


def hide_memory():
    """Nobody of this user may look into this process's memory or environment any more (Linux)."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(SET_DUMPABLE, 0, 0, 0, 0)


def weaknesses():
    """What this machine cannot keep a submission from, as sentences; empty where all is in place."""
    found = []
    if not landlock.available():
        found.append("the kernel has no Landlock: a submission can read every file that its user can, an installed minigan too")
        if os.getuid() != 0:
            found.append("the grader is not root, so submissions run as its own user: they can write its files and signal it")
    elif landlock.available() < 6 and os.getuid() != 0:
        found.append("the kernel's Landlock does not know signals, and the grader is not root: a submission can signal it")
    return found
