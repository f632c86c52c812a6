"""The answers that the files in some folder give to the tasks of a sheet, for many seeds; a process of its own, without walls.

    PYTHONPATH=FOLDER python answers.py SHEET < questions.pickle > answers.pickle

What a grader does with a right submission, but for the sandbox: there a thousand seeds would take hours.
"""

import pickle
import sys

from minigan.homework.key import FOR_GRADING, _inputs
from minigan.homework.sheets import get_sheet
from minigan.homework.trial import attempt, get_probe


def questions(sheet, tasks, seeds):
    """[(task, seed, inputs, refused), …], as the grader draws them."""
    tasks = [task for task in sheet.tasks if task.number in tasks]
    draws = ((task, seed, _inputs(sheet, task, seed, FOR_GRADING)) for seed in seeds for task in tasks)
    return [(task.number, seed, inputs, inputs.pop("refused", None)) for task, seed, cases in draws for inputs in cases]


def answers(sheet, asked):
    """The replies, in the same order."""
    return [attempt(get_probe(sheet.probes, sheet.tasks[task - 1].probe), inputs) for task, _, inputs, _ in asked]


if __name__ == "__main__":
    pickle.dump(answers(get_sheet(int(sys.argv[1])), pickle.load(sys.stdin.buffer)), sys.stdout.buffer)
