"""Submissions that attack: no points, no harm, and an end in time."""

import contextlib
import os
import re
import resource
import socket
import stat
import struct
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from hostile_submissions import HEAD, HOSTILE, REASONS, SEND

from minigan.homework import landlock, seccomp
from minigan.homework.grade import Grader
from minigan.homework.holes import ROOT, files_of, source_of
from minigan.homework.results import FORMATS, as_text
from minigan.homework.sandbox import Limits, has_bubblewrap
from minigan.homework.sheets import get_sheet
from minigan.homework.submission import collect

LINEAR = "minigan/nn/linear.py"
SHEET = get_sheet(1)
WALLS = seccomp.library() and (has_bubblewrap() or landlock.available())
pytestmark = pytest.mark.skipif(not WALLS, reason="too many walls are missing here: docs/homework.md says what that leaves open")


@pytest.fixture(scope="module")
def grader():
    with Grader(SHEET, seed=5, limits=Limits(wall=2.0, cpu=3, memory=1 << 30)) as grader:
        yield grader


def name_of_socket():
    """The name, in no folder, of a socket that this process listens at."""
    return f"\0minigan-{os.getpid()}"


@pytest.fixture
def listeners(tmp_path):
    """Sockets that nobody may reach: in the network, at a path, with a name, and one for datagrams."""
    (tmp_path / "canary").mkdir()
    sockets = [socket.create_server(("127.0.0.1", 0)), socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)]
    for listener, name in zip(sockets[1:], (str(tmp_path / "canary/socket"), name_of_socket())):
        listener.bind(name)
        listener.listen()
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    datagrams.bind(sockets[0].getsockname())
    with contextlib.ExitStack() as stack:
        for listener in (*sockets, datagrams):
            stack.enter_context(listener).setblocking(False)
        yield sockets, datagrams


def hostile(grader, folder, canary, port, head, body):
    """The released linear.py with an attack at its head and one in the body of forward."""
    values = {"REFERENCE": str(ROOT / LINEAR), "CANARY": str(canary), "PARENT": os.getpid(), "PORT": port, "SOCKET": name_of_socket()}
    text = (grader.base / LINEAR).read_text(encoding="utf-8")
    hole = "raise NotImplementedError('Sheet 1, task 1: Linear, forward')"
    assert text.count(hole) == 1
    indented = body.replace("\n", "\n        ")
    names = "".join(f"{name} = {value!r}\n" for name, value in values.items())
    (folder / "linear.py").write_text(HEAD + names + head + "\n" + text.replace(hole, indented), encoding="utf-8")
    return folder


def processes_of_students(grader):
    """The processes that were started in, or stand in, a folder of this grader."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().decode(errors="replace") + os.readlink(process / "cwd")
        except OSError:
            continue
        if str(grader.work) in words:
            found.append(words)
    return found


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*.py")) if not path.is_symlink()}


def traces(grader, canary):
    """All that an attack may have left or changed: the grader's limits and turns, files and their modes, what the kernel keeps."""
    files = [path.lstat() for path in (canary, grader.base, *sorted(canary.iterdir()))]
    names = [path.name for folder in (canary, grader.work) for path in sorted(folder.iterdir())]
    kept = [Path(f"/proc/sysvipc/{kind}").read_text().count(" 4242424") for kind in ("shm", "msg", "sem")]
    left = [place for place in ("/tmp", "/dev/shm", "/var/tmp") if os.path.exists(f"{place}/minigan-was-here")]
    return {"limits": [resource.getrlimit(number) for number in range(16)],
            "turns": (os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0), os.sched_getaffinity(0)),
            "files": [(stat.st_mode, stat.st_mtime_ns, stat.st_nlink, stat.st_size) for stat in files],
            "modes": (grader.work.stat().st_mode, Path("/proc/self/oom_score_adj").read_text()), "names": names,
            "attributes": os.listxattr(canary / "file"), "kept": kept, "left": left,
            "keys": Path("/proc/keys").read_text().count("minigan"), "processes": processes_of_students(grader),
            "sources": (contents(grader.base), contents(ROOT / "minigan"))}  # fmt: skip


# one of each kind; `make test-slow` has all others
FAST = {"endless loop", "memory bomb", "a short answer that asks for terabytes", "writes answers to every descriptor",
        "nan, which is close to nothing", "reads the reference through /proc", "reads the grader's memory",
        "a limit for the grader", "a key for the next submission", "a datagram", "another world's system calls",
        "every refusal, forged", "kills the grader", "leaves a forked child behind", "raises its own limits"}  # fmt: skip
