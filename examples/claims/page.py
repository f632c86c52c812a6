"""Writes docs/claims.md from the claims' docstrings and from the files that their scripts wrote to docs/claims.

    for claim in examples/claims/[01]*.py; do python $claim --out docs/claims; done
    python examples/claims/page.py
"""

import ast
import json
from pathlib import Path

from claim import spread

ROOT = Path(__file__).parents[2]
HEAD = """# Fifteen claims about generative models

Lectures and papers make them; here each is a command that ends in a picture and figures. They run on toy data and on the
digits that come with the library. Some claims hold only in part. The verdict says what the runs say, about these networks
and these data. This page is written by `python examples/claims/page.py` from the scripts' docstrings and from the files
that the scripts wrote; no figure is typed by hand. Figures: mean (least … most) over the seeds.

| | claim | verdict |
| --- | --- | --- |
"""


def page():
    """The text of docs/claims.md."""
    table, sections = [], []
    for script in sorted(Path(__file__).parent.glob("[01]*.py")):
        claim, *essay = ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))).split("\n\n")
        number, results = int(script.stem[:2]), ROOT / "docs" / "claims" / f"{script.stem}.json"
        if not results.exists():
            continue
        found = json.loads(results.read_text(encoding="utf-8"))
        table.append(f"| [{number}](#claim-{number}) | {claim} | {found['verdict']} |\n")
        rows = "".join(f"| {label.replace('|', chr(92) + '|')} | {spread(values)} | {len(values)} |\n"
                       for label, values in found["figures"].items())  # fmt: skip
        sections.append(f"\n## Claim {number}\n\n**{claim}**\n\n`{essay[0].strip()}` ({found['seconds']} "
                        "seconds of one core)\n\n" + "\n\n".join(essay[1:]) +
                        f"\n\n![Claim {number}](claims/{script.stem}.png)\n\n"
                        f"| | mean (least … most) | of |\n| --- | --- | --- |\n{rows}\n{found['verdict']}\n")  # fmt: skip
    return HEAD + "".join(table) + "".join(sections)


if __name__ == "__main__":
    (ROOT / "docs" / "claims.md").write_text(page(), encoding="utf-8")
