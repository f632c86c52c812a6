"""minigan: generative models whose every gradient is written by hand, on NumPy or CuPy arrays."""

__version__ = "0.1.0"
