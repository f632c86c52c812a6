"""The student's own look: what is right, and what is wrong with the rest.

It runs the tasks of the sheet in this folder, in this process, so that a print or a debugger in the student's code works as
anywhere, and shows the traceback of what was raised. The right answers come from `key.safetensors`, numbers that were noted
when the folder was made.
"""

import ast
import sys
from functools import partial
from pathlib import Path

from minigan.homework import trial, wire
from minigan.homework.holes import files_of, source_of
from minigan.homework.judge import try_task
from minigan.homework.sheets import sheets
from minigan.homework.stand_in import look_up

KEY = Path("key.safetensors")


def the_sheet(key=KEY):
    """(the sheet of this folder, its key {task number: cases}); ValueError where this is no student's folder."""
    found = list(sheets().values())
    if len(found) != 1 or not Path(key).is_file():
        raise ValueError("this is no folder of a sheet: run the command where HANDOUT.md and key.safetensors lie")
    return found[0], {int(number): cases for number, cases in wire.loads(Path(key).read_bytes()).items()}


def look_at(sheet, task, cases, failed=()):
    """(None, "") if a task is right, else (the first fault in words, the traceback if there is one)."""
    replies = []

    def answer(probe, inputs, notes):
        probe = trial.get_probe(sheet.probes, probe)
        replies.append(trial.attempt(probe, inputs, sorted(notes), partial(look_up, notes)))
        return replies[-1]

    fault = try_task(sheet, task, cases, failed, answer)
    return fault, replies[-1].get("error", {}).get("traceback", "") if fault else ""


def foreign_imports(sheet):
    """[(file, module)] of what the student's files import beside Python's own library, NumPy and this one."""
    found = []
    for path in files_of(sheet):
        for node in ast.walk(ast.parse(source_of(path), path)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
            modules = {name.split(".")[0] for name in names} - sys.stdlib_module_names - {"numpy", "minigan", "tqdm"}
            found += [(path, module) for module in sorted(modules)]
    return found


def check():
    """Look at every task of the sheet in this folder, and print what was found. -> whether all is right."""
    sheet, key = the_sheet()
    failed, earned = set(), 0
    print(f"Sheet {sheet.number}: {sheet.title}\n")
    for path, module in foreign_imports(sheet):
        print(f"note: {path} imports {module}, which the grader does not have\n")
    for task in sheet.tasks:
        fault, traceback = look_at(sheet, task, key[task.number], failed)
        print(f"{'FAIL' if fault else 'ok  '} {task.number}. {task.name} ({task.points} point{'s' * (task.points > 1)})")
        if fault:
            failed.add(task.number)
            begun = not fault.startswith(trial.NOT_DONE)
            print(f"    {fault}" + (f"\n{traceback}    hint: {task.hint}" if begun else ""))
        earned += 0 if fault else task.points
    print(f"\n{earned} of {sheet.points} points, on these inputs. The grader draws others.")
    return not failed