ATTACKS = [name if name in FAST else pytest.param(name, marks=pytest.mark.slow) for name in HOSTILE]


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_earns_nothing_and_harms_nobody(grader, listeners, tmp_path, name):
    canary, (sockets, datagrams) = tmp_path / "canary", listeners
    for folder in (canary, tmp_path, tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(folder.stat().st_mode | stat.S_IXOTH)
    (canary / "file").write_text("mine")
    for path in (canary, canary / "file", canary / "socket"):
        path.chmod(0o777)
    (tmp_path / "handed in").mkdir()
    before, port = traces(grader, canary), sockets[0].getsockname()[1]

    start = time.monotonic()
    result = grader.grade(hostile(grader, tmp_path / "handed in", canary, port, *HOSTILE[name]))
    seconds = time.monotonic() - start

    assert result.score == 0, as_text(result)
    assert all(task.reason and task.reason.isprintable() and "HARMED" not in task.reason for task in result.tasks), as_text(result)
    assert seconds < 15
    assert REASONS.get(name, "") in result.tasks[0].reason
    assert traces(grader, canary) == before
    for reach in (*(listener.accept for listener in sockets), lambda: datagrams.recv(10)):
        with pytest.raises(BlockingIOError):
            reach()
    for write, _ in FORMATS.values():
        assert len(write(result)) < 40_000


def test_slowness_in_every_answer_comes_to_an_end(tmp_path):
    """Each answer is right and within its time; together they are not."""
    for name in files_of(SHEET):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(source_of(name))
    line = "        y = as_rows(x) @ W + b\n"
    assert source_of(LINEAR).count(line) == 1
    (tmp_path / LINEAR).write_text(source_of(LINEAR).replace(line, "        import time; time.sleep(0.5)\n" + line))
    start = time.monotonic()
    with Grader(SHEET, seed=5, limits=Limits(wall=2.0, total=3.0)) as grader:
        result = grader.grade(tmp_path)
    assert time.monotonic() - start < 15
    assert "as a whole" in result.tasks[-1].reason, as_text(result)


def test_after_all_of_them_a_right_submission_gets_full_marks(grader, submission):
    assert grader.grade(submission(1)).score == SHEET.points


STOLEN = """
    from minigan.homework.stand_in import SUBSTITUTES
    play = SUBSTITUTES["minigan.models.bipartite.mean_visibles"]
    cells = dict(zip(play.__code__.co_freevars, (c.cell_contents for c in play.__closure__)))
    for calls in cells.values():
        for call in calls if isinstance(calls, list) else []:
            return call[1]
    raise LookupError("nothing to steal")
"""


def test_right_answers_of_failed_tasks_are_not_for_the_taking(tmp_path):
    """They are given one call at a time, to who asks for them with the right arguments."""
    with Grader(get_sheet(3), seed=5) as grader:
        for name in files_of(get_sheet(3)):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            text = (grader.base / name).read_text(encoding="utf-8")
            for hole in ("task 8: Completion by the mean field", "task 9: Completion by Gibbs sampling"):
                text = text.replace(f"    raise NotImplementedError('Sheet 3, {hole}')\n", STOLEN)
            (tmp_path / name).write_text(text, encoding="utf-8")
        result = grader.grade(tmp_path)
    assert result.score == 0 and "nothing to steal" in result.tasks[7].reason, as_text(result)


FORGED = """
import sys, numpy
numpy.array_equal = numpy.allclose = numpy.isclose = lambda *a, **k: True
for module in [module for name, module in sys.modules.items() if name.startswith("minigan.homework")]:
    for name in ("refused", "_same", "distance"):
        setattr(module, name, lambda *a, **k: True)
"""


@pytest.mark.parametrize(("number", "path", "old", "new", "task"), [
    (3, "minigan/models/bipartite.py", "    if k < 1:", "    if False:", 7),
    (2, "minigan/models/gan.py", "        if check:\n            self.check(real)\n", "", 8),
    (2, "minigan/nn/optim.py", "        m *= self.beta1\n", "        g *= 1.5\n        g /= 1.5\n        g += 1e-3\n        m *= self.beta1\n", 5),
    (1, "minigan/nn/batchnorm.py", "        if cache[2] is None:", "        if False:", 11),
])  # fmt: skip
def test_what_is_a_fact_is_not_for_the_students_process_to_say(graders, submission, number, path, old, new, task):
    folder = submission(number, path, old, new)
    (folder / path).write_text((folder / path).read_text(encoding="utf-8") + FORGED, encoding="utf-8")
    assert not graders(number).grade(folder).tasks[task - 1].points


def test_a_nan_passes_for_nothing(submission):
    """With g_grad failing, its right answer must not be given to who asks with noise that is not the noise."""
    noise = "loss, dtheta = self.g_grad(self.noise(rng, n))"
    folder = submission(2, "minigan/models/gan.py", noise, noise.replace("n))", "n) * float('nan'))"))
    path, line = folder / "minigan/models/adversarial.py", "    value, dscores = loss_function(loss)(scores)\n"
    assert path.read_text().count(line) == 1
    path.write_text(path.read_text().replace(line, "    raise ValueError\n"))
    with Grader(get_sheet(2), seed=5) as grader:
        result = grader.grade(folder)
    assert {4, 7} <= {task.number for task in result.tasks if not task.points}, as_text(result)


def test_names_that_no_file_should_have(grader, tmp_path):
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/al\xffce\n"))
    odd.mkdir()
    result = grader.grade(odd)
    assert result.submission == "al?ce " and result.trouble
    for write, _ in FORMATS.values():
        write(result).encode("utf-8")


@pytest.mark.parametrize("layout", ["{}", "hw1/{}", "nn/{}", "alice_123_456_{}", "sheet1\\minigan\\nn\\{}", "deep/er/minigan/nn/{}"])
def test_however_a_class_hands_in_its_files_are_found(grader, tmp_path, layout):
    with zipfile.ZipFile(tmp_path / "alice.zip", "w") as archive:
        for path in files_of(SHEET):
            archive.writestr(layout.format(Path(path).name), source_of(path))
    assert grader.grade(tmp_path / "alice.zip").score == SHEET.points


@pytest.mark.parametrize("name", ["alice_123_{}.py", "{}-1.py", "{} (1).py", "alice {}.py"])
@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 6, 7])
def test_files_that_an_upload_form_has_renamed_are_told_apart(tmp_path, number, name):
    """conv.py and masked_conv.py too; and none is taken for one that was not handed in."""
    wanted = files_of(get_sheet(number))
    for path in wanted:
        (tmp_path / name.format(Path(path).stem)).write_text(path)
    assert collect(tmp_path, wanted) == ({path: path for path in wanted}, [])
    for path in wanted:
        (tmp_path / name.format(Path(path).stem)).unlink()
        texts, _ = collect(tmp_path, wanted)
        assert texts == {other: other for other in wanted if (tmp_path / name.format(Path(other).stem)).exists()}


