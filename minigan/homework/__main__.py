"""The command line: python -m minigan.homework COMMAND. `docs/homework.md` shows all of it at work.

In a student's folder there are `list`, `check` and `picture` only: what the others need is not there.
"""

import argparse
import importlib.util
import secrets
import sys

from minigan.check import number
from minigan.homework.sheets import get_sheet, sheets


def list_sheets(args):
    """The sheets and their tasks."""
    for sheet in sheets().values():
        print(f"{sheet.number}. {sheet.title}, {sheet.points} points")
        for task in sheet.tasks:
            print(f"   {task.number:2d}. {task.name} ({task.points}): {', '.join(task.holes)}")


def check(args):
    """Look at the solution in this folder; exit status 1 if something is wrong."""
    from minigan.homework import check

    try:
        sys.exit(0 if check.check() else 1)
    except SyntaxError as error:
        raise ValueError(f"{error.filename}, line {error.lineno} is not Python: {error.msg}") from error


def picture(args):
    """Draw the sheet's picture with the functions of this folder."""
    sheet = get_sheet(args.sheet or next(iter(sheets())))
    importlib.import_module(sheet.picture).draw(args.out)
    print(f"{args.out} is drawn")


def release(args):
    """Write the folder that students get."""
    from minigan.homework import release

    release.release(get_sheet(args.sheet), args.out, args.seed)
    print(f"{args.out} is what a student gets: HANDOUT.md is the sheet")


def notebook(args):
    """Write the folder of an nbgrader assignment."""
    from minigan.homework.notebook import write_assignment

    path = write_assignment(get_sheet(args.sheet), args.out, args.seed)
    print(f"{path} is the notebook, with its solutions; nbgrader generate_assignment takes them out")


def gradescope(args):
    """Write an autograder for Gradescope."""
    from minigan.homework.gradescope import write_autograder

    write_autograder(get_sheet(args.sheet), args.out)
    print(f"{args.out} is the autograder: upload it at Configure Autograder")


def grade(args):
    """Grade submissions: results to standard output or into --out, a class list into --csv."""
    from minigan.homework import grade, reports
    from minigan.homework.results import Result, name_of
    from minigan.homework.sandbox import Limits, weaknesses

    sheet, seconds = get_sheet(args.sheet), number("--seconds", args.seconds, above=0)
    for sentence in weaknesses():
        print(f"note: {sentence} (docs/homework.md has the container line)", file=sys.stderr)
    report = reports.Reports(sheet, args.submissions, args.format, args.out)
    results = []
    if args.csv:  # zeros first, here too: a place that cannot be written to shows before the work, not after
        reports.write_class_list(args.csv, [Result.zero(name_of(path), sheet) for path in args.submissions])
    with grade.Grader(sheet, args.seed, Limits(wall=seconds)) as grader:
        for result in grader.grade_all(args.submissions, args.jobs, progress=len(args.submissions) > 1):
            report.write(len(results), result)
            results.append(result)
    if args.csv:
        reports.write_class_list(args.csv, results)
    sys.exit(1 if any(result.trouble for result in results) else 0)


def main(arguments=None):
    """Read the command line and do what it says; a ValueError or OSError becomes one line and exit status 2."""
    parser = argparse.ArgumentParser(prog="python -m minigan.homework", description="Hand out with holes, check, grade.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name, function):
        sub = commands.add_parser(name, help=function.__doc__.splitlines()[0])
        sub.set_defaults(run=function)
        return sub

    def seed(sub):
        sub.add_argument("--seed", type=int, default=secrets.randbits(32), help="of the inputs; a new one by default")

    command("list", list_sheets)
    command("check", check)
    sub = command("picture", picture)
    sub.add_argument("sheet", type=int, nargs="?")
    sub.add_argument("--out", default="picture.png")
    if importlib.util.find_spec("minigan.homework.grade"):
        for maker, out in ((release, "a new folder"), (notebook, "a new folder"), (gradescope, "a zip file")):
            sub = command(maker.__name__, maker)
            sub.add_argument("sheet", type=int)
            sub.add_argument("--out", required=True, help=out)
            if maker is not gradescope:  # which has new inputs for every submission
                seed(sub)
        sub = command("grade", grade)
        sub.add_argument("submissions", nargs="+", help="folders, zip files or single Python files")
        sub.add_argument("--sheet", type=int, required=True)
        sub.add_argument("--format", choices=["text", "json", "gradescope", "prairielearn", "junit"], default="text")
        sub.add_argument("--jobs", type=int, default=1, help="how many at a time")
        sub.add_argument("--out", help="a folder for one result a submission")
        sub.add_argument("--csv", help="a file for the class list")
        sub.add_argument("--seconds", type=float, default=10.0, help="that one question may take")
        seed(sub)
    args = parser.parse_args(arguments)
    try:
        args.run(args)
    except (ValueError, OSError) as error:
        parser.exit(2, f"error: {error}\n")


if __name__ == "__main__":
    main()
