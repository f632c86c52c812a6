"""All systems side by side: what they say of new images, what they draw, and what they cost. One table, one command.

    python benchmarks/systems.py [--seeds 3] [--jobs 2]
    MINIGAN_DATA=folder python benchmarks/systems.py --data mnist --only VAE DCGAN --seeds 1

Same data and same measures for all: images of black and white pixels, 1 where the grey level is ½ or more, so that PixelCNN,
RBM and VAE give probabilities of the same thing. A few hundred images are kept for a choice (of Parzen's σ), and others for the
test. What a system draws in grey is rounded to black and white before it is compared, but for the two measures of blur.

    exact, bound, estimate    log p(x) of the first 1,000 test images, nats: exact; a lower bound; by 1,000 importance samples
    parzen                    log-likelihood by Parzen windows, nats (its faults: `metrics/parzen.py`)
    two_sample                accuracy of a nearest neighbour that tells samples from test images; ½ is the goal
    precision, recall         share of samples among the test images, share of test images among the samples
    sure                      share of samples that a classifier is sure of (probability ≥ 0.9)
    high_frequencies, laplacian    sharpness (`metrics/sharpness.py`); the first row is the test images themselves
    training, samples_a_second, parameters    seconds of one processor; images in such a second, 256 at a time; numbers in θ

PCA's density is one of real numbers, not comparable, and left out. Into --out: table.csv (every seed), systems.md (mean, least
and most), systems.png (what each draws) and spread.png. A sweep (`minigan/sweep.py`): what is done is not run again. Where a
cell's result.json is deleted, its model is measured again, and not trained.
"""

import argparse
import time
from pathlib import Path

from minigan.spread import markdown
from minigan.sweep import add_arguments, run_command

SIZES = {  # code and hidden: the widths of PCA, autoencoder, VAE; width: channels of the pixel models; noise: of DCGAN
    "digits": {"code": 8, "hidden": 200, "width": 24, "noise": 32, "epochs": {"autoencoder": 100, "denoiser's chain": 100,
               "RBM": 100, "VAE": 200, "PixelCNN": 60, "PixelRNN": 60, "GAN": 500, "WGAN": 500, "DCGAN": 500}},
    "mnist": {"code": 20, "hidden": 500, "width": 32, "noise": 10, "epochs": {"autoencoder": 20, "denoiser's chain": 10,
              "RBM": 20, "VAE": 40, "PixelCNN": 3, "PixelRNN": 2, "GAN": 30, "WGAN": 20, "DCGAN": 8}},
}  # fmt: skip
DIGITS = {"exact": 1, "bound": 1, "estimate": 1, "parzen": 0, "two_sample": 2, "precision": 2, "recall": 2, "sure": 2,
          "high_frequencies": 2, "laplacian": 2, "training": 0, "samples_a_second": 0, "parameters": 0}  # fmt: skip
SYSTEMS = ("test images", "PCA", "autoencoder", "denoiser's chain", "RBM", "VAE", "PixelCNN", "PixelRNN", "GAN", "WGAN",
           "DCGAN")  # fmt: skip


def load(data):
    """(training, validation, test) images of black and white pixels, and the labels of the first and the last."""
    import numpy as np

    from minigan.data.digits import digits
    from minigan.data.mnist import mnist

    if data == "digits":
        (x, labels), cut = digits(), (1200, 1400)
    else:
        parts, cut = (mnist("train"), mnist("test")), (59_000, 60_000)
        x, labels = (np.concatenate(both) for both in zip(*parts))
    x = (x >= 0.5).astype(np.float32)
    return (x[: cut[0]], x[cut[0] : cut[1]], x[cut[1] :]), (labels[: cut[0]], labels[cut[1] :])


