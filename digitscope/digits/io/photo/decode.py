"""From a picture file to upright pixels: every format that phones and programs write, in bounded memory.

JPEGs are unpacked at a fraction of their size; all other pictures are brought down to the working size a strip at a
time, so that none is ever held twice. What cannot be read, or only with more memory than a page has for one visitor,
gets a sentence that names the file.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from PIL import Image, JpegImagePlugin, UnidentifiedImageError

Array = np.ndarray

WORKING_SIDE = 1800
"""Pixels: larger pictures are made smaller first. A line of twenty digits then still has 50 pixels for each."""
MOST_PIXELS = 64_000_000
"""The most pixels of a picture that must be unpacked whole: 256 MB. A phone's camera gives 12 to 50 million."""
MOST_JPEG_PIXELS = 260_000_000
"""A JPEG that is unpacked at an eighth of its size may have more; the largest cameras in phones give 200 million."""
STRIP = 4_000_000
"""Pixels that are converted at a time."""
ORIENTATION = 0x0112
"""The EXIF tag that says how the camera was held."""
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What brings a picture with each orientation upright (EXIF 2.32, section 4.6.4)."""


class PhotoError(ValueError):
    """A picture file that cannot be read; the message is one sentence that names it."""


class _TooLargeError(Exception):
    """A picture with more pixels than Pillow opens, and no JPEG."""


@dataclass(frozen=True)
class Photo:
    """A picture, upright and of working size."""

    pixels: Array
    """(h, w, 4) uint8: red, green, blue, and how opaque."""
    scale: float
    """Pixels of the file's upright picture for each pixel here."""
    size: tuple[int, int]
    """Width and height of the file's picture, upright."""


