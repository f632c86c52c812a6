"""The program of a student's process: it shuts itself in, then answers the grader's questions.

Started by `sandbox.py` as `python -I -S -B inside.py CONFIG`: isolated, so that no environment variable, no .pth file and no
sitecustomize is looked at. The import path is Python's own folders and that of the grading, in which the few libraries that it
needs are links. Before any line of the student's is run, it gives up in this order: the file system; root's powers, if it has
them; memory, time and file sizes beyond the limits; system calls. None of these can be taken back.

Then each question is a message (`wire.py`): which probe, which inputs, which functions are stood in for; these ask back what
the right answer to a call is. The answer carries the question's number back. The student's functions are imported with the
first question.
"""

import ctypes
import json
import os
import resource
import signal
import sys

SET_PARENT_DEATH_SIGNAL, SET_DUMPABLE = 1, 4  # Linux's numbers for prctl


def confine(config, landlock, seccomp):
    """Give up what a student's code does not need. `config` as made by sandbox.py."""
    libc, libseccomp = ctypes.CDLL(None), seccomp.library()
    if landlock.available():
        landlock.restrict(config["readable"], config["listable"])
    if config["uid"]:
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
    if libseccomp:
        seccomp.restrict(libseccomp)


def pass_through_open_folders():
    """Reach Python's and NumPy's files through open folders: they may lie where only root can go, in /root for instance."""

    def opened(path):
        return f"/proc/self/fd/{os.open(path, os.O_PATH)}"

    sys.path[1:] = [opened(path) for path in sys.path[1:] if os.path.isdir(path)]
    for module in list(sys.modules.values()):
        if hasattr(module, "__path__") and not module.__name__.startswith("minigan"):
            module.__path__ = [opened(path) for path in module.__path__ if os.path.isdir(path)]


def main():
    """Shut in, then answer until the grader hangs up."""
    config = json.loads(sys.argv[1])
    sys.path[0] = config["folder"]
    from minigan.homework import landlock, seccomp, trial, wire

    questions, answers = open(config["channel"], "rb"), open(config["channel"], "wb", closefd=False)
    confine(config, landlock, seccomp)
    wire.send(answers, "shut in")

    def ask(name, call):  # what the grader knows of a call of a function that is stood in for: [the right result], or None
        wire.send(answers, {"call": name, "arguments": call})
        return wire.receive(questions)

    while True:
        try:
            question = wire.receive(questions)
        except EOFError:
            os._exit(0)
        try:
            if question["probe"] is None:  # does it import at all?
                __import__(question["module"])
                answer = {}
            else:
                probe = trial.get_probe(question["module"], question["probe"])
                answer = trial.attempt(probe, question["inputs"], question["stood_in"], ask)
            wire.send(answers, {"number": question["number"], **answer})
        except BaseException as error:  # a student's module may raise anything while it is imported
            wire.send(answers, {"number": question["number"], "error": trial.describe(error)})


if __name__ == "__main__":
    main()
