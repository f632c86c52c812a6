"""What a training run leaves behind, in the folder that the user names.

    log.csv                 a row for each logging interval
    checkpoint.safetensors  the state at the last of them, for `resume`
    frames/                 pictures on the way, each by the number of its step: by default samples from always the same noise
    samples.png             the picture of the last step
    training.gif            all of them
    curves.png              the log, drawn

Log, checkpoint and frames are written on the way, the rest at the end, each file as a whole (`files.py`). What the end needs is
tried at the beginning. One run at a time has the folder. Without a folder the log is only kept in memory.
"""

import contextlib
import csv
import io
import math

from minigan import checkpoint, pictures
from minigan.check import path as path_of
from minigan.files import folder_of_one, replace

GRID = 64  # samples in the picture
CHECKPOINT = "checkpoint.safetensors"


class Log(list):
    """The rows of a log. In a notebook it does not print them all."""

    def __repr__(self):
        last = ", ".join(f"{name} {value:.4g}" for name, value in self[-1].items()) if self else "none"
        return f"<log of {len(self)} rows; the last: {last}>"


class Record:
    """The log and the pictures of one run of a model; a context manager, which locks the folder.

    out: the folder, or None. image: shape of a sample as a picture, or None for the square that fits. picture: a function
    model -> image, or None for samples. frames: about how many. total: steps of the run. run: its settings, which a resumed run
    must share. width: numbers in a row of data.
    """

    def __init__(self, model, out, image, picture, frames, total, run, width):
        self.model, self.out, self.image, self.run = model, path_of("out", out) if out else None, image, run
        self.log, self.every, self.drawn = Log(), max(1, total // frames), -1  # the step of the last picture
        self.picture = picture
        if self.out and picture is None and hasattr(model, "sample") and (image or pictures.image_shape(width)):
            pictures.check_shape(width, image)
            self.picture = self._samples

    def __enter__(self):
        self.held = contextlib.ExitStack()
        if self.out:
            self.held.enter_context(folder_of_one(self.out))
            (self.out / "frames").mkdir(exist_ok=True)
        return self

    def __exit__(self, *error):
        self.held.close()

    def rehearse(self):
        """What the end of the run needs, tried before its first step: a checkpoint of every layer, a picture."""
        if self.out:
            checkpoint.pack(self.model, **self.run)
            if self.picture:
                pictures.as_picture(self.picture(self.model))

    def resume(self):
        """Load the checkpoint and the log up to it, if there are any; -> the steps that the model has taken."""
        path = self.out / CHECKPOINT
        if not path.exists():
            if self.model.steps:
                raise ValueError(f"the model has taken {self.model.steps} steps, and there is no {path} to go on from: begin "
                                 "with a new model, or name the folder of its checkpoint")
            return 0
        checkpoint.load(path, self.model, **self.run)
        if (self.out / "log.csv").exists():
            rows, unreadable = read_log(self.out / "log.csv")
            self.log += [row for row in rows if row["step"] <= self.model.steps]
            if unreadable:
                print(f"{self.out / 'log.csv'}: {unreadable} rows cannot be read and are left out")
        self.drawn = max([step for _, step in self._frames()], default=-1)
        return self.model.steps

    def add(self, row):
        """Log a row and write a checkpoint; take a picture if the run has come to the next frame."""
        if self.log and self.log[0].keys() != row.keys():  # the first line of a log.csv was damaged
            print(f"{self.out / 'log.csv'} has other columns than this run: it is begun anew")
            self.log.clear()
        self.log.append(row)
        if self.out:
            self._write()
            if self.picture and row["step"] // self.every > self.drawn // self.every:
                self._draw(row["step"])

    def finish(self):
        """A checkpoint and, where there is a row yet, the log, samples.png, curves.png, training.gif."""
        if not self.out:
            return
        checkpoint.save(self.out / CHECKPOINT, self.model, **self.run)
        if not self.log:
            return
        self._write()
        pictures.save_curves(self.out / "curves.png", self.log)
        if self.picture:
            pictures.save_image(self.out / "samples.png", self.picture(self.model))
            images = [pictures.load_image(path) for path, step in self._frames() if step < self.model.steps]
            images.append(pictures.load_image(self.out / "samples.png"))
            pictures.save_animation(self.out / "training.gif", images)

    def _write(self):
        text = io.StringIO()
        writer = csv.DictWriter(text, self.log[0])
        writer.writeheader()
        writer.writerows(self.log)
        replace(self.out / "log.csv", text.getvalue().encode())
        checkpoint.save(self.out / CHECKPOINT, self.model, **self.run)

    def _frames(self):
        """(path, step) of the pictures so far, in order; none of a step that a resumed run has yet to take."""
        paths = [path for path in (self.out / "frames").glob("*.png") if path.stem.isdigit()]
        steps = sorted((int(path.stem), path) for path in paths)
        return [(path, step) for step, path in steps if step <= self.model.steps]

    def _draw(self, step):
        if self.drawn == -1:
            for path in (self.out / "frames").glob("*.png"):  # of an earlier run in this folder
                if path.stem.isdigit():
                    path.unlink()
        pictures.save_image(self.out / "frames" / f"{step:06d}.png", self.picture(self.model))
        self.drawn = step

    def _samples(self, model):
        low, high = model.range or (0.0, 1.0)
        return pictures.tile(model.sample(GRID, seed=0), self.image, low=low, high=high)


def read_log(path):
    """(the rows of a log.csv, each with the names of the first line; how many more there are that cannot be read)."""
    with open(path, newline="", encoding="utf-8", errors="replace") as file:
        lines = list(csv.reader(line.replace("\0", "") for line in file))
    names, rows = lines[0] if lines else [], []
    for line in lines[1:]:
        with contextlib.suppress(ValueError, KeyError, OverflowError):
            row = dict(zip(names, map(float, line), strict=True))
            if all(map(math.isfinite, row.values())):
                rows.append(row | {"step": int(row["step"]), "epoch": int(row["epoch"])})
    return rows, len(lines[1:]) - len(rows)
