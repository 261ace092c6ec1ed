"""Teaching a copy of the network one visitor's hand, in a process of its own: seconds, with progress, then a meter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from copy import deepcopy
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection

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

Array = np.ndarray
Drawn = tuple[Strokes, int]
"""A drawing, and the digit that it was meant as."""

DRAWINGS = 5
"""So many make a lesson."""
COPIES = 40
"""Of each drawing to learn from: varied as by the same hand on another day."""
TRIES = 40
"""Other variations of each, to measure on: they are not learned from."""
REHEARSED = 3000
"""Training images of MNIST that are learned from as well."""
USUAL = 40
"""Variations of each of our own samples, learned from as well: what a pen draws must not be forgotten either."""
HABIT = 2
"""One drawing that is taken for another digit may be a slip; so many are how this hand writes."""
MEASURED = 2000
"""Validation images of MNIST that tell how much was forgotten."""
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Of the way from the old weights to the learned ones; one of these is gone."""
SPARED = 0.01
"""So much of the best share read right is given up for a shorter way: what nobody needed is not unlearned."""
WARP = 0.5
SEED = 2026


@dataclass(frozen=True)
class Meter:
    """Shares read right, 0 to 1, on what was not learned from."""

    own: float
    """On `TRIES` variations of each drawing."""
    drawings: int
    """How many of the drawings themselves."""
    mnist: float
    """On `MEASURED` validation images."""


@dataclass(frozen=True)
class Progress:
    """How far it is, 0 to 1."""

    share: float


@dataclass(frozen=True)
class Learned:
    """The end: a weights file, and the meter before and after."""

    packed: bytes
    before: Meter
    after: Meter


@dataclass(frozen=True)
class Failed:
    """The other end; the sentence is for the log, the page has its own words."""

    sentence: str


News = Progress | Learned | Failed


class HandLesson:
    """A lesson that runs; `look` says how far it is. Ends with the page's interest in it: `close`."""

    def __init__(self, packed: bytes, drawings: Sequence[Drawn]) -> None:
        context = get_context("spawn")
        self.pipe, far_end = context.Pipe(duplex=False)
        self.pool = ProcessPoolExecutor(1, mp_context=context, initializer=_connect, initargs=(far_end,))
        self.pool.submit(_work, packed, list(drawings))
        far_end.close()
        self.news: News = Progress(0.0)

    def look(self) -> News:
        """The newest of what the worker said; a worker that is gone without a result has failed."""
        try:
            while isinstance(self.news, Progress) and self.pipe.poll():
                self.news = self.pipe.recv()
        except (EOFError, OSError):
            self.news = Failed("The process that learned was ended from outside.")
        if not isinstance(self.news, Progress):
            self.close()
        return self.news

    def close(self) -> None:
        """Let go of the worker; the next word that it says ends it."""
        self.pipe.close()
        self.pool.shutdown(wait=False, cancel_futures=True)


_pipe: Connection | None = None


def _connect(far_end: Connection) -> None:
    global _pipe
    _pipe = far_end


def _work(packed: bytes, drawings: list[Drawn]) -> None:
    assert _pipe is not None, "the pool calls _connect first"
    try:
        with threadpool_limits(1, user_api="blas"):
            for news in learn(packed, drawings):
                _pipe.send(news)
    except OSError:
        pass  # nobody listens any more
    except Exception as error:  # whatever went wrong has to reach the page
        _pipe.send(Failed(f"{type(error).__name__}: {error}"))
    finally:
        _pipe.close()


def learn(packed: bytes, drawings: Sequence[Drawn], seed: int = SEED) -> Iterator[Progress | Learned]:
    """Yield Progress, at last Learned. Raises ValueError when no drawing can be read."""
    rng = np.random.default_rng(seed)
    network, header = weights.from_bytes(packed, "the network in use")
    readable = [(strokes, label) for strokes, label in drawings if prepare(strokes).picture is not None]
    if not readable:
        raise ValueError("None of the drawings can be read.")
    data = mnist.load()
    own = variations(readable, COPIES, rng)
    own = warp(own[0], rng, WARP), own[1]
    chosen = rng.choice(len(data.training[1]), REHEARSED, replace=False)
    given_up = _given_up(network, readable)
    kept = [(sample, digit) for digit, two in SAMPLES.items() if digit not in given_up for sample in two]
    usual = variations(kept, USUAL, rng)
    old = (
        warp(np.concatenate([data.training[0][chosen], usual[0]]), rng, WARP),
        np.concatenate([data.training[1][chosen], usual[1]]),
    )
    trial, unseen = (variations(readable, TRIES, rng) for _ in range(2))
    before = measure(network, readable, unseen)
    adapted = network
    for event in fine_tune(network, own, old, rng):
        if isinstance(event, FineTuneStep):
            yield Progress(event.progress)
        else:
            adapted = gentlest(network, event, trial)
    facts = {key: header[key] for key in ("preprocessing", "refuse_above", "architecture") if key in header}
    packed = weights.to_bytes(adapted, **facts, data="the shipped network, adapted to one hand")
    yield Learned(packed, before, measure(adapted, readable, unseen))


def _given_up(network: CNN, drawings: Sequence[Drawn]) -> set[int]:
    """The digits that HABIT or more of the drawings were taken for, and are not: this hand writes those otherwise."""
    said = _said(BatchPredictor(network), _pictures(drawings))
    taken = Counter(int(digit) for digit, (_, label) in zip(said, drawings, strict=True) if digit != label)
    return {digit for digit, times in taken.items() if times >= HABIT}


def _pictures(drawings: Sequence[Drawn]) -> Array:
    return np.array([prepare(strokes).picture for strokes, _ in drawings])


def gentlest(network: CNN, adapted: CNN, trial: tuple[Array, Array]) -> CNN:
    """The network on the way to the adapted one that is nearest to the old and reads the hand about as well as any.

    A hand that was read well before leaves it as it is. (Weights between two networks, of which one was tuned from the
    other, make good networks: Wortsman et al., "Robust fine-tuning of zero-shot models", 2022.)
    """
    way = [blend(network, adapted, share) for share in SHARES]
    right = [_right(BatchPredictor(mixed), *trial) for mixed in way]
    return next(mixed for mixed, share in zip(way, right, strict=True) if share >= max(right) - SPARED)


def blend(one: CNN, other: CNN, share: float) -> CNN:
    """A copy of `one`, each weight moved by `share` of its way to that of `other`, a network of the same layers."""
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
    """Pictures (n, 28, 28) uint8 and labels (n,): each drawing as it is, and varied until there are `copies`."""
    pictures, labels = [], []
    for strokes, label in drawings:
        for copy in range(copies):
            picture = prepare(vary(strokes, rng) if copy else strokes).picture
            if picture is not None:
                pictures.append(picture)
                labels.append(label)
    return np.array(pictures), np.array(labels)


def measure(network: CNN, drawings: Sequence[Drawn], unseen: tuple[Array, Array]) -> Meter:
    """What the network reads right."""
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
