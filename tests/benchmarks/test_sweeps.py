"""The benchmarks that are sweeps run, and judge what they trained."""

import csv
import re
import runpy
from pathlib import Path

import pytest
from run_example import ended

from minigan.nn import Conv2d, ConvTranspose2d, Linear, Net, ReLU, Reshape, Residual, RowLSTM
from minigan.spread import markdown

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def run(name, out, *options):
    code, said, complaints = ended(BENCHMARKS / name, ["--out", out, "--seeds", "1", *options])
    assert (code, complaints) == (0, "")
    return said


def test_modes(tmp_path):
    said = run("modes.py", tmp_path, "--steps", "20", "--only", "PacGAN 2", "--worlds", "ring")
    modes, quality = map(float, re.search(r"\| ring \| PacGAN 2 \| ([\d.]+) .*? \| ([\d.]+) ", said).groups())
    assert 0 <= modes <= 8
    assert 0 <= quality <= 1
    assert (tmp_path / "spread.png").exists()


def test_systems(tmp_path):
    """The two that learn in no time: test images are sharper than PCA's samples, and the table has both."""
    said = run("systems.py", tmp_path, "--only", "test images", "PCA")
    with open(tmp_path / "table.csv", newline="", encoding="utf-8") as file:
        sharp = {row["system"]: float(row["high_frequencies"]) for row in csv.DictReader(file)}
    assert sharp["PCA"] < sharp["test images"]
    assert (tmp_path / "systems.png").exists()
    assert (tmp_path / "systems.md").read_text(encoding="utf-8").strip() in said


@pytest.mark.parametrize("file", sorted((BENCHMARKS.parent / "docs").glob("systems_*.csv")), ids=lambda path: path.stem)
def test_the_page_has_the_table_of_the_file(file):
    """No figure there is typed by hand."""
    with open(file, newline="", encoding="utf-8") as text:
        rows = [{name: value if name in ("system", "data") else float(value) for name, value in row.items() if value}
                for row in csv.DictReader(text)]  # fmt: skip
    digits = runpy.run_path(str(BENCHMARKS / "systems.py"))["DIGITS"]
    assert markdown(rows, ["system"], digits) in (BENCHMARKS.parent / "docs" / "systems.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_training_that_another_process_began_has_no_seconds_and_one_that_ended_keeps_them(tmp_path):
    def measured():
        run("systems.py", tmp_path, "--only", "PCA")
        with open(tmp_path / "table.csv", newline="", encoding="utf-8") as file:
            row, = csv.DictReader(file)
        return row

    first = measured()
    folder, = tmp_path.glob("system=PCA*")
    (folder / "result.json").unlink()
    (folder / "checkpoint.safetensors").write_bytes(b"")  # as if it had been trained on the way, and by another process
    assert measured()["training"] == first["training"]
    (folder / "result.json").unlink()
    (folder / "training_seconds.txt").unlink()  # and as if that one had been killed
    last = measured()
    assert float(last["parzen"]) < 0 and "training" not in last


def test_the_products_of_a_pass():
    """(rows, inner, columns) and how often forward, for dW and for dx: counted by hand for every kind of layer with weights."""
    where = runpy.run_path(str(BENCHMARKS / "where_time_goes.py"))

    def sizes(net, rows, **times):
        return [tuple(part)[1:] for part in where["of_net"](net, rows, **times)]

    net = Net(Linear(5, 3), ReLU(), Linear(3, 2))
    assert sizes(net, 7) == [(7, 5, 3, 1, 1, 0), (7, 3, 2, 1, 1, 1)]
    assert sizes(net, 7, forward=2, dW=0, first_dx=True) == [(7, 5, 3, 2, 0, 1), (7, 3, 2, 2, 0, 1)]
    assert [part.operations() for part in where["of_net"](net, 7)] == [2 * 7 * 15 * 2, 2 * 7 * 6 * 3]
    images = Net(Reshape(4, 4, 1), Conv2d(1, 3, 2, stride=2), ConvTranspose2d(3, 1, 2, stride=2), Residual(Linear(1, 1)))
    assert [size[:3] for size in sizes(images, 7)] == [(7 * 4, 4, 3), (7 * 4, 3, 4), (7 * 16, 1, 1)]
    rows = Net(Reshape(4, 5, 2), RowLSTM(2, 3))
    assert [size[:3] for size in sizes(rows, 7)] == [(7 * 20, 2 * 2, 12), (7 * 20, 3 * 3, 12)]  # W_x, W_h: 2 and 3 pixels


@pytest.mark.slow
def test_digits_quality(tmp_path):
    said = run("digits_quality.py", tmp_path, "--epochs", "1")
    held_out = float(re.search(r"classifier: ([\d.]+)% right on held-out digits", said).group(1))
    assert held_out > 95  # 360 digits: 97.8 % when written; below 95 has probability under 1 % for a classifier that good
    assert re.search(r"\| 2000 \| 1 \| \d", said)
