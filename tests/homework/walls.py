"""The table of docs/homework.md: every attack as root and as an ordinary user, with what is there and with parts taken away.

    python tests/homework/walls.py        as root, with a Python that every user can run; about two minutes for each of six rows

Without bubblewrap: it is not on the PATH. Namespaces forbidden: under a list of system calls that refuses clone3, unshare,
setns, mount, and clone with new namespaces, as the one that Docker gives a container does; it stands in for a container.
"""

import ctypes
import os
import re
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

HERE, ORDINARY = Path(__file__).parent, 4242  # a user that owns nothing
WALLS = {"with bubblewrap": {}, "without bubblewrap": {"PATH": "/nowhere"}, "namespaces forbidden": {}}
NAMESPACES = (1 << 17, *(1 << bit for bit in range(25, 31)))  # CLONE_NEWNS, CLONE_NEWCGROUP … CLONE_NEWNET
ALLOW, EPERM, ENOSYS, MASKED_EQUAL = 0x7FFF0000, 0x00050001, 0x00050026, 7  # of seccomp.h


def forbid_namespaces():
    """From now on, no process below this one gets a namespace of its own."""
    libseccomp = ctypes.CDLL("libseccomp.so.2")
    libseccomp.seccomp_init.restype = ctypes.c_void_p
    rules = ctypes.c_void_p(libseccomp.seccomp_init(ALLOW))
    number = libseccomp.seccomp_syscall_resolve_name
    for name, action in ((b"unshare", EPERM), (b"setns", EPERM), (b"mount", EPERM), (b"clone3", ENOSYS)):
        assert libseccomp.seccomp_rule_add(rules, action, number(name), 0) == 0
    for bit in NAMESPACES:
        flag = struct.pack("=IIQQ", 0, MASKED_EQUAL, bit, bit)
        assert libseccomp.seccomp_rule_add_array(rules, EPERM, number(b"clone"), 1, flag) == 0
    assert libseccomp.seccomp_load(rules) == 0


def become_ordinary():
    """From now on, a user that owns nothing."""
    os.setgroups([])
    os.setgid(ORDINARY)
    os.setuid(ORDINARY)


def run(user, walls):
    """The last line of pytest over all attacks."""

    def prepare():
        if walls == "namespaces forbidden":
            forbid_namespaces()
        if user == "ordinary":
            become_ordinary()

    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        environment = {**os.environ, **WALLS[walls], "HOME": folder, "TMPDIR": folder, "PYTHONDONTWRITEBYTECODE": "1"}
        tests = [HERE / "test_hostile_submissions.py", "-k", "attack", "-m", ""]  # the slow ones too
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *tests]
        done = subprocess.run(command, cwd=HERE.parents[1], env=environment, preexec_fn=prepare, capture_output=True, text=True)
    for line in re.findall("^(?:FAILED|ERROR|E  ).*", done.stdout, re.MULTILINE)[:20]:
        print("   ", line[:200], flush=True)
    return (done.stdout.strip().splitlines() or [done.stderr])[-1]


if __name__ == "__main__":
    for walls in WALLS:
        for user in ("root", "ordinary"):
            print(f"{user}, {walls}: {run(user, walls)}", flush=True)
