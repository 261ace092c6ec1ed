"""The fast paths: the same arithmetic as the layers', arranged for the machine instead of for the reader.

Each file has its own idea; tests hold every one of them to the plain path in `cnn/layers.py` and `cnn/network.py`,
which is the one to read first.
"""
