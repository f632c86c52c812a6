"""The command line: python -m minigan.homework COMMAND. `docs/homework.md` shows all of it at work."""

import argparse
import csv
import importlib
import secrets
import sys
from pathlib import Path

from minigan.homework.sheets import get_sheet, sheets


def list_sheets(args):
    """The sheets and their tasks."""
    for sheet in sheets().values():
        print(f"{sheet.number}. {sheet.title}, {sheet.points} points")
        for task in sheet.tasks:
            print(f"   {task.number:2d}. {task.name} ({task.points}): {', '.join(task.holes)}")


def check(args):
    """Look at the solution in this folder; exit status 1 if something is wrong."""
    from minigan.homework.check import check

    sys.exit(0 if check() else 1)


def picture(args):
    """Draw the sheet's picture with the functions of this folder."""
    sheet = get_sheet(args.sheet or next(iter(sheets())))
    importlib.import_module(sheet.picture).draw(args.out)
    print(f"{args.out} is drawn")


def release(args):
    """Write the folder that students get."""
    from minigan.homework.release import release

    release(get_sheet(args.sheet), args.out, secrets.randbits(32) if args.seed is None else args.seed)
    print(f"{args.out} is what a student gets: HANDOUT.md is the sheet")


def notebook(args):
    """Write the folder of an nbgrader assignment."""
    from minigan.homework.notebook import write_assignment

    path = write_assignment(get_sheet(args.sheet), args.out, secrets.randbits(32) if args.seed is None else args.seed)
    print(f"{path} is the notebook, with its solutions; nbgrader generate_assignment takes them out")


def gradescope(args):
    """Write an autograder for Gradescope."""
    from minigan.homework.gradescope import write_autograder

    write_autograder(get_sheet(args.sheet), args.out)
    print(f"{args.out} is the autograder: upload it at Configure Autograder")


def grade(args):
    """Grade submissions: results to standard output or into --out, a class list into --csv."""
    from minigan.homework.grade import Grader
    from minigan.homework.results import FORMATS, Result, csv_row
    from minigan.homework.sandbox import Limits, weaknesses

    sheet = get_sheet(args.sheet)
    for sentence in weaknesses():
        print(f"note: {sentence} (docs/homework.md has the container line)", file=sys.stderr)
    write, ending = FORMATS[args.format]
    names = [Path(path).name for path in args.submissions]
    if args.out and len(set(names)) < len(names):
        raise ValueError("two submissions have one name: their results would overwrite each other")
    targets = [Path(args.out) / f"{name}.{ending}" for name in names] if args.out else []
    for path, target in zip(args.submissions, targets):  # zeros first: whatever happens, there is a result
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(write(Result.zero(Path(path).name, sheet)), encoding="utf-8")
    seed = secrets.randbits(32) if args.seed is None else args.seed
    with Grader(sheet, seed, Limits(wall=args.seconds)) as grader:
        results = grader.grade_all(args.submissions, args.jobs, progress=len(args.submissions) > 1)
    for result, target in zip(results, targets):
        target.write_text(write(result), encoding="utf-8")
    if not targets:
        print("".join(write(result) for result in results), end="")
    if args.csv:
        with open(args.csv, "w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, csv_row(results[0]))
            table.writeheader()
            table.writerows(map(csv_row, results))


def main(arguments=None):
    """Read the command line and do what it says; a ValueError becomes one line and exit status 2."""
    parser = argparse.ArgumentParser(prog="python -m minigan.homework", description="Hand out with holes, check, grade.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(function, *, sheet=None, out=None, seed=False):
        sub = commands.add_parser(function.__name__.replace("_sheets", ""), help=function.__doc__.splitlines()[0])
        sub.set_defaults(run=function)
        if sheet is not None:
            sub.add_argument("sheet", type=int, **sheet)
        if out is not None:
            sub.add_argument("--out", **out)
        if seed:
            sub.add_argument("--seed", type=int, help="of the inputs that are drawn; a new one by default")
        return sub

    command(list_sheets)
    command(check)
    command(picture, sheet={"nargs": "?"}, out={"default": "picture.png"})
    command(release, sheet={}, out={"required": True, "help": "a new folder"}, seed=True)
    command(notebook, sheet={}, out={"required": True, "help": "a new folder, such as source/sheet1"}, seed=True)
    command(gradescope, sheet={}, out={"required": True, "help": "a zip file"})
    sub = command(grade, out={"help": "a folder for one result a submission"}, seed=True)
    sub.add_argument("submissions", nargs="+", help="folders, zip files or single Python files")
    sub.add_argument("--sheet", type=int, required=True)
    sub.add_argument("--format", choices=["text", "json", "gradescope", "prairielearn", "junit"], default="text")
    sub.add_argument("--jobs", type=int, default=1, help="how many at a time")
    sub.add_argument("--csv", help="a file for the class list")
    sub.add_argument("--seconds", type=float, default=10.0, help="that one question may take")
    args = parser.parse_args(arguments)
    try:
        args.run(args)
    except ModuleNotFoundError as error:
        if not str(error.name).startswith("minigan.homework"):
            raise
        parser.exit(2, "this is a student's folder: it has list, check and picture\n")
    except ValueError as error:
        parser.exit(2, f"error: {error}\n")


if __name__ == "__main__":
    main()