def open_photo(file: str | Path | IO[bytes], name: str = "") -> Photo:
    """Read a picture file, called `name` in errors.

    Raises PhotoError if it is no picture, is damaged, or has more pixels than can be unpacked in bounded memory.
    """
    if not name:
        name = str(file) if isinstance(file, str | Path) else str(getattr(file, "name", "The picture"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # our own limits are below; a broken EXIF costs only its orientation
            with _opened(file) as image:
                return _bounded(image, name)
    except PhotoError:
        raise
    except _TooLargeError as error:
        raise PhotoError(f"{name} has far too many pixels: please make it smaller, or save it as JPEG.") from error
    except (UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise PhotoError(f"{name} is no picture that can be read: use PNG, JPEG or HEIC.") from error
    except MemoryError as error:
        raise PhotoError(f"{name} cannot be read: it is too large to unpack.") from error
    except Exception as error:  # Pillow's readers raise whatever a damaged file leads them into
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise PhotoError(f"{name} cannot be read: {str(why).strip().splitlines()[0].rstrip('.')}.") from error


def decode(image: Image.Image) -> Photo:
    """Bring an opened picture of any mode and size upright and to working size."""
    full = image.size
    image.load()
    small = _small(image)
    turn = TURNS.get(_orientation(image))
    if turn is not None:
        small = small.transpose(turn)
        if turn not in (
            Image.Transpose.FLIP_LEFT_RIGHT,
            Image.Transpose.FLIP_TOP_BOTTOM,
            Image.Transpose.ROTATE_180,
        ):
            full = full[::-1]
    return Photo(np.asarray(small), max(full) / max(small.size), full)


def reduced(photo: Photo, side: int) -> Photo:
    """Return the picture reduced to the given number of pixels a side; itself if it has no more."""
    height, width = photo.pixels.shape[:2]
    if max(height, width) <= side:
        return photo
    size = (max(1, round(width * side / max(height, width))), max(1, round(height * side / max(height, width))))
    small = Image.fromarray(photo.pixels).convert("RGBa").resize(size, Image.Resampling.BOX).convert("RGBA")
    return Photo(np.asarray(small), photo.scale * max(height, width) / side, photo.size)


def _opened(file: str | Path | IO[bytes]) -> Image.Image:
    try:
        return Image.open(file)
    except Image.DecompressionBombError:
        # Pillow refuses very large pictures before it knows that a JPEG will be unpacked small.
        if not isinstance(file, str | Path):
            file.seek(0)
        try:
            return JpegImagePlugin.JpegImageFile(file)
        except SyntaxError:
            raise _TooLargeError from None
    except UnidentifiedImageError:
        try:
            import pillow_heif
        except ImportError:  # there is none for Pyodide
            raise UnidentifiedImageError from None
        if not isinstance(file, str | Path):
            file.seek(0)
        if not pillow_heif.is_supported(file):
            raise
        pillow_heif.register_heif_opener()
        if not isinstance(file, str | Path):
            file.seek(0)
        return Image.open(file)


def _bounded(image: Image.Image, name: str) -> Photo:
    full = image.size
    pixels = full[0] * full[1]
    jpeg = image.format in ("JPEG", "MPO")
    # A progressive JPEG's coefficients are all held, however small it is wanted.
    progressive = bool(image.info.get("progressive") or image.info.get("progression"))
    if pixels > (MOST_JPEG_PIXELS if jpeg and not progressive else MOST_PIXELS):
        raise PhotoError(f"{name} has {full[0]} x {full[1]} pixels: please make it smaller.")
    image.draft(None, (WORKING_SIDE, WORKING_SIDE))
    photo = decode(image)
    upright = full if (full[0] >= full[1]) == (photo.size[0] >= photo.size[1]) else full[::-1]
    return Photo(photo.pixels, max(upright) / max(photo.pixels.shape[:2]), upright)


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except Exception:  # a broken EXIF is no reason not to read the picture
        return 1


def _small(image: Image.Image) -> Image.Image:
    """The picture as RGBA with at most WORKING_SIDE pixels a side, converted a strip at a time."""
    factor = max(1, max(image.size) // WORKING_SIDE)
    deep = image.mode.startswith(("I", "F"))
    if deep:
        low, span = _range(image)
    height = max(1, STRIP // image.width // factor) * factor
    target = (-(-image.width // factor), -(-image.height // factor))
    small = Image.new("RGBA", target)
    for top in range(0, image.height, height):
        strip = image.crop((0, top, image.width, min(top + height, image.height)))
        if deep:
            values = np.nan_to_num(np.asarray(strip, np.float32), posinf=low + span, neginf=low)
            strip = Image.fromarray(np.clip((values - low) * (255 / span), 0, 255).astype(np.uint8))
        strip = strip.convert("RGBA") if strip.mode != "LAB" else _from_lab(strip)
        if factor > 1:
            # Colours under transparent pixels mean nothing: they must not be mixed in.
            strip = strip.convert("RGBa").reduce(factor).convert("RGBA") if _has_alpha(strip) else strip.reduce(factor)
        small.paste(strip, (0, top // factor))
    if max(target) > WORKING_SIDE:
        share = WORKING_SIDE / max(target)
        size = (max(1, round(target[0] * share)), max(1, round(target[1] * share)))
        small = small.convert("RGBa").resize(size, Image.Resampling.BOX).convert("RGBA")
    return small


def _has_alpha(image: Image.Image) -> bool:
    return bool(np.asarray(image.getchannel("A")).min() < 255)


def _range(image: Image.Image) -> tuple[float, float]:
    """What is black in a picture deeper than 8 bits, and how far above it white is."""
    low, high = np.inf, -np.inf
    height = max(1, STRIP // image.width)
    for top in range(0, image.height, height):
        values = np.asarray(image.crop((0, top, image.width, min(top + height, image.height))))
        values = values[np.isfinite(values)]
        if values.size:
            low, high = min(low, float(values.min())), max(high, float(values.max()))
    if not np.isfinite(low):
        return 0.0, 1.0
    if low < 0 or high > 65535:
        return low, (high - low) or 1.0
    if image.mode == "F" and high <= 1:
        return 0.0, 1.0
    # 8, 10, 12, 14 or 16 bits: the fewest that hold what is there.
    return 0.0, next(float(2**bits - 1) for bits in (8, 10, 12, 14, 16) if high <= 2**bits - 1)


def _from_lab(image: Image.Image) -> Image.Image:
    """Lightness alone, which is all that a digit in CIELAB needs."""
    return image.getchannel(0).convert("RGBA")
