"""Landlock: a Linux process gives up its rights to the file system, for good, without being root.

After `restrict(files)` this process, and whatever it starts, can read the named files and folders and nothing else, and write
nothing. The kernel's interface is three system calls (man 7 landlock), for which Python's library has no names: hence ctypes.
`available()` is False where the kernel has no Landlock, or a container's filter hides it.
"""

import ctypes
import os
import struct
import sys

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same numbers on all processors
ASK_VERSION, PATH_BENEATH, NO_NEW_PRIVILEGES = 1, 1, 38
READ_FILE, READ_DIR = 1 << 2, 1 << 3
ALL_RIGHTS = (1 << 13) - 1  # of the first version: what later ones add, seccomp refuses


def available():
    """Whether the kernel has Landlock."""
    return sys.platform == "linux" and ctypes.CDLL(None).syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ASK_VERSION) > 0


def restrict(readable, listable=()):
    """From now on, this process may read these files and folders, and nothing else. OSError if the kernel refuses.

    listable: folders of which the names may be listed, at any depth, but whose files may not be read.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    ruleset = libc.syscall(CREATE_RULESET, struct.pack("=Q", ALL_RIGHTS), ctypes.c_size_t(8), 0)
    there = filter(os.path.exists, readable)  # a link may lead to where nothing is to be seen
    rules = {path: READ_FILE | READ_DIR if os.path.isdir(path) else READ_FILE for path in there}
    for path, allowed in {**rules, **dict.fromkeys(listable, READ_DIR)}.items():
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
        libc.syscall(ADD_RULE, ruleset, PATH_BENEATH, struct.pack("=Qi", allowed, handle), 0)
        os.close(handle)
    if libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) or libc.syscall(RESTRICT_SELF, ruleset, 0):  # a rule that fails allows less
        raise OSError(ctypes.get_errno(), "the kernel's Landlock refuses")
    os.close(ruleset)
