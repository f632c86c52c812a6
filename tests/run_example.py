"""Runs an example as a user runs it: a process of its own, warnings are errors, nothing on standard error."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
TRAINED = {"log.csv", "samples.png", "curves.png", "training.gif", "checkpoint.safetensors"}


def command(name, *arguments):
    return [sys.executable, "-W", "error", str(ROOT / "examples" / name), *map(str, arguments)]


def environment():
    """The examples import the minigan that is tested here, wherever another is installed."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {"PYTHONPATH": os.pathsep.join(paths), "PYTHONIOENCODING": "utf-8"}


def run(name, *arguments, cwd=None):
    """What it prints."""
    done = subprocess.run(command(name, *arguments), capture_output=True, text=True, timeout=300, env=environment(), cwd=cwd)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def refused(name, *arguments):
    """What it says on standard error when it refuses."""
    done = subprocess.run(command(name, *arguments), capture_output=True, text=True, timeout=300, env=environment())
    assert done.returncode != 0
    return done.stderr


def files(folder):
    """The names of what is there to see: a run's lock is hidden."""
    return {path.name for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")}
