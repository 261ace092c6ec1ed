"""A personalising job inside its worker: fine-tune a copy of the network on a few drawings, and measure the effect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from copy import deepcopy

import numpy as np
from threadpoolctl import threadpool_limits

from cnn import weights
from cnn.fast.predictor import BatchPredictor
from cnn.fine_tuning import FineTuneStep, fine_tune
from cnn.network import CNN
from cnn.verdict import judge
from digitscope.digits.io import mnist
from digitscope.digits.preprocess import prepare
from digitscope.digits.samples import SAMPLES
from digitscope.digits.strokes import Strokes
from digitscope.digits.synthesis.stroke_augmentation import vary
from digitscope.digits.synthesis.warp import warp
from digitscope.jobs.messages import Channel, Ended, Learned, Meter, PersonaliseJob, Progress, Stop

Array = np.ndarray
Drawn = tuple[Strokes, int]
"""A drawing, and the digit that was meant."""

DRAWINGS = 5
"""Drawings that the page collects for one job."""
COPIES = 40
"""Variations of each drawing to train on, as the same person might draw it on another day."""
TRIES = 40
"""Further variations of each drawing to measure on; they are not trained on."""
REHEARSED = 3000
"""Training images of MNIST that are trained on as well."""
USUAL = 40
"""Variations of each built-in sample that are trained on as well, so that common pen drawings are not forgotten."""
HABIT = 2
"""From this number on, drawings mistaken for one digit count as a habit of this person and not as slips."""
MEASURED = 2000
"""Validation images of MNIST that tell how much was forgotten."""
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Candidate positions between the old weights (0) and the fine-tuned ones (1)."""
SPARED = 0.01
"""Accuracy on this person’s drawings that may be given up for weights nearer to the old ones."""
WARP = 0.5
"""Strength of the augmentation, 0 to 1."""
SEED = 2026


def personalise(job: PersonaliseJob, channel: Channel) -> None:
    """Fine-tune until the end of the job or a Stop: sends Progress, then Learned, then Ended."""
    with threadpool_limits(1, user_api="blas"):
        for report in learn(job.weights, job.drawings):
            channel.send(report)
            # The other commands are for training runs.
            if isinstance(channel.receive(0), Stop):
                channel.send(Ended("stopped"))
                return
    channel.send(Ended("finished"))


def learn(packed: bytes, drawings: Sequence[Drawn], seed: int = SEED) -> Iterator[Progress | Learned]:
    """Fine-tune the network in the weights file `packed`; yield Progress for each batch, and Learned at the end.

    Raises ValueError when none of the drawings can be read.
    """
    rng = np.random.default_rng(seed)
    network, header = weights.from_bytes(packed, "the network in use")
    readable = [(strokes, label) for strokes, label in drawings if prepare(strokes).picture is not None]
    if not readable:
        raise ValueError("None of the drawings can be read.")
    data = mnist.load()
    own = variations(readable, COPIES, rng)
    own = warp(own[0], rng, WARP), own[1]
    chosen = rng.choice(len(data.training[1]), REHEARSED, replace=False)
    given_up = _written_differently(network, readable)
    kept = [(sample, digit) for digit, two in SAMPLES.items() if digit not in given_up for sample in two]
    usual = variations(kept, USUAL, rng)
    old = (
        warp(np.concatenate([data.training[0][chosen], usual[0]]), rng, WARP),
        np.concatenate([data.training[1][chosen], usual[1]]),
    )
    trial, unseen = (variations(readable, TRIES, rng) for _ in range(2))
    before = measure(network, readable, unseen)
    tuned = network
    for event in fine_tune(network, own, old, rng):
        if isinstance(event, FineTuneStep):
            yield Progress(event.progress)
        else:
            tuned = nearest_blend(network, event, trial)
    facts = {key: header[key] for key in ("preprocessing", "refuse_above", "architecture") if key in header}
    packed = weights.to_bytes(tuned, **facts, data="a network, fine-tuned on one person’s drawings")
    yield Learned(packed, before, measure(tuned, readable, unseen))


def _written_differently(network: CNN, drawings: Sequence[Drawn]) -> set[int]:
    """Return the digits that HABIT or more drawings are mistaken for: this person writes those digits differently."""
    said = _said(BatchPredictor(network), _pictures(drawings))
    taken = Counter(int(digit) for digit, (_, label) in zip(said, drawings, strict=True) if digit != label)
    return {digit for digit, times in taken.items() if times >= HABIT}


def _pictures(drawings: Sequence[Drawn]) -> Array:
    return np.array([prepare(strokes).picture for strokes, _ in drawings])


def nearest_blend(network: CNN, tuned: CNN, trial: tuple[Array, Array]) -> CNN:
    """Return the blend of both networks that is nearest to `network` and within SPARED of the best on `trial`.

    `trial` holds pictures (n, 28, 28) of the drawings and labels (n,). Drawings that are read well already leave the
    network as it is. (Interpolating between a network and its fine-tuned copy: Wortsman et al., "Robust fine-tuning of
    zero-shot models", 2022.)
    """
    way = [blend(network, tuned, share) for share in SHARES]
    right = [_right(BatchPredictor(mixed), *trial) for mixed in way]
    return next(mixed for mixed, share in zip(way, right, strict=True) if share >= max(right) - SPARED)


def blend(one: CNN, other: CNN, share: float) -> CNN:
    """Return a copy of `one` with each weight moved by `share` (0 to 1) towards `other`, of the same layers."""
    copy = deepcopy(one)
    for (_, layer), (_, towards) in zip(copy.layers, other.layers, strict=True):
        for key, array in layer.params.items():
            array += np.float32(share) * (towards.params[key] - array)
    return copy


def _right(reader: BatchPredictor, pictures: Array, truth: Array) -> float:
    return float((_said(reader, pictures) == truth).mean())


def _said(reader: BatchPredictor, pictures: Array) -> Array:
    return judge(reader.predict(pictures)).probabilities.argmax(axis=1)


def variations(drawings: Sequence[Drawn], copies: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return pictures (n, 28, 28) uint8 and labels (n,): for each drawing itself and `copies` - 1 variations."""
    pictures, labels = [], []
    for strokes, label in drawings:
        for copy in range(copies):
            picture = prepare(vary(strokes, rng, same_person=True) if copy else strokes).picture
            if picture is not None:
                pictures.append(picture)
                labels.append(label)
    return np.array(pictures), np.array(labels)


def measure(network: CNN, drawings: Sequence[Drawn], unseen: tuple[Array, Array]) -> Meter:
    """Measure the network on the drawings, on `unseen` variations with labels, and on MNIST."""
    reader = BatchPredictor(network)
    own = _pictures(drawings)
    data = mnist.load()
    images, labels = (array[:MEASURED] for array in data.validation)

    labelled = np.array([label for _, label in drawings])
    return Meter(
        own=_right(reader, *unseen),
        drawings=round(_right(reader, own, labelled) * len(own)),
        mnist=_right(reader, images, labels),
    )
