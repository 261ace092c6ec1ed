"""How long each explanation takes to compute for one drawing, without the browser: python -m benchmarks.explain."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
from threadpoolctl import threadpool_limits

from cnn import weights
from cnn.explain import Activations, arithmetic, gradcam, trail
from cnn.explain.ablation import ablated
from cnn.explain.embedding import fingerprint, last_features, nearest_neighbours, principal_components
from cnn.explain.fooling import fool, noise
from cnn.explain.integrated import integrated_gradients
from cnn.explain.occlusion import occlusion
from cnn.explain.saliency import saliency
from cnn.explain.smallest_edit import smallest_edit
from cnn.fast.predictor import BatchPredictor
from digitscope.digits.io import mnist
from digitscope.digits.preprocess import prepare
from digitscope.digits.samples import SAMPLES
from digitscope.ui.explain.ablation.result import QUICK
from digitscope.ui.explain.embedding.points import MANY
from digitscope.ui.explain.robustness.changes import CHANGES
from digitscope.ui.explain.worksheet.printed import worksheet


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, default=Path("pretrained/digitscope.npz"))
    parser.add_argument("--turns", type=int, default=9)
    options = parser.parse_args()
    threadpool_limits(1, user_api="blas")  # as in the page's server
    network, _ = weights.load(options.weights)
    picture = prepare(SAMPLES[3][0]).picture
    assert picture is not None
    look = Activations(network, picture)
    images = mnist.load().test_images
    features = last_features(network, images[:MANY])

    def change(name: str) -> None:
        BatchPredictor(network).predict(CHANGES[name].versions(picture))

    looks: dict[str, Callable[[], object]] = {
        "all values of a pass": lambda: Activations(network, picture),
        "a value's way and arithmetic": lambda: [
            arithmetic(look, i, at) for i, at in enumerate(trail(Activations(network, picture), 1, (5, 9, 9))) if at
        ],
        "gradient": lambda: saliency(network, picture, 3),
        "integrated gradients": lambda: integrated_gradients(network, picture, 3),
        "occlusion": lambda: occlusion(network, picture, 3),
        "Grad-CAM": lambda: gradcam.grad_cam(look, 3, gradcam.layers(look)[-1]),
        **{f"change: {name}": lambda name=name: change(name) for name in CHANGES},  # type: ignore[misc]
        "smallest edit, 3 to 8": lambda: list(smallest_edit(network, picture, 8)),
        "fool it": lambda: list(fool(network, noise(np.random.default_rng(1)), 3)),
        f"map of digits, {MANY:,} images (once a network)": lambda: principal_components(
            last_features(network, images[:MANY])
        ),
        "map of digits, a drawing's neighbours": lambda: (
            nearest_neighbours(features, last_features(network, picture[None])[0], 8),
            fingerprint(network),
        ),
        f"switch filters off, {QUICK} test images": lambda: BatchPredictor(
            ablated(network, {"conv1": [0]}, 0.1, 1, np.random.default_rng(1))
        ).predict(images[:QUICK]),
        "worksheet": lambda: worksheet(look, "the shipped network", 1),
    }
    print(f"| look | ms, median of {options.turns} |\n|---|---|")
    for name, run in looks.items():
        run()
        times = []
        for _ in range(options.turns):
            begun = perf_counter()
            run()
            times.append(1000 * (perf_counter() - begun))
        print(f"| {name} | {median(times):.1f} |")


if __name__ == "__main__":
    main()
