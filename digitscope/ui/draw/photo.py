"""A photo or a scan in place of a drawing: a file, dropped or chosen, or the camera, and a box around each digit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from PIL import Image, ImageDraw

from digitscope.digits.io.photo import Photo, PhotoError, open_photo
from digitscope.recognition import Reader, Reading
from digitscope.ui.common.session import session

KINDS = ["png", "jpg", "jpeg", "jfif", "webp", "bmp", "heic", "heif", "avif", "gif", "tif", "tiff"]
LARGEST = 20
"""Megabytes: a phone's largest pictures have about half."""
PREVIEW_SIDE = 900
"""Pixels of the picture that is shown with its boxes."""
CHOSEN, OTHER, REFUSED = (36, 82, 230), (31, 138, 90), (196, 62, 62)
"""Colours of the box that is looked into, of the others, and of those that could not be read."""


@dataclass
class PhotoState:
    """The picture that this tab read last, so that it is read once however often the page runs again."""

    file: str = ""
    photo: Photo | None = None
    reading: Reading | None = None
    reader: Reader | None = None


def photo_input(reader: Reader | None) -> Reading | None:
    """Show the button and the picture with its boxes; return what is read in it, None: read the canvas."""
    with st.container(key="photo"), st.popover("Photo or file", icon=":material/photo_camera:", width="stretch"):
        st.caption(
            "Digits or numbers on paper or screen, dark on light or light on dark. The picture stays on this server, "
            "and only while you look."
        )
        file = st.file_uploader("A picture", KINDS, key="picture", max_upload_size=LARGEST)
        # A camera asks for permission as soon as it is shown: only who wants it should be asked.
        taken = (
            st.camera_input("Take a picture", key="camera") if st.toggle("Use the camera", key="use_camera") else None
        )
        chosen = file or taken
        if chosen is None or reader is None:
            return None
        state = session().state(PhotoState)
        if state.file != chosen.file_id or state.reader is not reader or state.photo is None or state.reading is None:
            try:
                photo = open_photo(chosen, chosen.name)
            except PhotoError as error:
                st.error(str(error))
                return None
            state.file, state.photo, state.reader = chosen.file_id, photo, reader
            state.reading = reader.read_photo(photo)
        st.caption(
            "The page reads this picture. Remove it with the × beside its name, and the page reads your drawing again."
        )
    photo, reading = state.photo, state.reading
    with st.container(key="photo_boxes"):
        digits = reading.picture.digits if reading.picture else []
        if len(digits) > 1:
            signs = ["?" if digit.digit is None else str(digit.digit) for digit in digits]
            wanted = st.pills(
                "Look inside",
                range(len(digits)),
                default=reading.shown,
                format_func=lambda place: signs[place],
                key=f"digit-{state.file}",
            )
            if wanted is not None and wanted != reading.shown:
                state.reading = reading = reader.looking_into(reading, wanted)
        st.image(boxed(photo, reading), width="stretch")
    return reading


def boxed(photo: Photo, reading: Reading) -> Image.Image:
    """The picture, upright and small, with a box around each digit; the one that is looked into stands out."""
    preview = Image.fromarray(np.asarray(photo.pixels)).convert("RGBA")
    paper = Image.new("RGBA", preview.size, "white")
    paper.alpha_composite(preview)
    shown = paper.convert("RGB")
    shown.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    if max(shown.size) < PREVIEW_SIDE / 4:
        share = PREVIEW_SIDE / 2 / max(shown.size)
        size = (max(1, round(shown.width * share)), max(1, round(shown.height * share)))
        shown = shown.resize(size, Image.Resampling.NEAREST)
    pen = ImageDraw.Draw(shown)
    scale = shown.width / photo.size[0]
    line = max(2, max(shown.size) // 250)
    for place, digit in enumerate(reading.picture.digits if reading.picture else []):
        left, top, right, bottom = (side * scale for side in digit.box)
        colour = CHOSEN if place == reading.shown else REFUSED if digit.refused else OTHER
        pen.rectangle(
            (left - 2 * line, top - 2 * line, right + 2 * line, bottom + 2 * line), outline=colour, width=line
        )
    return shown
