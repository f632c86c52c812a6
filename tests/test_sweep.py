"""Sweeps: the same figures by every engine; killed, failed, finished and foreign cells; what is refused at once."""

import csv
import functools
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import sweep_run
from run_example import environment
from sweep_run import gan_on_digits, parabola, started

from minigan import spread
from minigan.sweep import main, sweep

FILE = Path(sweep_run.__file__)
GRID = ["--set", "loss", "non-saturating", "minimax", "--seeds", "3"]


def command(out, *options, name="gan_on_digits", grid=GRID):
    return [sys.executable, "-m", "minigan.sweep", f"{FILE}:{name}", *grid, "--out", str(out), *options]


def refused(monkeypatch, capsys, out, name, grid=GRID):
    """What the command says on standard error when it refuses, in this process."""
    monkeypatch.setattr(sys, "argv", command(out, name=name, grid=grid)[2:])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 2
    assert not out.exists()
    return capsys.readouterr().err


def table(out):
    """table.csv without the column of seconds."""
    with open(out / "table.csv", newline="") as file:
        return [{name: value for name, value in row.items() if name != "seconds"} for row in csv.DictReader(file)]


def cells(out, name="*"):
    """The folders of the cells that have a file of that name."""
    return {path.parent for path in out.glob(f"*/{name}") if path.parent.is_dir()}


@pytest.fixture(scope="module")
def by_one(tmp_path_factory):
    """The table of the digits' sweep, one job, and its folder."""
    out = tmp_path_factory.mktemp("by_one") / "sweep"
    sweep(gan_on_digits, {"loss": ["non-saturating", "minimax"]}, 3, out, progress=False)
    return table(out), out


def test_a_row_for_each_cell_in_the_order_of_the_grid(by_one):
    rows, out = by_one
    assert [(row["loss"], row["seed"]) for row in rows] == [(loss, f"{seed}") for loss in ("non-saturating", "minimax")
                                                            for seed in range(3)]  # fmt: skip
    assert len({row["norm"] for row in rows}) == 6  # no two cells are the same run
    assert {"log.csv", "checkpoint.safetensors", "curves.png"} < {path.name for path in next(iter(cells(out))).iterdir()}


def test_two_processes_give_the_same_table_bit_for_bit(by_one, tmp_path):
    done = subprocess.run(command(tmp_path, "--jobs", "2"), env=environment(), capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stderr) == (0, "")
    assert table(tmp_path) == by_one[0]
    assert "| minimax |" in done.stdout


CLUSTER = """
import sys
from dask.distributed import LocalCluster
from minigan import sweep
if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        sys.argv = ["sweep", *sys.argv[1:], "--dask", cluster.scheduler_address]
        sweep.main()
"""


