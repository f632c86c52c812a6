"""What students get wrong costs exactly the points that it should, and the message names the kind of fault."""

import pytest
from wrong_submissions import WRONG

from minigan.homework.results import as_text


@pytest.mark.parametrize(("number", "path", "old", "new", "lost", "words"), WRONG, ids=[f"{i}-{w[1].rpartition('/')[2]}" for i, w in enumerate(WRONG)])
def test_a_wrong_submission_loses_what_it_should(graders, submission, number, path, old, new, lost, words):
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
