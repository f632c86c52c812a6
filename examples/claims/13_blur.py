"""VAE samples are blurrier, GAN samples sharper; PCA is a poor generator.

    python examples/claims/13_blur.py

Four generators of the digits, 500 samples each, beside held-out images. Sharpness: the variance of the Laplacian, large at
edges, and the share of an image's power at high frequencies. Noise is sharp too, so a classifier's confidence stands
beside: the share of samples of which it is sure. A VAE's sample is the mean of its pixels given a code, as is usual; a draw
of the pixels would be noisy. All learn for the same number of steps; the wider VAE of `examples/decoders.py` is sharper.
"""

import numpy as np
from claim import arguments, digit_gan, report, shuffled_digits, trained

from minigan import pictures
from minigan.metrics.coverage import coverage
from minigan.metrics.sharpness import sharpness
from minigan.models.classifier import Classifier, classifier_network
from minigan.models.dcgan import dcgan
from minigan.models.gan import GAN
from minigan.models.networks import tanh_network
from minigan.models.pca import PCA
from minigan.models.vae import VAE
from minigan.nn import Adam, Straight

args = arguments(__file__, __doc__, steps=1500)
measures = {"laplacian": "Laplacian's variance", "high_frequencies": "power at high frequencies",
            "confident": "a classifier is sure of"}  # fmt: skip
figures = {}
for seed in range(args.seeds):
    images, labels = shuffled_digits(seed)
    known, unseen = images[:1400], images[1400:]
    judge = trained(Classifier(classifier_network(64, 10, 64), seed=seed), (known, labels[:1400]), 1000)
    adam = Adam(1e-3, beta1=0.5, schedule=Straight(args.steps, to=0.1))
    models = {"PCA": PCA(8).fit(known),
              "VAE": VAE(tanh_network(64, 100, 16), tanh_network(8, 100, 64), 8, optimizer=adam, seed=seed),
              "GAN": digit_gan(seed, args.steps),
              "DCGAN": GAN(*dcgan((8, 8, 1), 20, 16), 20, optimizer_g=adam, optimizer_d=adam, seed=seed)}  # fmt: skip
    drawn = {"held-out images": unseen}
    for name, model in models.items():
        drawn[name] = np.clip((model if name == "PCA" else trained(model, known, args.steps, seed)).sample(500, seed=1), 0, 1)
    for name, samples in drawn.items():
        found = sharpness(samples, (8, 8)) | coverage(judge, samples.astype(np.float32))
        for key, label in measures.items():
            figures.setdefault(f"{name}: {label}", []).append(found[key])
    if seed == 0:
        first = drawn


def mean(name, key):
    return np.mean(figures[f"{name}: {measures[key]}"])


rows = [f"{name}\nLaplacian {mean(name, 'laplacian'):.2f}" for name in first]
pictures.save_table(args.picture, np.concatenate([samples[:12] for samples in first.values()]), (8, 8), rows, [""] * 12,
                    title="held-out images, and samples of four generators: how sharp?")  # fmt: skip

blurred, sharp = ([figures[f"{name}: {measures['laplacian']}"] for name in names]
                  for names in (("VAE", "PCA"), ("GAN", "DCGAN")))  # fmt: skip
holds = max(map(max, blurred)) < min(map(min, sharp))
sure = {name: mean(name, "confident") for name in models}
poor = sure["PCA"] == min(sure.values())
verdict = "Holds" if holds and poor else "Holds in part" if holds or poor else "Does not hold"
blur = f"PCA and VAE are {'' if holds else 'not always '}blurrier than both GANs"
least = "PCA is the poorest" if poor else f"PCA is not the poorest, a classifier is less sure of {min(sure, key=sure.get)}'s"
edges = ", ".join(f"{mean(name, 'laplacian'):.2f} ({name})" for name in first)
report(args, figures, f"{verdict}: {blur}; {least}. Laplacian {edges}. A classifier is sure of "
       + ", ".join(f"{share:.0%} ({name})" for name, share in sure.items()) + ".")  # fmt: skip
