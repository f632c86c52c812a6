"""docs/claims.md and the files that it is written from."""

import json
import sys
from pathlib import Path

from run_example import ROOT

CLAIMS = ROOT / "examples" / "claims"


def test_the_page_is_what_the_files_say():
    """No figure of docs/claims.md is typed by hand."""
    sys.path.insert(0, str(CLAIMS))
    try:
        from page import page
    finally:
        sys.path.remove(str(CLAIMS))
    assert page() == Path(ROOT / "docs" / "claims.md").read_text(encoding="utf-8")


def test_each_claim_takes_less_than_three_minutes():
    """Of one core, when it was last run for the page."""
    files = sorted((ROOT / "docs" / "claims").glob("*.json"))
    assert len(files) == 15
    assert max(json.loads(path.read_text(encoding="utf-8"))["seconds"] for path in files) < 180
