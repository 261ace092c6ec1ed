"""The reader: strokes or a picture in, a `Reading` out. The only room where `cnn` and `digits` meet.

It needs NumPy, Pillow and the standard library alone, so it also runs where there is no server and no page.
"""

from digitscope.recognition.reader import Reader
from digitscope.recognition.reading import Reading
from digitscope.recognition.shipped import SHIPPED, WeightsError

__all__ = ["SHIPPED", "Reader", "Reading", "WeightsError"]
