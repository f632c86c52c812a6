"""Grading: submissions in, results out.

For each submission a folder is made: the sheet's files as they are handed out, holes and all, and in their place the files that
were handed in. A process over that folder (`sandbox.py`) is asked one question for each case of the key; its answers, raw
arrays, are judged here. It is told no expected value, but for those that stand in, call by call; so it can send nothing that is
worth more than a right calculation.

What ends the process (a crash, an endless loop) costs the task that was asked for, and a new process goes on with the next. A
file that cannot be imported is put back to its holes, so that it costs its own tasks and no others. A task whose needed task
failed gets the recorded right answers of that one in its place (`stand_in.py`).
"""

import compileall
import shutil
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from py_compile import PycInvalidationMode

from tqdm import tqdm

from minigan.homework.holes import files_of, locate
from minigan.homework.judge import try_task
from minigan.homework.key import FOR_GRADING, make_key
from minigan.homework.release import GRADERS, write_tree
from minigan.homework.results import NOT_GRADED, Result, clean, name_of
from minigan.homework.sandbox import CannotStart, Failed, Limits, Process, library_folders
from minigan.homework.submission import collect
from minigan.homework.trial import raised


class Grader:
    """Grades submissions of one sheet with one key. A context manager: it keeps a folder with the released files.

    seed: of the inputs that are drawn; the same seed gives the same results.
    """

    def __init__(self, sheet, seed, limits=None):
        self.sheet, self.limits = sheet, limits or Limits()
        self.key = make_key(sheet, seed, FOR_GRADING)
        self.work = Path(tempfile.mkdtemp(prefix="grading-"))
        self.work.chmod(0o755)
        self.base = self.work / "released"
        write_tree(sheet, self.base, GRADERS, with_picture=False)
        for folder in library_folders():
            (self.base / Path(folder).name).symlink_to(folder)
        # Every process starts sooner; the hash tells a student's file from the one in whose place it stands
        compileall.compile_dir(self.base, quiet=1, invalidation_mode=PycInvalidationMode.CHECKED_HASH)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        shutil.rmtree(self.work, ignore_errors=True)

    def grade(self, path):
        """The Result of one submission. What goes wrong in it is in the result; an exception is the grader's own fault."""
        result = Result.zero(name_of(path), self.sheet)
        try:
            texts, remarks = collect(path, files_of(self.sheet))
        except Exception as error:  # a broken archive, a folder that cannot be read
            texts, remarks = {}, [f"could not be read: {error}"]
        result.remarks, result.trouble = [clean(remark) for remark in remarks], not texts
        with _Student(self, texts) as student:
            failed = set()
            for task, entry in zip(self.sheet.tasks, result.tasks):
                entry.reason = student.try_task(task, failed)
                entry.points = 0 if entry.reason else task.points
                failed |= {task.number} if entry.reason else set()
        return result

    def grade_all(self, paths, jobs=1, progress=True):
        """Yield the results of many, in their order, `jobs` at a time. Where the grader itself fails, the result says so."""

        def one(path):
            try:
                return self.grade(path)
            except Exception as error:  # one submission must not cost the others their grades
                result = Result.zero(name_of(path), self.sheet)
                result.remarks = [clean(f"{NOT_GRADED}: the grader failed, {type(error).__name__}: {error}")]
                result.trouble = True
                return result

        with ThreadPoolExecutor(jobs) as pool:
            yield from tqdm(pool.map(one, paths), total=len(paths), unit="submission", disable=not progress)


class _Student:
    """The process of one submission, started anew whenever it has come to an end."""

    def __init__(self, grader, texts):
        self.grader = grader
        self.folder = Path(tempfile.mkdtemp(prefix="submission-", dir=grader.work))
        self.folder.chmod(0o755)
        shutil.copytree(grader.base, self.folder, symlinks=True, dirs_exist_ok=True)
        self.end = time.monotonic() + grader.limits.total
        self.process, self.broken = None, {}
        self._put_in(texts)
        if self._import_fault():
            taken = {}
            for name in texts:  # one more at a time: those with which the import fails stay out
                self._put_in({**taken, name: texts[name]})
                if fault := self._import_fault():
                    self.broken[name] = fault
                else:
                    taken[name] = texts[name]
            self._put_in(taken)

    def _put_in(self, texts):
        """The released files, and these in their places; the process that ran over others is put an end to."""
        self._stop()
        for name in files_of(self.grader.sheet):
            text = texts[name] if name in texts else (self.grader.base / name).read_text(encoding="utf-8")
            (self.folder / name).write_text(text, encoding="utf-8")

    def _import_fault(self):
        """None if the folder can be imported, else why not."""
        try:
            reply = self._ask({"module": self.grader.sheet.probes, "probe": None})
        except Failed as failure:
            self._stop()
            return f"{failure}, while being imported"
        return raised(reply["error"], {}) if "error" in reply else None

    def try_task(self, task, failed):
        """An empty text if all cases of a task are right, else the first fault in words."""
        sheet = self.grader.sheet
        for name in task.holes:
            path = locate(name)[0]
            if path in self.broken:
                return clean(f"{path} cannot be imported: {self.broken[path]}")

        def answer(probe, inputs, notes):
            return self._ask({"module": sheet.probes, "probe": probe, "inputs": inputs}, notes)

        try:
            return clean(try_task(sheet, task, self.grader.key[task.number], failed, answer) or "")
        except CannotStart:
            raise
        except Failed as failure:
            self._stop()
            return clean(str(failure))
        except Exception as error:  # whatever was sent, it is this task's zero and nobody else's
            self._stop()
            return f"the answer cannot be judged ({type(error).__name__})"

    def _ask(self, question, notes=None):
        left = self.end - time.monotonic()
        if left <= 0:
            raise Failed(f"the submission as a whole took more than {self.grader.limits.total:g} seconds")
        if self.process is None:
            self.process = Process(self.folder, self.grader.limits)
        return self.process.ask(min(left, self.grader.limits.wall), question, notes)

    def _stop(self):
        if self.process is not None:
            self.process.close()
        self.process = None

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._stop()
        shutil.rmtree(self.folder, ignore_errors=True)
