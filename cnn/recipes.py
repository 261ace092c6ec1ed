"""Recipes: named combinations of an architecture and training settings, for the command line and the page."""

from __future__ import annotations

from dataclasses import dataclass

from cnn.settings import Settings


@dataclass(frozen=True)
class Recipe:
    """An architecture, the settings to train it with, and a description for users."""

    architecture: str
    """A name in `cnn.architectures.ARCHITECTURES`."""
    settings: Settings
    about: str


RECIPES = {
    "notebook": Recipe(
        "notebook",
        Settings(
            optimizer="sgd",
            learning_rate=0.005,
            schedule="constant",
            batch_size=1,
            epochs=3,
            images=1000,
            warps=False,
            average=0,
        ),
        "what the notebook does: 1,000 images, 3 epochs, one image a step",
    ),
    "ten-seconds": Recipe(
        "digitscope",
        Settings(learning_rate=0.003, seconds=10, warps=False),
        "a smaller network than the shipped one, trained for ten seconds",
    ),
    "one-minute": Recipe(
        "digitscope",
        Settings(learning_rate=0.004, seconds=60, weight_decay=0.01),
        "a smaller network than the shipped one, trained on warped images for one minute",
    ),
    "best": Recipe(
        "digitscope",
        Settings(learning_rate=0.003, epochs=60, weight_decay=0.01),
        "the best that this network reaches on MNIST alone: all 55,000 images 60 times, about six minutes on two cores",
    ),
    "shipped": Recipe(
        "reader",
        Settings(learning_rate=0.003, epochs=16, weight_decay=0.01, average=0.9995),
        "the network that the page ships with, from MNIST, pen drawings and what is not a digit (under an hour)",
    ),
}
