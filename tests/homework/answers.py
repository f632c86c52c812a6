"""The answers that the files in some folder give to the tasks of a sheet, for many seeds; a process of its own, without walls.

    PYTHONPATH=FOLDER python answers.py SHEET TASK,TASK,… FIRST LAST > answers.pickle

What a grader does with a right submission, but for the sandbox: there a thousand seeds would take hours.
"""

import pickle
import sys

from minigan.homework.key import FOR_GRADING, _inputs
from minigan.homework.sheets import get_sheet
from minigan.homework.trial import attempt, get_probe


def answers(sheet, tasks, seeds):
    """[(task, seed, inputs, reply), …]."""
    tasks = [task for task in sheet.tasks if task.number in tasks]
    return [(task.number, seed, inputs, attempt(get_probe(sheet.probes, task.probe), inputs))
            for seed in seeds for task in tasks for inputs in _inputs(sheet, task, seed, FOR_GRADING)]  # fmt: skip


if __name__ == "__main__":
    number, tasks, first, last = sys.argv[1:]
    tasks = set(map(int, tasks.split(",")))
    pickle.dump(answers(get_sheet(int(number)), tasks, range(int(first), int(last))), sys.stdout.buffer)
