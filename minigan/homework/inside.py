"""The program of a student's process: it shuts itself in, then answers the grader's questions.

Started by `sandbox.py` as `python -I -S -B inside.py CONFIG`: isolated, so that no environment variable, no .pth file and no
sitecustomize is looked at; the folder of the grading, in which the few libraries that it needs are links, is the import path. Before any
line of the student's is run, it gives up in this order: memory, time, file sizes and new processes beyond the limits; the
root's powers, if it has them; the file system. None of these can be taken back.

Then each question is a message (`wire.py`) with its length in front: which probe, which inputs, which functions are stood in
for. The answer carries the question's number back. The student's functions are imported with the first question.
"""

import importlib
import json
import os
import resource
import socket
import struct
import sys

# What a homework may well use. Where the student's user cannot read Python's own files, there is nothing else to import
LOADED = ("collections copy dataclasses enum functools itertools math operator random re statistics types typing warnings "
          "numpy numpy.fft numpy.linalg numpy.random").split()  # fmt: skip


def confine(config):
    """Give up what a student's code does not need. `config` as made by sandbox.py."""
    limits = config["limits"]
    if os.getuid() == 0 and config["uid"]:
        os.setgroups([])
        os.setgid(config["uid"])
        os.setuid(config["uid"])
    for name, limit in (("AS", limits["memory"]), ("FSIZE", limits["output"]), ("CORE", 0), ("NOFILE", 64), ("NPROC", 0)):
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (limit, limit))
    resource.setrlimit(resource.RLIMIT_CPU, (limits["cpu"], limits["cpu"] + 1))
    if config["readable"]:
        from minigan.homework import landlock

        landlock.restrict(config["readable"])


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


def main():
    """Shut in, then answer until the grader hangs up."""
    config = json.loads(sys.argv[1])
    sys.path.insert(0, config["folder"])
    for name in LOADED:  # while their files can still be read
        importlib.import_module(name)
    from minigan.homework import trial, wire

    channel = socket.socket(fileno=config["channel"])
    confine(config)
    send(channel, wire.dumps("shut in"))
    while (message := receive(channel)) is not None:
        question = wire.loads(message)
        try:
            if question["probe"] is None:  # does it import at all?
                __import__(question["module"])
                answer = {}
            else:
                answer = trial.attempt(trial.get_probe(question["module"], question["probe"]), question["inputs"], question["calls"])
            reply = wire.dumps({"number": question["number"], **answer})
        except BaseException as error:  # a student's module may raise anything while it is imported
            reply = wire.dumps({"number": question["number"], "error": trial.describe(error)})
        send(channel, reply)
    os._exit(0)


if __name__ == "__main__":
    main()
