"""What is wrong with this run? A line in words, from a few numbers.

A GAN's losses do not say whether it does well: they are the score of a game in which both sides get better. But they, D's
opinions, the gradients and the samples do say when the game has ended early. While training, the loop looks once per
interval, and says each thing once when it comes up:

    D has won         D is sure of both sides, mean D(x) > SURE and mean D(G(z)) < 1 − SURE: G's gradient says little
    G has collapsed   the samples differ from each other by less than COLLAPSED of what the data do: all are nearly one point.
                      (Some modes lost of many do not show here: see `metrics/modes.py` and `metrics/neighbours.py`)
    it diverges       a gradient is more than EXPLODED times its median so far
    D cannot tell     both opinions within UNSURE of ½: the goal, or a D that is too weak to help

The thresholds are named below; they are rules of thumb. A NaN is beyond advice: `train` stops there.
"""

import statistics

SURE = 0.97
COLLAPSED = 0.1
EXPLODED = 100.0
UNSURE = 0.01

ADVICE = {
    "D has won": "D is sure of every real and every fake sample. Usual help: a smaller learning rate or fewer steps k for D, "
    "label smoothing (smooth=0.1), R1 (r1=0.1 to 10), or the non-saturating loss",
    "G has collapsed": "the samples hardly differ from each other. Usual help: packing (pack=2), R1, WGAN, a smaller "
    "learning rate for G, more noise dimensions",
    "it diverges": "a gradient has become far longer than it was. Usual help: a smaller learning rate, R1, or WGAN",
    "D cannot tell": "D tells nothing apart. That is the goal, if the samples are good; if not, D is too weak: more units, "
    "a larger learning rate or more steps k for it",
}


class Health:
    """Looks at rows of numbers, and remembers what it has said and which gradients it has seen."""

    def __init__(self):
        self.said, self.lengths = set(), {}

    def look(self, row):
        """row: numbers by name, of which d_real, d_fake, spread and gradient_… are looked at. -> new lines to print."""
        return [f"{symptom}: {ADVICE[symptom]}" for symptom in self._symptoms(row) if self._new(symptom)]

    def _new(self, symptom):
        new = symptom not in self.said
        self.said.add(symptom)
        return new

    def _symptoms(self, row):
        real, fake = row.get("d_real"), row.get("d_fake")
        if real is not None and fake is not None:
            if real > SURE and fake < 1 - SURE:
                yield "D has won"
            if abs(real - 0.5) < UNSURE and abs(fake - 0.5) < UNSURE:
                yield "D cannot tell"
        if row.get("spread", 1.0) < COLLAPSED:
            yield "G has collapsed"
        for name, length in row.items():
            if name.startswith("gradient_"):
                seen = self.lengths.setdefault(name, [])
                if len(seen) >= 3 and length > EXPLODED * statistics.median(seen):
                    yield "it diverges"
                seen.append(length)
