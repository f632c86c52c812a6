"""What a training run leaves behind, in the folder that the user names.

    log.csv                 a row for each logging interval
    checkpoint.safetensors  the state at the last of them, for `resume`
    samples.png             a grid of samples, always from the same noise
    training.gif            how that grid changed
    curves.png              the log, drawn

Log and checkpoint are written at every interval, the pictures at the end. Without a folder the log is only kept in memory.
"""

import csv
from pathlib import Path

from minigan import checkpoint, pictures

GRID = 64  # samples in the picture
CHECKPOINT = "checkpoint.safetensors"


class Record:
    """The log and the pictures of one run of a model.

    out: the folder, or None. image: shape of a sample as a picture, or None for the square that fits. width: numbers in one.
    """

    def __init__(self, model, out, image, width):
        self.model, self.out, self.image = model, Path(out) if out else None, image
        self.log, self.frames, self.drawn = [], [], -1
        if self.out:
            pictures.check_shape(width, image)
            self.out.mkdir(parents=True, exist_ok=True)

    def resume(self, run):
        """Load the checkpoint and the log up to it, if there are any; -> the steps that the model has taken."""
        path = self.out / CHECKPOINT if self.out else None
        if not (path and path.exists()):
            return 0
        checkpoint.load(path, self.model, **run)
        if (self.out / "log.csv").exists():
            with open(self.out / "log.csv", newline="", encoding="utf-8") as file:
                rows = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]
            self.log = [row | {"step": int(row["step"]), "epoch": int(row["epoch"])} for row in rows
                        if row["step"] <= self.model.steps]  # fmt: skip
        return self.model.steps

    def add(self, row, frame, run):
        """Log a row and write a checkpoint; take a picture if the run has come to the next frame."""
        self.log.append(row)
        if not self.out:
            return
        self._write_log()
        checkpoint.save(self.out / CHECKPOINT, self.model, **run)
        if frame > self.drawn:
            self.frames.append(self._picture())
            self.drawn = frame

    def write(self, run):
        """The log, a checkpoint, samples.png, curves.png, training.gif; nothing if there is no folder or no row yet."""
        if not (self.out and self.log):
            return
        self._write_log()
        checkpoint.save(self.out / CHECKPOINT, self.model, **run)
        pictures.save_curves(self.out / "curves.png", self.log)
        self.frames.append(self._picture())
        pictures.save_image(self.out / "samples.png", self.frames[-1])
        pictures.save_animation(self.out / "training.gif", self.frames)

    def _write_log(self):
        with open(self.out / "log.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, self.log[0])
            writer.writeheader()
            writer.writerows(self.log)

    def _picture(self):
        low, high = self.model.range or (0.0, 1.0)
        samples = self.model.sample(GRID, seed=0)
        return pictures.tile(samples, self.image, low=low, high=high)
