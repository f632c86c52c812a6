"""A submission: what of it is taken, and what is left alone.

A submission is a folder, a zip file, or a single Python file. Taken are the files that the sheet names, and nothing else:
minigan/nn/linear.py at its place, in a folder below, or as linear.py alone, even renamed by an upload form. A link, a file
that is too large, or no text is not taken. Hidden files and folders, and what macOS adds to an archive, are not looked at.
Everything that could change how Python starts (conftest.py, sitecustomize.py, *.pth) is left behind like any other file; it is
reported, since somebody put it there.
"""

import os
import re
import stat
import zipfile
from functools import partial
from pathlib import Path, PurePosixPath

LARGEST, MOST, CONTENTS = 1 << 20, 10_000, 8 << 20  # bytes of a file, files of a submission, bytes of an archive's directory
SUSPICIOUS = ("conftest.py", "sitecustomize.py", "usercustomize.py", "setup.py", "setup.cfg", "pyproject.toml")


def _looked_at(part):
    """Whether a name in a path is none that a system hides or adds by itself; .. is none that leads anywhere."""
    return part == "." or not (part.startswith(".") or part == "__MACOSX")


def _folder(path):
    """({name: what opens the file}, [links]) of a folder, the topmost files first, 10,000 at most. Links are not followed."""
    files, links, waiting = {}, [], [(Path(path), PurePosixPath())]
    for folder, name in waiting:  # grows while it is walked through
        if len(files) >= MOST or not os.access(folder, os.R_OK | os.X_OK):
            continue
        for entry in filter(lambda entry: _looked_at(entry.name), sorted(folder.iterdir())):
            mode = entry.lstat().st_mode
            if stat.S_ISLNK(mode):
                links.append(str(name / entry.name))
            elif stat.S_ISDIR(mode) and len(waiting) < MOST:
                waiting.append((entry, name / entry.name))
            elif stat.S_ISREG(mode) and len(files) < MOST:
                files[name / entry.name] = partial(open, entry, "rb")
    return files, links


def _zip(path):
    """The same of a zip archive, read without being unpacked, and piece by piece: a bomb does not go off."""
    with open(path, "rb") as file:
        size = zipfile._EndRecData(file)[zipfile._ECD_SIZE]  # ZipFile reads all of it, before it can be asked
    if size > CONTENTS:
        raise ValueError(f"its directory of files has {size} bytes, more than the {CONTENTS} that are read")
    archive = zipfile.ZipFile(path)
    entries = {entry.filename.replace("\\", "/"): entry for entry in archive.infolist() if not entry.is_dir()}

    def opened(entry):
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ValueError("want an archive packed by deflate, as zip does")
        return archive.open(entry)

    names = [name for name in entries if all(map(_looked_at, name.split("/")))]
    topmost = sorted(names, key=lambda name: name.count("/"))[:MOST]
    links = [name for name in topmost if stat.S_ISLNK(entries[name].external_attr >> 16)]
    return {PurePosixPath(name): partial(opened, entries[name]) for name in topmost if name not in links}, links


def collect(path, wanted):
    """({wanted file: its text}, [remarks]) of a submission. ValueError if it is neither a folder nor a zip nor a file.

    wanted: the sheet's files, such as "minigan/nn/linear.py".
    """
    path = Path(path)
    if path.is_dir():
        files, links = _folder(path)
    elif path.is_file() and zipfile.is_zipfile(path):
        files, links = _zip(path)
    elif path.is_file():
        files, links = {PurePosixPath(path.name): partial(open, path, "rb")}, []
    else:
        raise ValueError(f"{path}: want a folder, a zip file or a Python file")
    texts, remarks = {}, []
    for name in wanted:
        found = _find(files, name, wanted)
        if found is None:
            remarks.append(f"{name} was not handed in")
            continue
        try:
            with files[found]() as file:
                text, fault = _text(file.read(LARGEST + 1))
        except Exception as error:  # one damaged member of an archive
            text, fault = None, f"cannot be read ({error})"
        if fault:
            remarks.append(f"{found} {fault}: not taken")
        else:
            texts[name] = text
    remarks += [f"{link} is a link: not followed" for link in links]
    odd = [name for name in sorted(files) if name.name in SUSPICIOUS or name.suffix in (".pth", ".so")]
    remarks += [f"{name} is not a part of this sheet: ignored" for name in odd]
    return texts, remarks[:20]


def _renamed(name, stem):
    """Is this the name of stem.py after an upload form has renamed it: alice_123_linear.py, linear-1.py, linear (1).py?"""
    return re.fullmatch(rf"(.*[_ ])?{re.escape(stem)}([- ]?\(?\d+\)?)?\.py", name) is not None


def _find(files, wanted, all_wanted):
    """The file in a submission that is meant: the topmost that has its path, or else its bare name, if one only is there; or
    else a renamed one that is not meant for a longer name, as alice_masked_conv.py is no conv.py.
    """
    wanted = PurePosixPath(wanted)
    longer = [other.stem for other in map(PurePosixPath, all_wanted) if len(other.stem) > len(wanted.stem)]
    same_end = {name: len(name.parts) - len(wanted.parts) for name in files if name.parts[-len(wanted.parts) :] == wanted.parts}
    bare = {name: len(name.parts) - 1 for name in files if name.name == wanted.name and name not in same_end}
    others = {name: len(name.parts) - 1 for name in files if _renamed(name.name, wanted.stem)
              and not any(_renamed(name.name, stem) for stem in longer)}  # fmt: skip
    if same_end and min(same_end.values()) <= min(bare.values(), default=MOST):
        return min(same_end, key=lambda name: (len(name.parts), name))
    topmost = [name for name, depth in (bare or others).items() if depth == min((bare or others).values())]
    return topmost[0] if len(topmost) == 1 else None


def _text(data):
    """(the text, None), or (None, what is wrong with it)."""
    if len(data) > LARGEST:
        return None, f"is larger than {LARGEST} bytes"
    try:
        return data.decode("utf-8-sig"), None
    except UnicodeDecodeError:
        return None, "is not text (UTF-8)"