@pytest.mark.slow
def test_a_cluster_of_two_processes_gives_the_same_table_bit_for_bit(by_one, tmp_path):
    (tmp_path / "cluster.py").write_text(CLUSTER)
    program = [sys.executable, tmp_path / "cluster.py", *command(tmp_path / "sweep")[3:]]
    done = subprocess.run(program, env=environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert table(tmp_path / "sweep") == by_one[0]


@pytest.mark.parametrize("number", [signal.SIGKILL, pytest.param(signal.SIGINT, marks=pytest.mark.slow),
                                    pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])  # fmt: skip
def test_a_sweep_that_was_ended_goes_on_where_it_was(number, by_one, tmp_path):
    """The signal goes to all its processes, when a cell is done and two others have their first checkpoints."""
    process = subprocess.Popen(command(tmp_path, "--jobs", "2"), env=environment(), start_new_session=True,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    while not (cells(tmp_path, "result.json") and cells(tmp_path, "checkpoint.safetensors") - cells(tmp_path, "result.json")):
        assert process.poll() is None
        time.sleep(0.005)
    os.killpg(process.pid, number)
    assert process.wait(timeout=60) != 0
    done, begun = cells(tmp_path, "result.json"), cells(tmp_path, "started.txt")
    assert 1 <= len(done) < len(begun) < 6
    subprocess.run(command(tmp_path), env=environment(), check=True, timeout=300, stdout=subprocess.DEVNULL)
    assert table(tmp_path) == by_one[0]
    assert {folder: started(folder) for folder in cells(tmp_path)} == {
        folder: 2 if folder in begun - done else 1 for folder in cells(tmp_path)
    }


def test_half_a_training_is_no_result(tmp_path):
    """Ctrl-C ends the sweep, which has no figures of that cell, and goes on from its checkpoint."""
    with pytest.raises(KeyboardInterrupt):
        sweep(sweep_run.interrupted, {}, 1, tmp_path / "out", progress=False)
    assert not cells(tmp_path / "out", "result.json")
    assert not cells(tmp_path / "out", "error.txt")
    assert sweep(sweep_run.interrupted, {}, 1, tmp_path / "out", progress=False)[0]["steps"] == 20
    assert [started(folder) for folder in cells(tmp_path / "out", "log.csv")] == [2]


def test_a_run_has_one_blas_thread(tmp_path):
    grid = ["--seeds", "1"]
    subprocess.run(command(tmp_path, name="threads", grid=grid), env=environment() | {"OPENBLAS_NUM_THREADS": "2",
                   "OMP_NUM_THREADS": "2"}, check=True, stdout=subprocess.DEVNULL)  # fmt: skip
    assert [row["threads"] for row in table(tmp_path)] == ["1"]


def test_a_failed_cell_costs_only_itself_and_is_tried_again(tmp_path, capsys):
    for attempt in (1, 2):
        rows = sweep(parabola, {"x": [2, 3]}, 2, tmp_path / "out", progress=False)
        assert [row.get("height") for row in rows] == [4, 5, None, None]
        assert [row.get("error") for row in rows] == [None, None, *["ZeroDivisionError: three is too many"] * 2]
        assert capsys.readouterr().out.count("failed: ZeroDivisionError: three is too many") == 2
        assert sorted(started(folder) for folder in cells(tmp_path / "out")) == [1, 1, attempt, attempt]
    assert [row["error"] for row in table(tmp_path / "out")] == ["", "", *["ZeroDivisionError: three is too many"] * 2]
    assert [folder.joinpath("output.txt").read_text() for folder in cells(tmp_path / "out", "result.json")] == ["x is 2\n"] * 2


def test_the_command_says_by_its_exit_code_that_a_cell_failed(tmp_path):
    done = subprocess.run(command(tmp_path, name="parabola", grid=["--set", "x", "1", "3", "--set", "y", "10", "--seeds", "1"]),
                          env=environment(), capture_output=True, text=True)  # fmt: skip
    assert done.returncode == 1
    assert "| 1 | 10 | 11.000 |" in done.stdout


def test_more_seeds_and_values_run_only_what_is_new(tmp_path):
    sweep(parabola, {"x": [1, 2]}, 1, tmp_path / "out", progress=False)
    rows = sweep(parabola, {"x": [1, 2, 5]}, 2, tmp_path / "out", progress=False)
    assert [row["height"] for row in rows] == [1, 2, 4, 5, 25, 26]
    assert {started(folder) for folder in cells(tmp_path / "out")} == {1}


def test_seconds_are_those_of_a_whole_run_or_none(tmp_path):
    first = sweep(sweep_run.slow, {}, [7], tmp_path / "out", progress=False)
    assert 2 <= first[0]["seconds"] < 60
    folder = cells(tmp_path / "out", "result.json").pop()
    (folder / "result.json").unlink()  # as if it had been killed before the end
    assert sweep(sweep_run.slow, {}, [7], tmp_path / "out", progress=False)[0]["seconds"] is None


def test_two_sweeps_in_one_folder_share_the_work(tmp_path):
    both = [subprocess.Popen(command(tmp_path, name="slow", grid=["--seeds", "4"]), env=environment()) for _ in range(2)]
    assert [process.wait(timeout=120) for process in both] == [0, 0]
    assert [started(folder) for folder in cells(tmp_path, "result.json")] == [1] * 4
    assert [row["seed_again"] for row in table(tmp_path)] == ["0", "1", "2", "3"]


def test_a_worker_that_is_killed_is_said_in_words(tmp_path):
    done = subprocess.run(command(tmp_path, "--jobs", "2", name="dies", grid=["--set", "x", "0", "1", "--seeds", "1"]),
                          env=environment(), capture_output=True, text=True)  # fmt: skip
    assert done.returncode != 0
    assert "a process of the sweep was killed" in done.stderr


@pytest.mark.parametrize(("grid", "seeds", "says"), [
    ({"colour": ["red"]}, 1, "settings ['colour']: got an unexpected keyword argument 'colour'"),
    ({"y": [1]}, 1, "missing a required argument: 'x'"),
    ({"x": []}, 1, r"settings without values: ['x']"),
    ({"x": 3}, 1, r"settings without values: ['x']"),
    ({"x": [1], "seed": [1]}, 1, "settings named ['seed']: these names are taken"),
    ({"x": [1, 1]}, 1, "a value stands twice"),
    ({"x": [1]}, [2, 2], "seeds that differ"),
    ({"x": [1]}, 0, "seeds is 0: want a whole number, 1 or more"),
    ({"x": [object()]}, 1, "must be numbers, texts, or lists and dicts of them"),
])  # fmt: skip
def test_an_impossible_grid_is_refused_before_anything_runs(grid, seeds, says, tmp_path):
    with pytest.raises(ValueError) as error:
        sweep(parabola, grid, seeds, tmp_path / "out", progress=False)
    assert says in str(error.value)
    assert not (tmp_path / "out").exists()


def test_seeds_may_be_a_number_of_numpy_and_run_must_be_a_function(tmp_path):
    assert [row["seed"] for row in sweep(parabola, {"x": [1]}, np.int64(2), tmp_path / "out", progress=False)] == [0, 1]
    with pytest.raises(TypeError, match=r"run is functools.partial.*want a function, def run"):
        sweep(functools.partial(parabola, y=1), {"x": [1]}, 1, tmp_path / "other", progress=False)
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize(("name", "grid", "says"), [
    ("parabola", ["--set", "x"], "--set x: want values behind the name"),
    ("signal", ["--set", "x", "1"], "signal: there is no such file, or no such function in it"),
    ("parabolla", GRID, "parabolla: there is no such file, or no such function in it"),
])  # fmt: skip
def test_the_command_refuses_in_words(monkeypatch, capsys, tmp_path, name, grid, says):
    assert says in refused(monkeypatch, capsys, tmp_path / "out", name, grid)


def test_a_folder_of_something_else_is_refused_and_stays_as_it_is(tmp_path):
    sweep(parabola, {"x": [1]}, 1, tmp_path / "out", progress=False)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ValueError, match="folder of another sweep"):
        sweep(parabola, {"x": [1], "y": [2]}, 1, tmp_path / "out", progress=False)
    with pytest.raises(ValueError, match="folder of another sweep"):
        sweep(sweep_run.dies, {"x": [0]}, 1, tmp_path / "out", progress=False)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("…")
    with pytest.raises(ValueError, match="has files in it that are no sweep's"):
        sweep(parabola, {"x": [1]}, 1, tmp_path / "mine", progress=False)
    assert sorted((tmp_path / "out").rglob("*")) == [path for path in before if tmp_path / "out" in path.parents]


def test_a_folder_that_a_killed_sweep_just_began_is_taken(tmp_path):
    (tmp_path / "sweep.json.7-7.unfinished").write_text("{")
    assert len(sweep(parabola, {"x": [1]}, 1, tmp_path, progress=False)) == 1


@pytest.mark.parametrize("figures", [None, {"a": "good"}, {"seed": 1.0}])
def test_what_is_no_figure_fails_the_cell(figures, tmp_path):
    def run(folder, seed):
        return figures

    row = sweep(run, {}, 1, tmp_path / "out", progress=False)[0]
    assert "want {name: number}" in row["error"] or "names are taken" in row["error"]


@pytest.mark.slow
def test_the_program_of_the_page_runs(tmp_path):
    page = (FILE.parents[1] / "docs" / "many-machines.md").read_text(encoding="utf-8")
    program = re.search(r"```python\n(.*?)```", page, re.DOTALL).group(1)
    (tmp_path / "losses.py").write_text(program.replace("epochs=20", "epochs=1"))
    options = re.search(r"losses.py:run (.*) --seeds 8 --jobs 2 --out", page).group(1).split()
    command = [sys.executable, "-m", "minigan.sweep", "losses.py:run", *options, "--seeds", "1", "--out", "out"]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, cwd=tmp_path, check=True)
    assert "| minimax | 2 | " in done.stdout
    assert len(table(tmp_path / "out")) == 4


