"""The data that an example is asked for on its command line: digits, MNIST, Fashion-MNIST, or a folder of images."""

from minigan.data.digits import digits
from minigan.data.images import image_folder
from minigan.data.mnist import mnist


def add_data_arguments(parser, default="digits"):
    """--data, --data-dir, --images, --size."""
    parser.add_argument("--data", choices=["digits", "mnist", "fashion-mnist"], default=default)
    parser.add_argument("--data-dir", help="the folder that holds MNIST; else MINIGAN_DATA, the cache, or a download")
    parser.add_argument("--images", help="a folder of your own images instead")
    parser.add_argument("--size", type=int, default=32, help="of your images, in pixels")


def load_images(args, part="train"):
    """(images float32 (N, n) in [0, 1], labels (N,) or None, shape of one (h, w, c)); what could not be read is printed.

    part: "train" or "test".
    """
    if args.images:
        images, unreadable = image_folder(args.images, args.size)
        print(f"{len(images)} images, {len(unreadable)} files could not be read", *unreadable.items(), sep="\n  ")
        return images, None, (args.size, args.size, 3)
    if args.data == "digits":
        images, labels = digits()
        return images, labels, (8, 8, 1)
    return *mnist(part, folder=args.data_dir, name=args.data), (28, 28, 1)
