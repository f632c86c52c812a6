"""How long samples take: pixel by pixel, beside models that draw in one shot.

    python benchmarks/sampler_speed.py [--threads 2] [--images 16]

28×28 images, networks as they are at the start: no time depends on what they have learnt. PixelCNN is that of model_speed.py
and is asked for one pixel after the other by `sample`, which keeps what earlier pixels have left; the two `_whole` contenders
pass the whole image through the network for each pixel, as a first program would, in minigan and in torch. PixelRNN has two row
LSTMs of 32 channels. The others draw in one shot: the VAE and the DCGAN of model_speed.py, and the vanilla GAN.
How they are timed: harness.py.
"""

import harness


def pixelcnn(images):
    from minigan.models.pixelcnn import PixelCNN

    model = PixelCNN((28, 28))
    return lambda: model.sample(images, seed=0)


def pixelcnn_whole(images):
    import numpy as np

    from minigan.models.pixelcnn import PixelCNN
    from minigan.nn.activations import sigmoid

    model, rng = PixelCNN((28, 28)), np.random.default_rng(0)

    def sample():
        x = np.zeros((images, 784), np.float32)
        for pixel in range(784):
            p = sigmoid(model.network.forward(model.learner.theta, x)[0].reshape(images, 784)[:, pixel])
            x[:, pixel] = rng.random(images, dtype="float32") < p

    return sample


def torch_whole(images):
    import torch
    from model_speed import torch_pixelcnn_network

    net = torch_pixelcnn_network()

    def sample():
        x = torch.zeros(images, 1, 28, 28)
        with torch.no_grad():
            for row in range(28):
                for column in range(28):
                    x[:, 0, row, column] = torch.bernoulli(torch.sigmoid(net(x)[:, 0, row, column]))

    return sample


def pixelrnn(images):
    from minigan.models.pixelrnn import PixelRNN

    model = PixelRNN((28, 28))
    return lambda: model.sample(images, seed=0)


def vae(images):
    from minigan.models.networks import tanh_network
    from minigan.models.vae import VAE

    model = VAE(tanh_network(784, 200, 200, 100), tanh_network(50, 200, 200, 784), 50)
    return lambda: model.sample(images, seed=0)


def gan(images):
    from minigan.models.gan import GAN, vanilla_discriminator, vanilla_generator

    model = GAN(vanilla_generator(), vanilla_discriminator())
    return lambda: model.sample(images, seed=0)


def dcgan(images):
    from minigan.models.dcgan import dcgan
    from minigan.models.gan import GAN

    model = GAN(*dcgan((28, 28, 1), 64, 64), latent=64)
    return lambda: model.sample(images, seed=0)


def main():
    parser = harness.arguments(__doc__, rounds=3, steps=1, warm=1, starts=1)
    parser.add_argument("--images", type=int, default=16)
    args = parser.parse_args()
    names = ["pixelcnn", "pixelcnn_whole", "torch_whole", "pixelrnn", "vae", "gan", "dcgan"]
    harness.compare(__file__, names, args, images=args.images)


if __name__ == "__main__":
    main()
