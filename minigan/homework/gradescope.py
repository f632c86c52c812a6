"""An autograder for Gradescope: the zip file that one uploads at *Configure Autograder*.

Gradescope unpacks it to /autograder/source and runs setup.sh there once, as root; then, for every submission, it runs
/autograder/run_autograder (a copy of the one in the zip), with the files in /autograder/submission, and reads
/autograder/results/results.json. (Gradescope's autograder specification.)

The library in the zip is the reference: setup.sh makes it unreadable for anybody but root, and submissions run as another
user. A result of zeros is written first; it is replaced when the grader has come to its end.
"""

import os
import zipfile
from pathlib import Path

from minigan.homework.holes import ROOT
from minigan.homework.results import Result, as_gradescope

SETUP = """#!/usr/bin/env bash
# Once, when the autograder is built: Python 3.11 or later (Ubuntu 24.04 or later has it), and what the grader needs.
set -euo pipefail
apt-get update
apt-get install -y python3 python3-venv bubblewrap libseccomp2
python3 -m venv /autograder/venv
/autograder/venv/bin/python -m pip install 'numpy>=2.1' safetensors tqdm
chmod -R go-rwx /autograder/source   # the solutions: submissions run as another user
"""
RUN = """#!/usr/bin/env bash
# For every submission. Zeros first, then the result in one move.
root=$(cd "$(dirname "$0")" && pwd)
cp "$root/source/zero.json" "$root/results/results.json"
cd "$root/source"
grade="$root/venv/bin/python -B -m minigan.homework grade --sheet {number} --format gradescope"
$grade "$root/submission" > "$root/results.new"
if [ $? -le 1 ] && [ -s "$root/results.new" ]; then   # 1: graded, but none of the files was handed in
    mv "$root/results.new" "$root/results/results.json"
fi
"""


def write_autograder(sheet, out):
    """Write the zip file. ValueError if something of that name is there."""
    if Path(out).exists():
        raise ValueError(f"{out} is there already: give another name")
    part = Path(f"{out}.part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "setup.sh", SETUP, executable=True)
        _add(archive, "run_autograder", RUN.format(number=sheet.number), executable=True)
        _add(archive, "zero.json", as_gradescope(Result.zero("submission", sheet)))
        for path in sorted((ROOT / "minigan").rglob("*")):
            if path.suffix in (".py", ".toml", ".md"):
                _add(archive, path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
    os.replace(part, out)


def _add(archive, name, text, executable=False):
    """A file with a fixed date, so that the same library gives the same zip."""
    info = zipfile.ZipInfo(name, date_time=(2020, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = (0o100755 if executable else 0o100644) << 16
    archive.writestr(info, text)
