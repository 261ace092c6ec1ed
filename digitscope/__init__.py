"""DigitScope: a page, a command line and a library around the network in `cnn`, which reads handwritten digits."""

__version__ = "0.1.0"
