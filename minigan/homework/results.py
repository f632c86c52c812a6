"""Results: what a submission has earned, task by task, and how the graders of this world want it written.

    text          for people
    json          everything, for programs
    gradescope    {"score", "tests": [{"name", "score", "max_score", "status", "output", "visibility"}]}
    prairielearn  {"gradable", "score" from 0 to 1, "tests": [{"name", "points", "max_points", "message"}]}
    junit         XML, a <testcase> for each task

A result begins as zeros, with "was not graded" as the reason, and is improved task by task: whatever happens in between, what
is there says the truth. Points are whole numbers, and a score is always their sum.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from xml.etree import ElementTree

NOT_GRADED = "was not graded"


@dataclass
class TaskResult:
    """One task: points earned of max_points, and if not all, why."""

    number: int
    name: str
    max_points: int
    points: int = 0
    reason: str = NOT_GRADED


@dataclass
class Result:
    """One submission on one sheet. What of its texts came from the student has been through `clean`."""

    submission: str
    sheet: int
    title: str
    tasks: list
    remarks: list = field(default_factory=list)
    trouble: bool = False  # for the instructor to look at: no file of the sheet was found in it, or the grader failed

    @classmethod
    def zero(cls, submission, sheet):
        """Nothing earned yet."""
        tasks = [TaskResult(task.number, task.name, task.points) for task in sheet.tasks]
        return cls(submission, sheet.number, sheet.title, tasks)

    @property
    def score(self):
        """The points earned."""
        return sum(task.points for task in self.tasks)

    @property
    def max_score(self):
        """The points of the sheet."""
        return sum(task.max_points for task in self.tasks)


def clean(text):
    """Text that came from a student, on one line and without characters that steer a terminal, a page or an XML file."""
    return "".join(c if c.isprintable() else " " if c.isspace() else "?" for c in text[:1000])


def name_of(path):
    """The name of a submission: that of its folder or file."""
    return clean(Path(path).resolve().name)


def as_text(result):
    """A table for people."""
    lines = [f"{result.submission}: sheet {result.sheet}, {result.title}: {result.score} of {result.max_score} points"]
    for task in result.tasks:
        lines.append(f"  {'ok  ' if task.points else 'FAIL'} {task.points:2d}/{task.max_points:<2d} {task.number}. {task.name}")
        lines += [f"             {task.reason}"] if task.reason else []
    return "\n".join(lines + [f"  note: {remark}" for remark in result.remarks]) + "\n"


def as_json(result):
    """Everything."""
    return json.dumps({**asdict(result), "score": result.score, "max_score": result.max_score}, indent=1)


def as_gradescope(result):
    """results.json of a Gradescope autograder."""
    tests = [{"name": f"{task.number}. {task.name}", "score": task.points, "max_score": task.max_points,
              "status": "passed" if task.points else "failed", "output": task.reason or "right", "visibility": "visible"}
             for task in result.tasks]  # fmt: skip
    remarks = {"output": "\n".join(result.remarks)} if result.remarks else {}
    return json.dumps({"score": result.score, **remarks, "stdout_visibility": "hidden", "tests": tests}, indent=1)


def as_prairielearn(result):
    """results.json of a PrairieLearn external grader."""
    tests = [{"name": f"{task.number}. {task.name}", "points": task.points, "max_points": task.max_points,
              "message": task.reason or "right"} for task in result.tasks]  # fmt: skip
    score = result.score / result.max_score
    return json.dumps({"gradable": True, "score": score, "message": "\n".join(result.remarks), "tests": tests}, indent=1)


def as_junit(result):
    """A JUnit report."""
    failures = sum(1 for task in result.tasks if not task.points)
    counts = {"tests": str(len(result.tasks)), "failures": str(failures), "errors": "0", "skipped": "0"}
    suites = ElementTree.Element("testsuites", counts)
    suite = ElementTree.SubElement(suites, "testsuite", {"name": result.submission, **counts, "time": "0"})
    for task in result.tasks:
        about = {"classname": f"sheet{result.sheet}", "name": f"{task.number}. {task.name}", "time": "0"}
        case = ElementTree.SubElement(suite, "testcase", about)
        if not task.points:
            ElementTree.SubElement(case, "failure", {"message": task.reason}).text = task.reason
    if result.remarks:
        ElementTree.SubElement(suite, "system-out").text = "\n".join(result.remarks)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


FORMATS = {"text": (as_text, "txt"), "json": (as_json, "json"), "gradescope": (as_gradescope, "json"),
           "prairielearn": (as_prairielearn, "json"), "junit": (as_junit, "xml")}  # fmt: skip

