"""Runs an example as a user runs it: warnings are errors, nothing on standard error.

In this process: in one of its own, most of the time would go to imports. `command` is for tests that need one.
"""

import contextlib
import io
import os
import runpy
import sys
import traceback
from pathlib import Path

ROOT = Path(__file__).parents[1]
TRAINED = {"log.csv", "samples.png", "curves.png", "training.gif", "checkpoint.safetensors"}


def command(name, *arguments):
    return [sys.executable, "-W", "error", str(ROOT / "examples" / name), *map(str, arguments)]


def environment():
    """The examples import the minigan that is tested here, wherever another is installed."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return os.environ | {"PYTHONPATH": os.pathsep.join(paths), "PYTHONIOENCODING": "utf-8"}


def ended(script, arguments, cwd=None):
    """Run it -> (exit code, standard output, standard error)."""
    out, err, code, before = io.StringIO(), io.StringIO(), 0, (sys.argv, sys.path)
    sys.argv, sys.path = [str(script), *map(str, arguments)], [str(script.parent), *sys.path]
    with contextlib.chdir(cwd or os.getcwd()), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            runpy.run_path(str(script), run_name="__main__")
        except SystemExit as end:
            code = end.code
            if isinstance(code, str):
                print(code, file=sys.stderr)
        except Exception:
            traceback.print_exc()
            code = 1
        finally:
            sys.argv, sys.path = before
    return code or 0, out.getvalue(), err.getvalue()


def run(name, *arguments, cwd=None):
    """What it prints."""
    code, said, complaints = ended(ROOT / "examples" / name, arguments, cwd)
    assert (code, complaints) == (0, "")
    return said


def refused(name, *arguments):
    """What it says on standard error when it refuses."""
    code, _, complaints = ended(ROOT / "examples" / name, arguments)
    assert code != 0
    return complaints


def files(folder):
    """The names of what is there to see: a run's lock is hidden."""
    return {path.name for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")}
