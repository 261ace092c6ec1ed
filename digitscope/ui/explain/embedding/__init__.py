"""The map of digits: 2,000 digits of MNIST as the network sees them, and the visitor's drawing among them."""
