"""Fast implementations: the arithmetic of the layers, arranged for speed instead of readability.

Read `cnn/layers.py` and `cnn/network.py` first: they are the reference, and tests compare everything here with them.
Each file opens with the idea that makes it fast.
"""