def test_the_library_does_not_import_the_engines():
    engines = {"joblib", "dask", "mpi4py", "filelock", "threadpoolctl"}
    code = f"import sys, minigan, minigan.train; print({engines} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


ROWS = [{"loss": "a", "seed": 0, "score": 1.0, "seconds": 3.0}, {"loss": "a", "seed": 1, "score": 2.0, "seconds": None},
        {"loss": "b", "seed": 0, "error": "E"}, {"loss": "b", "seed": 1, "score": 4.0, "seconds": 5.0}]  # fmt: skip


def test_the_table_in_markdown_has_mean_least_and_most():
    assert spread.markdown(ROWS, ["loss"], {"score": 1, "seconds": 0}).splitlines() == [
        "| loss | score | seconds | seeds |",
        "| --- | --- | --- | --- |",
        "| a | 1.5 (1.0 … 2.0) | 3 | 2 |",
        "| b | 4.0 | 5 | 1 |",
    ]


def test_the_picture_is_drawn_where_there_is_a_figure(tmp_path):
    spread.save_picture(tmp_path / "spread.png", ROWS, ["loss"])
    assert (tmp_path / "spread.png").stat().st_size > 1000
    spread.save_picture(tmp_path / "none.png", [ROWS[2]], ["loss"])
    assert not (tmp_path / "none.png").exists()


def leaves(folder, seed, k):
    if k == 1:
        sys.exit()  # as argparse does
    return {"x": float(k)}


def test_a_run_that_leaves_python_costs_only_itself(tmp_path):
    rows = sweep(leaves, {"k": [1, 2]}, 2, tmp_path, progress=False)
    assert [row.get("error") for row in rows] == ["SystemExit", "SystemExit", None, None]
    assert [row["x"] for row in rows[2:]] == [2.0, 2.0]


def test_a_setting_that_stands_twice_is_refused(tmp_path, monkeypatch, capsys):
    said = refused(monkeypatch, capsys, tmp_path / "out", "parabola", ["--set", "a", "1", "--set", "a", "2"])
    assert "--set a stands twice" in said
