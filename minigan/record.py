"""What a training run leaves behind, in the folder that the user names.

    log.csv                 a row for each logging interval
    checkpoint.safetensors  the state at the last of them, for `resume`
    frames/                 pictures on the way, by default a grid of samples, always from the same noise
    samples.png             the last of them
    training.gif            all of them
    curves.png              the log, drawn

Log, checkpoint and frames are written on the way, each as a whole under another name and then renamed; the rest at the end.
Without a folder the log is only kept in memory.
"""

import csv
import io
from pathlib import Path

from minigan import checkpoint, pictures

GRID = 64  # samples in the picture
CHECKPOINT = "checkpoint.safetensors"


class Log(list):
    """The rows of a log. In a notebook it does not print them all."""

    def __repr__(self):
        last = ", ".join(f"{name} {value:.4g}" for name, value in self[-1].items()) if self else "none"
        return f"<log of {len(self)} rows; the last: {last}>"


class Record:
    """The log and the pictures of one run of a model.

    out: the folder, or None. image: shape of a sample as a picture, or None for the square that fits. picture: a function
    model -> image, or None for samples. frames: about how many. total: steps of the run. run: its settings, which a resumed run
    must share. width: numbers in a row of data.
    """

    def __init__(self, model, out, image, picture, frames, total, run, width):
        self.model, self.out, self.image, self.run = model, Path(out) if out else None, image, run
        self.log, self.every, self.drawn = Log(), max(1, total // frames), -1
        self.picture = picture
        if self.out:
            if picture is None and hasattr(model, "sample") and (image or pictures.image_shape(width)):
                pictures.check_shape(width, image)
                self.picture = self._samples
            (self.out / "frames").mkdir(parents=True, exist_ok=True)
            if self.picture:
                self.picture(model)  # what the end needs is tried at the beginning

    def resume(self):
        """Load the checkpoint and the log up to it, if there are any; -> the steps that the model has taken."""
        path = self.out / CHECKPOINT if self.out else None
        if not (path and path.exists()):
            return 0
        checkpoint.load(path, self.model, **self.run)
        if (self.out / "log.csv").exists():
            with open(self.out / "log.csv", newline="", encoding="utf-8") as file:
                rows = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]
            self.log += [row | {"step": int(row["step"]), "epoch": int(row["epoch"])} for row in rows
                         if row["step"] <= self.model.steps]  # fmt: skip
        self.drawn = max([number for _, number in self._frames()], default=-1)
        return self.model.steps

    def add(self, row):
        """Log a row and write a checkpoint; take a picture if the run has come to the next frame."""
        self.log.append(row)
        if self.out:
            self._write()
            if self.picture and row["step"] // self.every > self.drawn:
                self._draw(row["step"] // self.every)

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
            self._draw(self.model.steps // self.every)
            images = [pictures.load_image(path) for path, _ in self._frames()]
            pictures.save_image(self.out / "samples.png", images[-1], enlarge=False)
            pictures.save_animation(self.out / "training.gif", images)

    def _write(self):
        text = io.StringIO()
        writer = csv.DictWriter(text, self.log[0])
        writer.writeheader()
        writer.writerows(self.log)
        checkpoint.replace(self.out / "log.csv", text.getvalue().encode())
        checkpoint.save(self.out / CHECKPOINT, self.model, **self.run)

    def _frames(self):
        """(path, number) of the pictures so far that belong to this run, in order."""
        paths = sorted(path for path in (self.out / "frames").glob("*.png") if path.stem.isdigit())
        return [(path, int(path.stem)) for path in paths if int(path.stem) * self.every <= self.model.steps]

    def _draw(self, number):
        if self.drawn == -1:
            for path in (self.out / "frames").glob("*.png"):  # of an earlier run in this folder
                if path.stem.isdigit():
                    path.unlink()
        pictures.save_image(self.out / "frames" / f"{number:06d}.png", self.picture(self.model))
        self.drawn = number

    def _samples(self, model):
        low, high = model.range or (0.0, 1.0)
        return pictures.tile(model.sample(GRID, seed=0), self.image, low=low, high=high)
