"""Half a digit, completed: an RBM trained in the page, its Gibbs chain one round at a time, its free energy.

Python here, JavaScript there, as in `plane_game.py`. The mathematics is `minigan.models.rbm` and `minigan.models.bipartite`.
"""

import time

import numpy as np

from minigan.arrays import DRAW, ORDER, generator
from minigan.data.digits import digits
from minigan.models.bipartite import bernoulli, free_energy, mean_hiddens, mean_visibles
from minigan.models.rbm import RBM

BATCH, HELD_OUT = 50, 297
HALVES = {"top": np.s_[:4, :], "bottom": np.s_[4:, :], "left": np.s_[:, :4], "right": np.s_[:, 4:]}


class Completion:
    """An RBM of 8×8 digits, black and white; the last 297 digits are not trained on.

    hidden: hidden units. learning_rate, seed: of the training.
    """

    def __init__(self, hidden=64, learning_rate=0.05, seed=0):
        images = np.round(digits()[0])
        self.known, self.unseen = images[:-HELD_OUT], images[-HELD_OUT:]
        self.rbm = RBM(hidden, learning_rate=learning_rate, batch_size=BATCH, random_state=seed)
        self.rbm.begin(self.known)
        self.rng, self.rounds, self.epochs = generator(seed, "numpy", DRAW), 0, 0
        self.order, self.log, self.chain = None, [], []
        self.ask(np.zeros(64), "bottom")

    def train(self, seconds):
        """Minibatches until the time is over; -> passes over the digits so far."""
        end = time.perf_counter() + seconds
        per_epoch = len(self.known) // BATCH
        while time.perf_counter() < end:
            epoch, i = divmod(self.rbm.steps, per_epoch)
            if self.order is None or i == 0:
                self.order = generator(self.rbm.seed, "numpy", ORDER, epoch).permutation(len(self.known))
            self.rbm.step(self.known[self.order[i * BATCH : (i + 1) * BATCH]], check=False)
        self.epochs = self.rbm.steps / per_epoch
        data, unseen = (float(self.rbm.free_energy(rows).mean()) for rows in (self.known[:HELD_OUT], self.unseen))
        self.log.append({"epoch": self.epochs, "digits it learns from": data, "unseen digits": unseen})
        return self.epochs

    def ask(self, pixels, hide):
        """A new question: the 64 pixels that were drawn, and which half of them is not to be looked at."""
        hidden = np.zeros((8, 8), bool)
        if hide != "nothing":
            hidden[HALVES[hide]] = True
        self.observed = ~hidden.ravel()
        self.given = np.array(list(pixels), "float32")
        self.state = self.clamp(bernoulli(np.full(64, 0.5, "float32"), self.rng))
        self.mean, self.total, self.rounds, self.chain = self.state.copy(), np.zeros(64), 0, []
        self.remember()

    def clamp(self, v):
        """v with what is given put in."""
        return np.where(self.observed, self.given, v).astype("float32")

    def gibbs(self, rounds=1):
        """Rounds of v → h → v, what is given put back after each."""
        for _ in range(rounds):
            h = bernoulli(mean_hiddens(self.rbm.params, self.state[None]), self.rng)
            self.mean = mean_visibles(self.rbm.params, h)[0]
            self.state = self.clamp(bernoulli(self.mean, self.rng))
            self.rounds += 1
            self.total += self.mean
            self.remember()

    def remember(self):
        """The free energy of the chain's state."""
        self.chain.append(float(free_energy(self.rbm.params, self.state[None])[0]))

    def look(self):
        """All that is drawn. "answer" is the mean of E[v | h] over the rounds, what is given put in."""
        answer = self.clamp(self.total / self.rounds) if self.rounds else self.clamp(np.full(64, 0.5))
        features = mean_hiddens(self.rbm.params, self.state[None])
        arrays = {"given": np.where(self.observed, self.given, 0.5), "state": self.state, "mean": self.clamp(self.mean),
                  "answer": answer, "features": features, "examples": self.unseen[:10],
                  "filters": self.rbm.components_[:16], "chain": np.array(self.chain[-400:])}  # fmt: skip
        flat = {name: np.ascontiguousarray(array, "float32").ravel() for name, array in arrays.items()}
        return {**flat, "rounds": self.rounds, "epochs": self.epochs, "log": self.log[-400:], "seed": self.rbm.seed}