def test_links_and_files_that_python_starts_with_are_ignored_and_reported(grader, tmp_path):
    (tmp_path / "minigan" / "nn").mkdir(parents=True)
    (tmp_path / LINEAR).symlink_to(ROOT / LINEAR)
    (tmp_path / "minigan" / "models").symlink_to(ROOT / "minigan" / "models")
    for name in ("conftest.py", "sitecustomize.py", "usercustomize.py", "evil.pth"):
        (tmp_path / name).write_text("import os; os._exit(0)")
    os.mkfifo(tmp_path / "minigan/nn/losses.py")
    result = grader.grade(tmp_path)
    assert result.score == 0
    for words in (f"{LINEAR} is a link", "minigan/models is a link", "conftest.py is not a part", "sitecustomize.py", "usercustomize.py", "evil.pth"):
        assert any(words in remark for remark in result.remarks), result.remarks


def bomb(path, packed, size, name=LINEAR):
    """An archive with a file of so many zeros."""
    with zipfile.ZipFile(path, "w", packed) as archive, archive.open(name, "w") as file:
        for _ in range(size >> 20):
            file.write(bytes(1 << 20))
    return path


# Largest answers of every kind: arrays that must be compared, a text of many parts, arguments of a function that is stood in for
ANSWERS = """big = lambda d: message(d, np.zeros(500_000))
send(big({'dict': {'number': {'value': n}, 'answer': {'dict': {'y': {'array': '0'}}}, 'after': {'dict': {}}}}))
time.sleep(1)
os._exit(0)"""

GRADES = """import sys
from minigan.homework.__main__ import main
try: main(sys.argv[1:])
except SystemExit: pass
print(*[line for line in open("/proc/self/status") if line.startswith("VmHWM")])"""


