"""What the README shows is true: its programs run and print what their comments say; its links lead somewhere."""

import re
from pathlib import Path

import pytest

README = Path(__file__).parents[1] / "README.md"
TEXT = README.read_text(encoding="utf-8")
PROGRAMS = [block for block in re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL) if "import" in block]


@pytest.mark.parametrize("program", PROGRAMS, ids=[block.splitlines()[0] for block in PROGRAMS])
def test_a_program_prints_what_its_comments_say(program, capsys):
    exec(compile(program, "README.md", "exec"), {})
    expected = re.findall(r"^\s*print\(.*\)  # (.*)$", program, re.MULTILINE)
    assert expected
    assert capsys.readouterr().out.splitlines() == expected


def test_the_first_program_has_fifteen_lines():
    assert len([line for line in PROGRAMS[0].splitlines() if line.strip()]) <= 15


def test_links_lead_somewhere():
    for link in re.findall(r"\]\((?!http)([^)#]+)", TEXT):
        assert (README.parent / link).exists(), link


def test_every_file_of_the_source_is_in_the_map():
    sources = [path for path in (README.parent / "minigan").rglob("*.py") if path.name != "__init__.py"]
    missing = [path.name for path in sources if f"({path.relative_to(README.parent)})" not in TEXT]
    assert missing == []
