"""Seccomp: a process gives up all system calls but those that Python and NumPy need to compute, by libseccomp, for good.

What is not on the list fails with EPERM, and Python raises PermissionError: no new process or thread, no socket, no signal, no
shared memory, no key, no limit, priority, mode, owner or time of any process or file. A file can be opened for reading only.
"""

import ctypes
import errno
import os
import struct

CALLS = """access brk clock_getres clock_gettime clock_nanosleep close exit exit_group faccessat faccessat2 fstat futex
getcwd getdents64 getegid geteuid getgid getpid getrandom getrusage gettid gettimeofday getuid lseek lstat madvise mmap mprotect
mremap munmap nanosleep newfstatat pread64 read readlink readlinkat restart_syscall rt_sigaction rt_sigprocmask rt_sigreturn
sched_yield sigaltstack stat statx sysinfo time times uname write"""
ALLOW, REFUSE, MASKED_EQUAL, ALL_THREADS = 0x7FFF0000, 0x00050000 | errno.EPERM, 7, 4  # of seccomp.h
READING = struct.pack("=IIQQ", 2, MASKED_EQUAL, os.O_ACCMODE | os.O_CREAT | os.O_TRUNC, os.O_RDONLY)  # openat's third argument


def library():
    """libseccomp, or None where it is not installed."""
    try:
        return ctypes.CDLL("libseccomp.so.2")
    except OSError:
        return None


def restrict(libseccomp):
    """From now on, this process can do what is on the list, and nothing else. OSError if the kernel refuses."""
    libseccomp.seccomp_init.restype = ctypes.c_void_p
    rules = ctypes.c_void_p(libseccomp.seccomp_init(REFUSE))
    libseccomp.seccomp_attr_set(rules, ALL_THREADS, 1)
    for name in CALLS.split():
        number = libseccomp.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:  # not every processor's Linux has the older ones
            libseccomp.seccomp_rule_add(rules, ALLOW, number, 0)
    libseccomp.seccomp_rule_add_array(rules, ALLOW, libseccomp.seccomp_syscall_resolve_name(b"openat"), 1, READING)
    if error := libseccomp.seccomp_load(rules):
        raise OSError(-error, "the kernel takes no list of system calls")
