"""The benchmarks that are sweeps run, and judge what they trained."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from run_example import environment

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def run(name, out, *options):
    command = [sys.executable, str(BENCHMARKS / name), "--out", str(out), "--seeds", "1", *options]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_modes(tmp_path):
    said = run("modes.py", tmp_path, "--steps", "20", "--only", "PacGAN 2", "--worlds", "ring")
    modes, quality = map(float, re.search(r"\| ring \| PacGAN 2 \| ([\d.]+) .*? \| ([\d.]+) ", said).groups())
    assert 0 <= modes <= 8
    assert 0 <= quality <= 1
    assert (tmp_path / "spread.png").exists()


@pytest.mark.slow
def test_digits_quality(tmp_path):
    said = run("digits_quality.py", tmp_path, "--epochs", "1")
    held_out = float(re.search(r"classifier: ([\d.]+)% right on held-out digits", said).group(1))
    assert held_out > 95  # 360 digits: 97.8 % when written; below 95 has probability under 1 % for a classifier that good
    assert re.search(r"\| 2000 \| 1 \| \d", said)
