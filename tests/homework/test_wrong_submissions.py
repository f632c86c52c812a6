"""What students get wrong costs exactly the points that it should, and the message names the kind of fault.

One error is not punished twice, so faults of different tasks can be handed in together: that is how all are graded in a few
processes. Alone, each in its own, they are graded by `make test-slow`.
"""

import pytest
from wrong_submissions import WRONG

from minigan.homework.holes import source_of
from minigan.homework.results import as_text

# Tasks whose faults call earlier functions as the library never does: there no right answer stands in for another fault. Right
# functions that look otherwise do so too
ALONE = {(3, 7), (5, 7)}


def together():
    """[[faults of one sheet and of different tasks, whose changes of text do not meet]]."""
    groups = []
    for number, path, old, new, lost, words in WRONG:
        for group in groups:
            texts = group["texts"]
            text = texts.get(path) or source_of(path)
            alone = ALONE & {(number, task) for task in group["lost"] | lost}
            apart = lost and group["lost"] and not group["lost"] & lost
            if group["number"] == number and apart and not alone and text.count(old) == 1:
                break
        else:
            group = {"number": number, "lost": set(), "texts": {}, "words": {}}
            groups.append(group)
            text = source_of(path)
        group["texts"][path] = text.replace(old, new)
        group["lost"] |= lost
        group["words"] |= dict.fromkeys(lost, words)
    return groups


@pytest.mark.parametrize("group", together(), ids=lambda group: f"sheet {group['number']}")
def test_wrong_submissions_lose_what_they_should(graders, submission, group):
    folder = submission(group["number"])
    for path, text in group["texts"].items():
        (folder / path).write_text(text, encoding="utf-8")
    result = graders(group["number"]).grade(folder)
    failed = {task.number: task.reason for task in result.tasks if not task.points}
    assert failed.keys() == group["lost"], as_text(result)
    assert [number for number in failed if group["words"][number] not in failed[number]] == [], as_text(result)


@pytest.mark.slow
@pytest.mark.parametrize(("number", "path", "old", "new", "lost", "words"), WRONG, ids=[f"{i}-{w[1].rpartition('/')[2]}" for i, w in enumerate(WRONG)])
def test_a_wrong_submission_alone_loses_what_it_should(graders, submission, number, path, old, new, lost, words):
    result = graders(number).grade(submission(number, path, old, new))
    failed = {task.number: task.reason for task in result.tasks if not task.points}
    assert failed.keys() == lost, as_text(result)
    assert result.score == sum(task.points for task in graders(number).sheet.tasks if task.number not in lost)
    assert all(words in reason for reason in failed.values()), failed


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 6, 7])
def test_the_library_itself_gets_full_marks(graders, submission, number):
    result = graders(number).grade(submission(number))
    assert result.score == result.max_score and not result.remarks, as_text(result)


def test_there_are_at_least_a_hundred_faults_and_twelve_on_each_sheet():
    faults = [number for number, *_, lost, _ in WRONG if lost]
    assert len(faults) >= 100 and all(faults.count(number) >= 12 for number in range(1, 8))
