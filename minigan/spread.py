"""What many seeds say of each setting: a table and a picture of the spread.

A row is one run: a dict of its settings, its seed and its figures. Rows that differ only in the seed are draws from one
distribution. Of each figure, the table has the mean, and the least and the most that any seed gave; the picture has every draw
as a point and the mean as a line. Where the points of two settings overlap, their order may be chance.
"""

import csv
import io
from pathlib import Path

from matplotlib.figure import Figure

from minigan.files import replace

NO_FIGURES = ("seed", "error")


def by_setting(rows, settings):
    """{values of the settings: the rows that have them and no error}, in order of appearance."""
    groups = {}
    for row in rows:
        groups.setdefault(tuple(str(row[name]) for name in settings), []).append(row)
    return {setting: [row for row in group if "error" not in row] for setting, group in groups.items()}


def figures_of(rows, settings):
    """The names of the figures that some row has, in order of appearance."""
    names = dict.fromkeys(name for row in rows for name in row)
    return [name for name in names if name not in (*settings, *NO_FIGURES) and any(row.get(name) is not None for row in rows)]


def markdown(rows, settings, digits=None):
    """A table in Markdown, a line for each setting: mean (least … most) of each figure; one number where they agree.

    digits: {name of a figure: digits after the point}, for the columns and their order; by default all figures, three digits.
    """
    digits = digits or dict.fromkeys(figures_of(rows, settings), 3)
    columns = [*settings, *digits, "seeds"]
    lines = [columns, ["---"] * len(columns)]
    for setting, group in by_setting(rows, settings).items():
        lines.append([*setting, *(_summary(group, name, places) for name, places in digits.items()), str(len(group))])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _summary(group, name, digits):
    values = [row[name] for row in group if row.get(name) is not None]
    if not values:
        return ""
    mean, least, most = (f"{value:.{digits}f}" for value in (sum(values) / len(values), min(values), max(values)))
    return mean if least == most else f"{mean} ({least} … {most})"


def save_table(path, rows):
    """Write all rows as CSV, with a column for every name that some row has."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(name for row in rows for name in row)))
    writer.writeheader()
    writer.writerows(rows)
    replace(Path(path), text.getvalue().encode())


def save_picture(path, rows, settings):
    """Draw every figure over the settings: a point for each seed, a line at the mean. Nothing where no row has figures."""
    groups, names = by_setting(rows, settings), [name for name in figures_of(rows, settings) if name != "seconds"]
    if not names:
        return
    varying = [i for i in range(len(settings)) if len({setting[i] for setting in groups}) > 1]
    labels = [", ".join(f"{settings[i]} {setting[i]}" for i in varying) for setting in groups]
    figure = Figure(figsize=(2.5 + 2.5 * len(names), 1.2 + 0.3 * len(groups)), layout="constrained")
    panels = figure.subplots(1, len(names), sharey=True, squeeze=False)[0]
    for axes, name in zip(panels, names):
        for y, group in enumerate(groups.values()):
            values = [row[name] for row in group if row.get(name) is not None]
            axes.plot(values, [y] * len(values), "o", color="C0", alpha=0.5)
            if values:
                axes.plot(sum(values) / len(values), y, "|", color="black", markersize=14)
        axes.set(xlabel=name)
        axes.grid(alpha=0.3)
    panels[0].set_yticks(range(len(groups)), labels)
    panels[0].invert_yaxis()
    figure.suptitle("each point one seed, the line their mean", fontsize=9)
    figure.savefig(path, dpi=120)
