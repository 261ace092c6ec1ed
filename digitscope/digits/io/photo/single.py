"""One digit in a picture, framed without a network to ask: the most usual way to tell ink from paper is believed."""

from __future__ import annotations

from pathlib import Path
from typing import IO

import numpy as np
from PIL import Image

from digitscope.digits.io.photo.advice import advice
from digitscope.digits.io.photo.binarise import binaries, sheets
from digitscope.digits.io.photo.decode import Photo, decode, open_photo, reduced
from digitscope.digits.io.photo.frame import as_mnist, frame
from digitscope.digits.io.photo.lines import lines
from digitscope.digits.io.photo.parts import parts
from digitscope.digits.io.photo.rules import without_rules
from digitscope.digits.preprocess import BOX, SIDE, Prepared

LARGEST_SIDE = 900
"""Pixels: a single digit needs no more."""


def read_photo(file: str | Path | IO[bytes], name: str = "") -> Prepared:
    """Frame the digit in a picture file, called `name` in errors. Raises PhotoError for what is no picture."""
    return prepared(open_photo(file, name))


def prepare_photo(image: Image.Image) -> Prepared:
    """Frame the digit on a picture of any mode and size; no ink gives a reason and no picture."""
    return prepared(decode(image))


def prepared(photo: Photo) -> Prepared:
    """Frame all that is written in one line of a picture as one digit; the box is in the file's upright picture."""
    framed = as_mnist(photo)
    if framed is not None:
        return Prepared(framed, "", (0, 0, SIDE, SIDE), 1.0)
    near = reduced(photo, LARGEST_SIDE)
    for sheet in sheets(near):
        for paper in ("even", "wide"):
            for binary in binaries(sheet, paper)[:1]:
                bare, certain = without_rules(binary.mask)
                mask = bare if certain else binary.mask
                found, usual = parts(mask, binary.strength)
                rows = lines(found, usual)
                if not rows:
                    continue
                row = max(rows, key=lambda row: sum(part.mask.sum() for part in row))
                left, top = min(part.left for part in row), min(part.top for part in row)
                right, bottom = max(part.right for part in row), max(part.bottom for part in row)
                whole = np.zeros((bottom - top, right - left), bool)
                for part in row:
                    at = np.s_[part.top - top : part.bottom - top, part.left - left : part.right - left]
                    whole[at] |= part.mask
                box = (left * sheet.scale, top * sheet.scale, right * sheet.scale, bottom * sheet.scale)
                return Prepared(frame(whole), "", box, BOX / max(whole.shape) / sheet.scale)
    return Prepared(None, advice(near))
