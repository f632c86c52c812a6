"""The student's own look: what is right, and what is wrong with the rest.

It runs the tasks of the sheet in this folder, in this process, so that a traceback, a print or a debugger in the student's code
works as anywhere. The right answers come from `key.safetensors`, numbers that were noted when the folder was made.
"""

from pathlib import Path

from minigan.homework import trial, wire
from minigan.homework.judge import judge
from minigan.homework.sheets import sheets
from minigan.homework.stand_in import SUBSTITUTES, find, trampoline

KEY = Path("key.safetensors")


def read_key(path=KEY):
    """{task number: cases}; ValueError where there is no key."""
    if not Path(path).is_file():
        raise ValueError(f"there is no {path} here: run this in the folder that was handed out")
    return {int(number): cases for number, cases in wire.loads(Path(path).read_bytes()).items()}


def try_task(sheet, task, cases, failed=()):
    """None if a task is right, else the first fault in words. failed: numbers of tasks whose right answers stand in."""
    probe = trial.get_probe(sheet.probes, task.probe)
    wrong = {name for other in sheet.tasks if other.number in failed for name in other.holes}
    for case in cases:
        reply = trial.attempt(probe, case["inputs"], {name: calls for name, calls in case["calls"].items() if name in wrong})
        if "error" in reply:
            return trial.words(reply["error"])
        fault = judge(probe, case["inputs"], case["answer"], reply["answer"], reply["after"])
        if fault:
            return fault
    return None


def check():
    """Look at every task of the sheet in this folder, and print what was found. -> whether all is right."""
    [sheet] = sheets().values()
    key, failed, earned = read_key(), set(), 0
    print(f"Sheet {sheet.number}: {sheet.title}\n")
    for task in sheet.tasks:
        fault = try_task(sheet, task, key[task.number], failed)
        print(f"{'FAIL' if fault else 'ok  '} {task.number}. {task.name} ({task.points} points)")
        if fault:
            failed.add(task.number)
            print(f"    {fault}\n    hint: {task.hint}")
        earned += 0 if fault else task.points
    print(f"\n{earned} of {sheet.points} points, on these inputs. The grader draws others.")
    return not failed


def solves(name):
    """A decorator for a notebook: the function below it takes the place of the library's function of that qualified name."""

    def put_in(function):
        _, hole = find(name)
        SUBSTITUTES[name] = function
        hole.__code__, hole.__defaults__, hole.__kwdefaults__ = trampoline(name).__code__, None, None
        return function

    return put_in


def require(number, key=KEY):
    """In a notebook: AssertionError, with the fault in words, unless that task of the sheet in this folder is right."""
    [sheet] = sheets().values()
    fault = try_task(sheet, sheet.tasks[number - 1], read_key(key)[number])
    assert fault is None, fault
