"""`digitscope embed`: lay out 2,000 test images by t-SNE, once a network, for the page's map of digits.

t-SNE (van der Maaten and Hinton, "Visualizing data using t-SNE", JMLR 9, 2008) is scikit-learn's: it needs
`pip install -r requirements-embedding.txt`. The file is small and belongs to one network: the page shows it only
with that one, and needs no scikit-learn.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from cnn import container
from cnn.explain.embedding import fingerprint, last_features
from digitscope.cli.common import CommandError, load_mnist, load_network
from digitscope.recognition import SHIPPED
from digitscope.resources import DATA

FORMAT = "digitscope embedding 1"
MANY = 2_000
PERPLEXITY = 30.0


def add_to(commands: argparse._SubParsersAction) -> None:
    """Describe the command to argparse."""
    parser = commands.add_parser("embed", help="lay digits out by t-SNE", description=__doc__)
    parser.add_argument("--weights", type=Path, default=SHIPPED, metavar="FILE")
    parser.add_argument("--out", type=Path, default=DATA / "embedding.npz", metavar="FILE")
    parser.add_argument("--seed", type=int, default=0)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Read, lay out, write."""
    try:
        from sklearn.manifold import TSNE
    except ImportError as error:
        raise CommandError("this needs scikit-learn: pip install -r requirements-embedding.txt") from error
    network, _ = load_network(options.weights)
    features = last_features(network, load_mnist().test_images[:MANY])
    features /= np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-12)
    places = TSNE(perplexity=PERPLEXITY, init="pca", random_state=options.seed).fit_transform(features)
    header = {"format": FORMAT, "network": fingerprint(network), "images": MANY, "perplexity": PERPLEXITY}
    try:
        container.write(options.out, container.pack(header, {"places": places.astype(np.float32)}))
    except container.FileError as error:
        raise CommandError(str(error)) from error
    print(f"{options.out}: {MANY:,} test images laid out for {options.weights}")
    return 0
