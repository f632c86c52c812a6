"""Homework: this library handed out with holes in it, and graded.

    python -m minigan.homework list
    python -m minigan.homework release 1 --out sheet1         what a student gets
    python -m minigan.homework check                          the student's own look, in the folder that was handed out
    python -m minigan.homework grade alice bob --sheet 1      the grader's

`docs/homework.md` is the instructor's page. A *sheet* names the functions that a student is to write (`sheets.py`); their
bodies are cut out of the source itself (`holes.py`), so a solution is kept in one place only, the library. Each task has a
*probe* (`probes/`): inputs drawn at random, and a few lines that put them through the function. The right answers are what
the same lines give with the library as it is.
"""
