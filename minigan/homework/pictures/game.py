"""Sheet 4's picture: f = xy, played by the student's four rules."""

from matplotlib.figure import Figure

from minigan.models.games import RULES, TWIST, trajectory


def draw(path, eta=0.2, steps=120):
    """The ways of the four rules from (1, 1), each with its own axes."""
    figure = Figure(figsize=(14, 4), layout="constrained")
    for axes, (name, rule) in zip(figure.subplots(1, len(RULES)), RULES.items()):
        points = trajectory(rule, TWIST, (1.0, 1.0), eta, steps)
        axes.plot(*zip(*points), ".-", markersize=3, linewidth=0.7)
        axes.plot(0, 0, "k+")
        axes.set(title=name, xlabel="x", ylabel="y", aspect="equal", xlim=(-4, 4), ylim=(-4, 4))
    figure.savefig(path, dpi=100)