def build(system, n, epochs, seed, rows):
    """The model, before any training. n: pixels of an image. rows: of the training images."""
    from minigan.models.autoencoder import Autoencoder
    from minigan.models.dcgan import dcgan
    from minigan.models.gan import GAN
    from minigan.models.gsn import GSN
    from minigan.models.networks import tanh_network, vanilla_discriminator, vanilla_generator
    from minigan.models.pca import PCA
    from minigan.models.pixelcnn import PixelCNN
    from minigan.models.pixelrnn import PixelRNN
    from minigan.models.rbm import RBM
    from minigan.models.vae import VAE
    from minigan.models.wgan import WGAN
    from minigan.nn import Adam, Cosine, Net, Sigmoid, Straight

    size = SIZES["digits" if n == 64 else "mnist"]
    side, code, h, width = round(n**0.5), size["code"], size["hidden"], size["width"]
    steps = (epochs or 1) * (rows // 64)
    adam = Adam(2e-3, beta1=0.9, schedule=Cosine(steps, to=0.01))
    small = h // 8 if n == 64 else 128

    def players(lr, to):
        """Both optimizers: their rate falls from lr to `to` times lr, or stays where `to` is 1. Samples by averaged θ_G."""
        g, d = (Adam(lr, beta1=0.5, schedule=Straight(steps, to), average=average) for average in (0.999, 0.0))
        return {"optimizer_g": g, "optimizer_d": d, "seed": seed}

    vanilla = lambda: (vanilla_generator(10, n, small), vanilla_discriminator(n, small))  # noqa: E731
    return {
        "PCA": lambda: PCA(code),
        "autoencoder": lambda: Autoencoder(tanh_network(n, h, h, code), Net(*tanh_network(code, h, h, n).layers, Sigmoid()),
                                           optimizer=adam, seed=seed),
        "denoiser's chain": lambda: GSN(tanh_network(n, 2 * h, n), noise=0.15 if n == 64 else 0.4, seed=seed),
        "RBM": lambda: RBM(16, learning_rate=0.05, batch_size=64, random_state=seed),
        "VAE": lambda: VAE(tanh_network(n, h, h, 2 * code), tanh_network(code, h, h, n), code, optimizer=adam, seed=seed),
        "PixelCNN": lambda: PixelCNN((side, side), channels=width, optimizer=adam, seed=seed),
        "PixelRNN": lambda: PixelRNN((side, side), channels=width, optimizer=adam, seed=seed),
        "GAN": lambda: GAN(*vanilla(), latent=10, **players(2e-4, 1.0)),
        "WGAN": lambda: WGAN(*vanilla(), latent=10, k=1, **players(2e-4, 0.0)),
        "DCGAN": lambda: GAN(*dcgan((side, side, 1), size["noise"], 16), latent=size["noise"], **players(2e-3, 0.1)),
    }[system]()  # fmt: skip


def likelihoods(system, model, test):
    """{"exact", "bound" or "estimate": nats}, of what this system has."""
    from minigan.metrics.rbm_likelihood import log_likelihood, log_partition

    test = test[:1000]
    if system == "RBM":
        return {"exact": log_likelihood(model.params, test, log_partition(model.params)).mean()}
    if system == "VAE":
        return {"bound": model.elbo(test, seed=0).mean(), "estimate": model.log_likelihood(test, 1000, seed=0).mean()}
    return {"exact": model.log_likelihood(test).mean()} if system.startswith("Pixel") else {}


def run(folder, seed, system, data):
    """Train one system with one seed, and measure it. -> its figures."""
    import numpy as np

    from minigan.metrics.coverage import coverage
    from minigan.metrics.neighbours import precision_recall, two_sample_accuracy
    from minigan.metrics.parzen import parzen
    from minigan.metrics.sharpness import sharpness
    from minigan.models.classifier import Classifier, classifier_network
    from minigan.train import train

    (known, validation, test), (labels, _) = load(data)
    figures, n = {}, known.shape[1]
    if system == "test images":
        drawn = test
    else:
        epochs = SIZES[data]["epochs"].get(system)
        seconds, resumed = folder / "training_seconds.txt", (folder / "checkpoint.safetensors").exists()
        model, start = build(system, n, epochs, seed, len(known)), time.process_time()
        if epochs:
            train(model, known, epochs=epochs, batch_size=64, seed=seed, progress=False, out=folder, resume=True, frames=4)
        else:
            model.fit(known)
        if not resumed:  # else this process has not seen all of the training
            seconds.write_text(str(time.process_time() - start), encoding="utf-8")
        if seconds.exists():
            figures["training"] = float(seconds.read_text(encoding="utf-8"))
        figures |= likelihoods(system, model, test)
        model.sample(2, seed=0)
        start = time.process_time()
        model.sample(256, seed=0)
        figures["samples_a_second"] = 256 / (time.process_time() - start)
        figures["parameters"] = parameters(model)
        drawn = np.asarray(model.sample(10_000 if data == "mnist" else 2000, seed=1), np.float32)
    if seed == 0:
        np.save(folder.parent / f"{system}.npy", drawn[:12])
    pixels = np.round(np.clip(drawn, 0, 1))
    judge = Classifier(classifier_network(n))
    train(judge, (known, labels), steps=1400, batch_size=64, progress=False)
    figures["sure"] = coverage(judge, pixels)["confident"]
    figures |= sharpness(drawn, (round(n**0.5),) * 2)
    if system != "test images":
        m = min(len(test), 5000)
        figures["parzen"] = parzen(pixels, validation, test)["log_likelihood"]
        figures["two_sample"] = two_sample_accuracy(test[:m], pixels[:m])
        figures |= precision_recall(test[:m], pixels[:m])
    return figures


def parameters(model):
    """How many numbers are learnt."""
    if hasattr(model, "params"):
        return sum(part.size for part in model.params)
    if hasattr(model, "components_"):
        return model.components_.size + model.mean_.size
    return sum(part.theta.size for name in model.parts if hasattr(part := getattr(model, name), "theta"))


def draw(out):
    """systems.png: twelve samples of each system, of seed 0."""
    import numpy as np

    from minigan import pictures

    shown = [name for name in SYSTEMS if (Path(out) / f"{name}.npy").exists()]
    if not shown:
        return
    samples = np.concatenate([np.load(Path(out) / f"{name}.npy") for name in shown])
    side = round(samples.shape[1] ** 0.5)
    pictures.save_table(Path(out) / "systems.png", samples, (side, side), shown, [""] * 12,
                        title="what each system draws, before it is rounded to black and white")  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_arguments(parser, None)
    parser.set_defaults(seeds=3)
    parser.add_argument("--data", choices=["digits", "mnist"], default="digits")
    parser.add_argument("--only", nargs="+", choices=SYSTEMS, default=list(SYSTEMS))
    args = parser.parse_args()
    args.out = args.out or f"runs/systems_{args.data}"
    rows = run_command(run, {"system": args.only, "data": [args.data]}, args)
    draw(args.out)
    table = markdown(rows, ["system"], DIGITS)
    (Path(args.out) / "systems.md").write_text(table + "\n", encoding="utf-8")
    print(table)


if __name__ == "__main__":
    main()
