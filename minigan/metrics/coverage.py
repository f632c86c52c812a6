"""What a classifier says of generated images: is it sure of what each one shows, and do all classes occur?

A generator that draws only ones has collapsed. Confidence alone does not make a digit: the classifier has seen digits and
nothing else, and is sure of many things that are none (of about half of plain noise, for one). So look at the pictures too; and
its accuracy on held-out images says how far to trust it with real ones.
"""

import numpy as np

from minigan.arrays import to_numpy
from minigan.check import number


def coverage(classifier, samples, sure=0.9):
    """{"classes": how many classes some sample is surely of, "confident": the share of samples with a class ≥ sure,
    "histogram": sure samples in each class}.
    """
    p = to_numpy(classifier.probabilities(samples))
    certain = p.max(axis=1) >= number("sure", sure, least=0, most=1)
    histogram = np.bincount(p.argmax(axis=1)[certain], minlength=p.shape[1])
    return {"classes": int((histogram > 0).sum()), "confident": float(certain.mean()), "histogram": histogram.tolist()}
