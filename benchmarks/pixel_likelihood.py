"""The exact test likelihood of PixelCNN and PixelRNN on MNIST, beside the published figures.

    MINIGAN_DATA=folder python benchmarks/pixel_likelihood.py --channels 64 --blocks 4 --kernel 7 --lr 0.0015 --epochs 10
    MINIGAN_DATA=folder python benchmarks/pixel_likelihood.py --model row --epochs 5

Images are binarised once, each pixel 1 with its grey level as the probability (training seed 0, test seed 1). Batches of 64,
Adam (β₁ = 0.9) along half a cosine to 1 % of its rate, averaged θ. Published negative log-likelihoods, nats: 81.30
(PixelCNN), 80.54 (row LSTM), 79.20 (diagonal BiLSTM), 88.33 (NADE), 86.64 (MADE). A run that was stopped goes on where it
was.
"""

import argparse
import json
import time
from pathlib import Path

from minigan.arrays import generator, to
from minigan.checkpoint import load_model
from minigan.data.mnist import mnist
from minigan.models.bipartite import bernoulli
from minigan.models.model import Learner
from minigan.models.pixelcnn import PixelCNN
from minigan.models.pixelrnn import PixelRNN
from minigan.nn import Adam, Cosine
from minigan.train import train


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", choices=["cnn", "row", "raster"], default="cnn")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--channels", type=int, default=32)
    parser.add_argument("--blocks", type=int, default=5, help="of the PixelCNN")
    parser.add_argument("--kernel", type=int, default=3, help="of the PixelCNN's blocks")
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--start", type=Path, help="a checkpoint whose averaged θ is the first θ of this run")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--backend", default="numpy", help="numpy or cupy")
    parser.add_argument("--out", type=Path, default=Path("runs/pixel_likelihood"))
    args = parser.parse_args()
    images, test = (bernoulli(mnist(part)[0], generator(seed)) for part, seed in (("train", 0), ("test", 1)))
    steps = args.epochs * (len(images) // 64)
    optimizer = Adam(args.lr, beta1=0.9, schedule=Cosine(steps, to=0.01), average=0.999)
    options = {"channels": args.channels, "optimizer": optimizer, "seed": args.seed, "backend": args.backend}
    if args.model == "cnn":
        model = PixelCNN((28, 28), blocks=args.blocks, kernel=args.kernel, **options)
    else:
        model = PixelRNN((28, 28), kind=args.model, **options)
    if args.start:
        before = load_model(args.start, args.backend).learner
        model.learner = Learner(model.network, optimizer, before.averaged)
    out, start = args.out / f"{args.model}_seed{args.seed}", time.perf_counter()
    train(model, images, epochs=args.epochs, batch_size=64, seed=args.seed, out=out, resume=True, frames=4, intervals=400)
    minutes = (time.perf_counter() - start) / 60
    log_p = model.log_likelihood(to(test, args.backend))
    result = {"model": args.model, "seed": args.seed, "epochs": args.epochs, "minutes": round(minutes, 1),
              "negative_log_likelihood": -float(log_p.mean()), "error": float(log_p.std() / len(log_p) ** 0.5)}  # fmt: skip
    (out / "result.json").write_text(json.dumps(result), encoding="utf-8")
    print(result, flush=True)


if __name__ == "__main__":
    main()
