"""The program of a student's process: it shuts itself in, then answers the grader's questions.

Started by `sandbox.py` as `python -I -S -B inside.py CONFIG`: isolated, so that no environment variable, no .pth file and no
sitecustomize is looked at. The import path is Python's own folders and that of the grading, in which the few libraries that it
needs are links. Before any line of the student's is run, it gives up in this order: the file system; root's powers, if it has
them; memory, time, file sizes and new processes beyond the limits. None of these can be taken back.

Then each question is a message (`wire.py`) with its length in front: which probe, which inputs, which functions are stood in
for; these ask back what the right answer to a call is. The answer carries the question's number back. The student's functions
are imported with the first question.
"""

import ctypes
import json
import os
import resource
import signal
import socket
import struct
import sys
from functools import partial

SET_PARENT_DEATH_SIGNAL, SET_DUMPABLE = 1, 4  # Linux's numbers for prctl …
NEW_IPC, NEW_USER = 0x08000000, 0x10000000  # … and for unshare


def confine(config, landlock):
    """Give up what a student's code does not need. `config` as made by sandbox.py."""
    if config["readable"]:
        landlock.restrict(config["readable"], config["listable"])
    libc = ctypes.CDLL(None)
    # Shared memory of its own, which ends with it. Without root that takes a user namespace, which a system may refuse
    libc.unshare(NEW_IPC if os.getuid() == 0 else NEW_IPC | NEW_USER)
    if os.getuid() == 0:
        pass_through_open_folders()
        os.setgroups([])
        os.setgid(config["uid"])
        os.setuid(config["uid"])
        libc.prctl(SET_DUMPABLE, 1, 0, 0, 0)  # /proc/self is for this user too
    libc.prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    limits = config["limits"]
    for name, limit in (("AS", limits["memory"]), ("FSIZE", limits["output"]), ("CORE", 0), ("NOFILE", 256), ("NPROC", 0)):
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (limit, limit))
    resource.setrlimit(resource.RLIMIT_CPU, (limits["cpu"], limits["cpu"] + 1))


def pass_through_open_folders():
    """Reach Python's and NumPy's files through open folders: they may lie where only root can go, in /root for instance."""

    def opened(path):
        return f"/proc/self/fd/{os.open(path, os.O_PATH)}"

    sys.path[1:] = [opened(path) for path in sys.path[1:] if os.path.isdir(path)]
    for module in list(sys.modules.values()):
        if hasattr(module, "__path__") and not module.__name__.startswith("minigan"):
            module.__path__ = [opened(path) for path in module.__path__ if os.path.isdir(path)]


def receive(channel):
    """The next message's bytes, or None at the end."""
    head = _exactly(channel, 8)
    return None if head is None else _exactly(channel, struct.unpack("<Q", head)[0])


def _exactly(channel, n):
    parts, left = [], n
    while left:
        part = channel.recv(min(left, 1 << 20))
        if not part:
            return None
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def send(channel, data):
    """A message with its length in front."""
    channel.sendall(struct.pack("<Q", len(data)) + data)


def ask(channel, wire, name, call):
    """What the grader knows of a call of a function that is stood in for: [the right result], or None."""
    send(channel, wire.dumps({"call": name, "arguments": call}))
    return wire.loads(receive(channel))


def main():
    """Shut in, then answer until the grader hangs up."""
    config = json.loads(sys.argv[1])
    sys.path.insert(0, config["folder"])
    from minigan.homework import landlock, trial, wire

    channel = socket.socket(fileno=config["channel"])
    confine(config, landlock)
    send(channel, wire.dumps("shut in"))
    while (message := receive(channel)) is not None:
        question = wire.loads(message)
        try:
            if question["probe"] is None:  # does it import at all?
                __import__(question["module"])
                answer = {}
            else:
                probe = trial.get_probe(question["module"], question["probe"])
                answer = trial.attempt(probe, question["inputs"], question["stood_in"], partial(ask, channel, wire))
            reply = wire.dumps({"number": question["number"], **answer})
        except BaseException as error:  # a student's module may raise anything while it is imported
            reply = wire.dumps({"number": question["number"], "error": trial.describe(error)})
        send(channel, reply)
    os._exit(0)


if __name__ == "__main__":
    main()
