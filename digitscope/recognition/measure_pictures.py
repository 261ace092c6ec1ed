"""How many pictures, and lines in pictures, are read right: by kind, by source, and the mean over either."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from digitscope.digits.io.photo import PhotoError, open_photo
from digitscope.recognition.measure import Accuracy
from digitscope.recognition.reader import Reader

SEVERAL = "multi"
"""The kind of pictures with several digits."""


@dataclass(frozen=True)
class LabelledPicture:
    """A picture file and what stands on it."""

    path: Path
    label: str
    """The digits; a space between groups, a slash between lines."""
    kind: str
    source: str


@dataclass(frozen=True)
class PictureResult:
    """What a picture was read as."""

    picture: LabelledPicture
    said: str
    """The digits that were read, "?" where one was refused, a slash between lines; no spaces."""
    lines: int
    """Lines on the picture."""
    lines_right: int
    """Those of them that were read without a mistake, in the right order."""

    @property
    def right(self) -> bool:
        """Whether all of it was read, and nothing else."""
        return self.said == self.picture.label.replace(" ", "")


def measure_pictures(reader: Reader, pictures: Iterable[LabelledPicture]) -> list[PictureResult]:
    """Read each picture; one that cannot be read, or has nothing to read, is wrong."""
    results = []
    for picture in pictures:
        try:
            found = reader.read_picture(open_photo(picture.path))
            lines = [str(line).replace(" ", "") for line in found.lines]
        except PhotoError:
            lines = []
        truth = picture.label.replace(" ", "").split("/")
        results.append(PictureResult(picture, "/".join(lines), len(truth), _in_order(truth, lines)))
    return results


def _in_order(truth: Sequence[str], lines: Sequence[str]) -> int:
    """How many lines of the truth were read, in their order: the longest common subsequence."""
    best = [0] * (len(lines) + 1)
    for line in truth:
        previous = 0
        for k, said in enumerate(lines, 1):
            previous, best[k] = best[k], max(best[k], best[k - 1], previous + (line == said))
    return best[-1]


def shares(results: Iterable[PictureResult], key: Callable[[PictureResult], str]) -> dict[str, Accuracy]:
    """The pictures that are right by `key`, such as their kind, in alphabetical order."""
    counts: dict[str, list[bool]] = defaultdict(list)
    for result in results:
        counts[key(result)].append(result.right)
    return {name: Accuracy(sum(own), len(own)) for name, own in sorted(counts.items())}


def line_share(results: Iterable[PictureResult]) -> Accuracy:
    """The lines that are right in pictures with several digits."""
    several = [result for result in results if result.picture.kind == SEVERAL]
    return Accuracy(sum(result.lines_right for result in several), sum(result.lines for result in several))


def mean(parts: Iterable[Accuracy]) -> float:
    """The mean of several shares, each counting once."""
    listed = [part.share for part in parts]
    return sum(listed) / len(listed) if listed else 0.0