def of_many_names(path, names):
    """An archive whose directory names one file so many times."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a", b"")
    data = path.read_bytes()
    start, end = data.index(b"PK\1\2"), data.index(b"PK\5\6")
    size = struct.pack("<2H2L", names % 2**16, names % 2**16, names * (end - start), start)
    path.write_bytes(data[:start] + names * data[start:end] + data[end : end + 8] + size + data[end + 20 :])
    return path


LARGE = ["deflate", *(pytest.param(name, marks=pytest.mark.slow)
                      for name in ("bzip2", "LZMA", "names", "too many names", "the largest answers"))]  # fmt: skip


@pytest.mark.parametrize("name", LARGE)
def test_the_graders_memory_stays_below_200_MB(grader, tmp_path, name):
    kinds = {"bzip2": zipfile.ZIP_BZIP2, "LZMA": zipfile.ZIP_LZMA, "deflate": zipfile.ZIP_DEFLATED}
    if name in kinds:
        paths = [bomb(tmp_path / "alice.zip", kinds[name], 160 << 20)]
    elif "names" in name:
        paths = [of_many_names(tmp_path / "alice.zip", 1_000_000 if "too" in name else 170_000)]
    else:
        paths = [hostile(grader, tmp_path / kind, tmp_path, 0, "", text) for kind, text in (
            ("a", "return np.zeros(500_000), (x, 1.0)"), ("b", SEND + ANSWERS)) if not (tmp_path / kind).mkdir()]  # fmt: skip
    command = [sys.executable, "-c", GRADES, "grade", *map(str, paths), "--sheet", "1", "--jobs", "2"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert "0 of 32 points" in done.stdout, done
    peak = int(re.search(r"VmHWM:\s+(\d+) kB", done.stdout)[1])
    print(f"{name}: {peak / 1000:.0f} MB")
    assert 20_000 < peak < 200_000


def test_a_zip_that_climbs_or_swells_is_harmless(grader, tmp_path):
    path = bomb(tmp_path / "evil.zip", zipfile.ZIP_DEFLATED, 100 << 20, "minigan/nn/losses.py")  # 100 kB packed
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../" + LINEAR, source_of(LINEAR))
        link = zipfile.ZipInfo("minigan/nn/batchnorm.py")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, str(ROOT / "minigan/nn/batchnorm.py"))
    result = grader.grade(path)
    assert result.score == 0
    assert any("larger than" in remark for remark in result.remarks) and any("is a link" in remark for remark in result.remarks)


OTHERS = {
    "macOS": lambda path: ["__MACOSX/" + path.replace("nn/", "nn/._"), path.replace("nn/", "nn/._"), ".DS_Store"],
    "an environment": lambda path: [f".venv/lib/{i}.py" for i in range(12_000)],
    "an environment that is not hidden": lambda path: [f"venv/lib/python3.13/site-packages/{i}/__init__.py" for i in range(12_000)],
    "an old copy": lambda path: ["old/" + path, "old/" + Path(path).name, "older/still/" + path],
}


@pytest.mark.parametrize("others", OTHERS)
@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("packed", [False, True])
def test_what_lies_beside_the_files_costs_nothing(grader, tmp_path, others, flat, packed):
    if not packed and "environment" in others:
        return
    texts = {path: source_of(path) for path in files_of(SHEET)}
    beside = {name: "raise SystemExit" for path in texts for name in OTHERS[others](path)}  # what the archive begins with
    entries = {**beside, **{Path(path).name if flat else path: text for path, text in texts.items()}}
    if packed:
        with zipfile.ZipFile(tmp_path / "alice", "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in entries.items():
                archive.writestr(name, text)
    else:
        for name, text in entries.items():
            (tmp_path / "alice" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "alice" / name).write_text(text)
    result = grader.grade(tmp_path / "alice")
    assert result.score == SHEET.points and not result.remarks, as_text(result)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 broken", b"\xff\xfe\x00", b"def f(:\n", b"x = 1\x00", b"(" * 100_000])
def test_a_file_that_is_no_python_costs_its_own_tasks_only(grader, submission, data):
    folder = submission(1)
    (folder / LINEAR).write_bytes(data)
    result = grader.grade(folder)
    assert {task.number for task in result.tasks if not task.points} == {1, 2}, as_text(result)


def test_a_submission_that_is_not_there_is_a_zero_with_a_reason(grader, tmp_path):
    result = grader.grade(tmp_path / "nobody")
    assert result.score == 0 and "could not be read" in result.remarks[0]


def test_files_of_a_sheet_are_all_that_is_taken(grader, submission):
    folder = submission(1)
    (folder / "minigan/nn/net.py").write_text("raise SystemExit")
    (folder / "minigan/arrays.py").write_text("raise SystemExit")
    assert grader.grade(folder).score == SHEET.points
    assert not {"minigan/nn/net.py", "minigan/arrays.py"} & set(files_of(SHEET))


def test_there_are_at_least_eighty_two_attacks():
    assert len(HOSTILE) >= 57 + 25
