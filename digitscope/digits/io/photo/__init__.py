"""Picture files: from what a phone or a program wrote to masks of ink, lines of parts, and digits framed as MNIST's.

OpenCV does the image processing: it is imported in 0.05 to 0.1 s; SciPy's ndimage, which scikit-image needs too, takes
0.3 s and more. Its wheel is the larger one. It is imported when the first picture comes, not before.
"""

from digitscope.digits.io.photo.advice import BLANK
from digitscope.digits.io.photo.decode import Photo, PhotoError, decode, open_photo
from digitscope.digits.io.photo.single import prepare_photo, read_photo

__all__ = ["BLANK", "Photo", "PhotoError", "decode", "open_photo", "prepare_photo", "read_photo"]
