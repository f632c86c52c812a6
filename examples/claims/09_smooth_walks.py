"""Walking between two z changes the sample smoothly.

    python examples/claims/09_smooth_walks.py

16 walks a seed from one z to another along the sphere, 24 steps each. Smooth: no step changes the picture much more than
the others; the figure is the largest step over the mean one, 1 at best. Two baselines. A *memoriser* shows the training
image that is nearest to G(z): it stands still and then jumps. A *cross-fade* between the two end pictures is perfectly
smooth, but in its middle there are two digits at once. So the second figure: how often a classifier is sure of the middle
third of a walk.
"""

import numpy as np
from claim import arguments, digit_gan, report, shuffled_digits, trained

from minigan import pictures
from minigan.arrays import generator
from minigan.metrics.coverage import coverage
from minigan.metrics.neighbours import nearest
from minigan.models.classifier import Classifier, classifier_network

args = arguments(__file__, __doc__, steps=1500)
WALKS, STEPS = 16, 24
jumps, sure = {}, {}
for seed in range(args.seeds):
    images, labels = shuffled_digits(seed)
    gan = trained(digit_gan(seed, args.steps), images, args.steps, seed)
    judge = trained(Classifier(classifier_network(64, 10, 64)), (images, labels), 1000)
    start, end = generator(seed).standard_normal((2, WALKS, 20), "float32")
    walk = gan.generate(pictures.walk(start, end, STEPS + 1, around=True).reshape(-1, 20)).reshape(WALKS, STEPS + 1, 64)
    walks = {"walk in z": walk, "cross-fade": pictures.walk(walk[:, 0], walk[:, -1], STEPS + 1),
             "memoriser": images[nearest(walk.reshape(-1, 64), images)[0][:, 0]].reshape(walk.shape)}  # fmt: skip
    for name, frames in walks.items():
        steps = np.linalg.norm(np.diff(frames, axis=1), axis=2)
        steps = steps[steps.max(axis=1) > 0]  # a memoriser may show one image all the way
        middle = frames[:, STEPS // 3 : 2 * STEPS // 3 + 1].reshape(-1, 64)
        jumps.setdefault(f"{name}: largest step over the mean one", []).append(
            float((steps.max(axis=1) / steps.mean(axis=1)).mean()))
        sure.setdefault(f"{name}: share of the middle third that a classifier is sure of", []).append(
            coverage(judge, middle)["confident"])  # fmt: skip
    if seed == 0:
        rows = np.stack([frames[:3, ::2] for frames in walks.values()], axis=1).reshape(-1, 64)
        pictures.save_table(args.picture, rows, (8, 8), [*walks] * 3, range(0, STEPS + 1, 2),
                            title="three walks: every second of 24 steps")  # fmt: skip

smooth, fade, memory = (np.mean(values) for values in jumps.values())
holds = smooth < (1 + memory) / 2
verdict = "Holds" if holds else "Does not hold"
report(args, jumps | sure, f"{verdict}: the largest step is {smooth:.1f} times the mean one; a memoriser's is {memory:.1f} "
       f"times, a cross-fade's {fade:.1f}.")  # fmt: skip
