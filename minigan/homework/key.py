"""The key: inputs drawn for every task of a sheet, and what the library makes of them.

    {task number: [{"inputs": …, "answer": …, "refused": …,
                    "calls": {function: {"parameters": …, "calls": [[arguments, result], …]}}}, …]}

with one entry for each case; one that must raise ValueError has no answer, but `refused`, in words. `calls` is what each
function of the tasks that this one needs was asked and what it answered, for `stand_in.py`. A grader draws a key afresh, from a
seed of its own; the key of a student's folder lies there as a file, numbers only. The two are drawn apart, so that with one
seed they still have nothing in common.
"""

from contextlib import ExitStack

import numpy as np

from minigan.homework.stand_in import parameters, plain, recorder, replaced
from minigan.homework.trial import attempt, get_probe

FOR_CHECKING, FOR_GRADING = 0, 1


def make_key(sheet, seed, purpose):
    """The key of a sheet, in a process where the library has no holes. purpose: FOR_CHECKING or FOR_GRADING."""
    return {task.number: [_case(sheet, task, inputs) for inputs in _inputs(sheet, task, seed, purpose)] for task in sheet.tasks}


def _inputs(sheet, task, seed, purpose):
    rng = np.random.default_rng([purpose, seed, sheet.number, task.number])
    return [plain(inputs) for inputs in get_probe(sheet.probes, task.probe).cases(rng)]


def _case(sheet, task, inputs):
    refused = inputs.pop("refused", None)
    names = [name for need in sorted(needed(sheet, task)) for name in sheet.tasks[need - 1].holes]
    calls = {name: {"parameters": parameters(name), "calls": []} for name in names}
    with ExitStack() as stack:
        for name, notes in calls.items():
            stack.enter_context(replaced(name, recorder(notes["calls"])))
        result = attempt(get_probe(sheet.probes, task.probe), inputs)
    if result.get("error", {}).get("type") != ("ValueError" if refused else None):
        raise RuntimeError(f"sheet {sheet.number}, task {task.number}: the library itself fails: {result}")
    return {"inputs": inputs, "answer": result.get("answer"), "refused": refused, "calls": calls}


def needed(sheet, task):
    """The numbers of all tasks that a task needs, and that those need."""
    result = set(task.needs)
    for number in task.needs:
        result |= needed(sheet, sheet.tasks[number - 1])
    return result
