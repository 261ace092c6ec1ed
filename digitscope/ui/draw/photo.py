"""A photo or a scan in place of a drawing: the same reader behind an upload and a camera."""

from __future__ import annotations

import streamlit as st

from digitscope.digits.io.photo import PhotoError, read_photo
from digitscope.digits.preprocess import Prepared

KINDS = ["png", "jpg", "jpeg", "webp", "bmp"]
LARGEST = 20
"""Megabytes: a phone's largest pictures have about half."""


def photo_input() -> Prepared | None:
    """Show the button, and return the picture that is to be read; None: read the canvas."""
    with st.container(key="photo"), st.popover("Photo or file", icon=":material/photo_camera:", width="stretch"):
        st.caption(
            "One digit on paper, dark on light or light on dark. It stays on this server, and only while you look."
        )
        file = st.file_uploader("A picture", KINDS, key="picture", max_upload_size=LARGEST)
        # A camera asks for permission as soon as it is shown: only who wants it should be asked.
        taken = (
            st.camera_input("Take a picture", key="camera") if st.toggle("Use the camera", key="use_camera") else None
        )
        chosen = file or taken
        if chosen is None:
            return None
        try:
            prepared = read_photo(chosen, chosen.name)
        except PhotoError as error:
            st.error(str(error))
            return None
        st.image(chosen.getvalue(), width=160)
        st.caption(
            "The page reads this picture. Remove it with the × beside its name, and the page reads your drawing again."
        )
        return prepared
