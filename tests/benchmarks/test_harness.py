"""The benchmarks' referee: a process for each contender, in turns, the same threads, and the right arithmetic."""

import argparse
import re
import subprocess
import sys
from pathlib import Path

import pytest

from minigan.arrays import backend_module

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"

CONTENDERS = """
import os, sys, threading, time
def logs(name, path):
    print("not an answer")
    def step():
        with open(path, "a") as file:
            file.write(f"{name} {os.getpid()} {os.environ['OMP_NUM_THREADS']} {os.environ.get('OPENBLAS_CORETYPE')}\\n")
    return step
def first(path): return logs("first", path)
def second(path): return logs("second", path)
def absent(path): import no_such_library
def broken(path): return lambda: 1 / 0
def restless(path):
    def spin():
        while True: pass
    return lambda: threading.Thread(target=spin, daemon=True).start()
def short(path): return lambda: time.sleep(0.01)
def long(path):
    step = lambda: time.sleep(0.05)
    step.afterwards = lambda: "what it bought"
    return step
"""


@pytest.fixture
def compare(tmp_path, monkeypatch):
    """compare(names, rounds=…) runs contenders of the text above; their log is the second result."""
    monkeypatch.syspath_prepend(BENCHMARKS)
    import harness

    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    (tmp_path / "contenders.py").write_text(CONTENDERS)

    def run(*names, **options):
        args = argparse.Namespace(**({"rounds": 2, "steps": 2, "warm": 1, "starts": 1, "threads": 3} | options))
        times = harness.compare(str(tmp_path / "contenders.py"), list(names), args, path=str(tmp_path / "log"))
        log = tmp_path / "log"
        return times, [line.split() for line in log.read_text().splitlines()] if log.exists() else []

    return run


def test_what_is_missing_is_named_and_the_rest_is_compared(compare, capsys):
    """Also where it is the first one, with which all are compared."""
    times, _ = compare("absent", "short", "long")
    assert list(times) == ["short", "long"]
    said = capsys.readouterr().out
    assert "without absent: " in said and "short / this" in said
    with pytest.raises(RuntimeError, match="no contender could run"):
        compare("absent")


def test_contenders_take_turns_in_processes_of_their_own_with_one_environment(compare):
    times, log = compare("first", "second", starts=2)
    assert [name for name, *_ in log] == (["first"] * 3 + ["second"] * 3) * 4  # a step to warm up, two with the clock
    assert len({pid for _, pid, *_ in log}) == 4  # two contenders, two starts
    assert {(threads, kernel) for *_, threads, kernel in log} == {("3", "None")}
    assert {name: len(turns) for name, turns in times.items()} == {"first": 4, "second": 4}


def test_the_table_has_medians_ratios_of_rounds_and_what_was_bought(compare, capsys):
    """A sleep of 10 ms beside one of 50 ms: never shorter than asked, and the ratio well below 1."""
    times, _ = compare("short", "long")
    assert min(times["short"]) >= 10
    assert min(times["long"]) >= 50
    row = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("long"))
    median, least, most = map(float, re.search(r"([\d.]+) \(([\d.]+) … ([\d.]+)\)  +\d+, \d+ ", row).groups())
    assert 0.05 < least <= median <= most < 0.8
    assert row.endswith("what it bought")


def test_a_missing_library_is_said_and_the_others_go_on(compare, capsys):
    times, _ = compare("first", "absent", "second", starts=2)
    assert list(times) == ["first", "second"]
    assert capsys.readouterr().out.count("without absent: No module named 'no_such_library'") == 1


@pytest.mark.parametrize("name", ["broken", "restless"])
def test_a_contender_that_fails_or_does_not_rest_stops_the_comparison(compare, name, capfd):
    with pytest.raises(RuntimeError, match=f"contender {name} has ended with exit code 1"):
        compare("first", name)
    assert {"broken": "ZeroDivisionError", "restless": "do not come to rest"}[name] in capfd.readouterr().err


def test_summary_is_median_least_and_most(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    import harness

    assert harness.summary([9.0, 1.0, 2.0]) == "2.00 (1.00 … 9.00)"


def test_peak_memory_sees_what_was_allocated_and_given_back():
    """100 MB of zeros written and dropped: the peak keeps them, within 5 MB."""
    code = ("import contender; a = contender.peak_megabytes(); x = bytearray(100 * 2**20); del x; "
            "print(contender.peak_megabytes() - a)")  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code], cwd=BENCHMARKS, capture_output=True, text=True, check=True)
    assert abs(float(done.stdout) - 100) < 5


def test_the_gan_is_timed_without_torch_in_its_process():
    code = ("import sys, gan_step; step = gan_step.minigan(4, 'numpy'); step(); "
            "print('minigan.models.gan' in sys.modules, 'torch' in sys.modules)")  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code], cwd=BENCHMARKS, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]


@pytest.mark.slow
def test_the_gans_benchmark_runs():
    said = run_the_gans_benchmark("numpy")
    assert re.search(r"^products .* \d", said, re.MULTILINE)
    assert "numpy" in said


@pytest.mark.gpu
def test_the_gans_benchmark_on_a_gpu():
    try:
        cupy = backend_module("cupy")
    except ValueError as reason:
        pytest.skip(str(reason))
    if not hasattr(cupy, "get_default_memory_pool"):
        pytest.skip("this cupy is a stand-in without a memory pool: there is nothing to measure")
    assert "cupy" in run_the_gans_benchmark("cupy")


def run_the_gans_benchmark(backend):
    options = ["--rounds", "1", "--steps", "1", "--starts", "1", "--batches", "4", "--backend", backend]
    done = subprocess.run([sys.executable, "gan_step.py", *options], cwd=BENCHMARKS, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout
