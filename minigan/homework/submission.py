"""A submission: what of it is taken, and what is left alone.

A submission is a folder, a zip file, or a single Python file. Taken are the files that the sheet names, and nothing else:
minigan/nn/linear.py at its place, in a folder below, or as linear.py alone, even renamed by an upload form. A link, a file
that is too large, or no text is not taken. Everything that could change how Python starts (conftest.py, sitecustomize.py,
*.pth) is left behind like any other file; it is reported, since somebody put it there.
"""

import os
import re
import stat
import zipfile
from pathlib import Path, PurePosixPath

LARGEST, MOST = 1 << 20, 10_000  # bytes of a file, files of a submission
SUSPICIOUS = ("conftest.py", "sitecustomize.py", "usercustomize.py", "setup.py", "setup.cfg", "pyproject.toml")


class Folder:
    """The regular files of a folder, the topmost first, 10,000 at most. Links and hidden folders are not followed."""

    def __init__(self, path):
        self.files, self.links = {}, []
        waiting = [(Path(path), PurePosixPath())]
        for folder, name in waiting:  # grows while it is walked through
            if len(self.files) >= MOST or not os.access(folder, os.R_OK | os.X_OK):
                continue
            for entry in sorted(folder.iterdir()):
                mode = entry.lstat().st_mode
                if stat.S_ISLNK(mode):
                    self.links.append(str(name / entry.name))
                elif stat.S_ISDIR(mode) and not entry.name.startswith(".") and len(waiting) < MOST:
                    waiting.append((entry, name / entry.name))
                elif stat.S_ISREG(mode) and len(self.files) < MOST:
                    self.files[name / entry.name] = entry

    def read(self, name):
        """The first bytes of a file, one more than the largest that is taken."""
        with self.files[name].open("rb") as file:
            return file.read(LARGEST + 1)


class Zip:
    """The files of a zip archive, read without being unpacked."""

    def __init__(self, path):
        self.archive = zipfile.ZipFile(path)
        entries = self.archive.infolist()[:MOST]
        found = {PurePosixPath(entry.filename.replace("\\", "/")): entry for entry in entries if not entry.is_dir()}
        self.links = [str(name) for name, entry in found.items() if stat.S_ISLNK(entry.external_attr >> 16)]
        self.files = {name: entry for name, entry in found.items() if str(name) not in self.links and ".." not in name.parts}

    def read(self, name):
        """The first bytes of a file, one more than the largest that is taken: a bomb does not go off."""
        with self.archive.open(self.files[name]) as file:
            return file.read(LARGEST + 1)


class Single:
    """One file, handed in by itself."""

    def __init__(self, path):
        self.files, self.links = {PurePosixPath(path.name): path}, []

    read = Folder.read


def collect(path, wanted):
    """({wanted file: its text}, [remarks]) of a submission. ValueError if it is neither a folder nor a zip nor a file.

    wanted: the sheet's files, such as "minigan/nn/linear.py".
    """
    path = Path(path)
    if path.is_dir():
        source = Folder(path)
    elif path.is_file() and zipfile.is_zipfile(path):
        source = Zip(path)
    elif path.is_file():
        source = Single(path)
    else:
        raise ValueError(f"{path}: want a folder, a zip file or a Python file")
    texts, remarks = {}, []
    for name in wanted:
        found = _find(source.files, name)
        if found is None:
            remarks.append(f"{name} was not handed in")
            continue
        try:
            text, fault = _text(source.read(found))
        except Exception as error:  # one damaged member of an archive
            text, fault = None, f"cannot be read ({error})"
        if fault:
            remarks.append(f"{found} {fault}: not taken")
        else:
            texts[name] = text
    remarks += [f"{link} is a link: not followed" for link in source.links]
    odd = [name for name in sorted(source.files) if name.name in SUSPICIOUS or name.suffix in (".pth", ".so")]
    remarks += [f"{name} is not a part of this sheet: ignored" for name in odd]
    return texts, remarks[:20]


def _find(files, wanted):
    """The file in a submission that is meant: at its path, or there deeper down, or by its bare name, if only one has it.

    Upload forms rename files: alice_123_linear.py and linear-1.py are linear.py too.
    """
    wanted = PurePosixPath(wanted)
    same_end = [name for name in files if name.parts[-len(wanted.parts) :] == wanted.parts]
    if same_end:
        return min(same_end, key=lambda name: (len(name.parts), name))
    renamed = re.compile(rf"(.*[_ ])?{re.escape(wanted.stem)}([- ]?\(?\d+\)?)?\.py")
    bare = [name for name in files if name.name == wanted.name]
    for candidates in (bare, [name for name in files if renamed.fullmatch(name.name)]):
        if len(candidates) == 1:
            return candidates[0]
    return None


def _text(data):
    """(the text, None), or (None, what is wrong with it)."""
    if len(data) > LARGEST:
        return None, f"is larger than {LARGEST} bytes"
    try:
        return data.decode("utf-8-sig"), None
    except UnicodeDecodeError:
        return None, "is not text (UTF-8)"
