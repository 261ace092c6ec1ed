"""Picture files: from what a phone or a program wrote to masks of ink, lines of parts, and digits framed as MNIST's.

OpenCV does the image processing: of the libraries that could (scikit-image, scipy.ndimage) it starts soonest and is
the only one with fast large medians and distance transforms. It is imported when the first picture comes, not before.
"""

from digitscope.digits.io.photo.advice import BLANK
from digitscope.digits.io.photo.decode import Photo, PhotoError, decode, open_photo
from digitscope.digits.io.photo.single import prepare_photo, read_photo

__all__ = ["BLANK", "Photo", "PhotoError", "decode", "open_photo", "prepare_photo", "read_photo"]
