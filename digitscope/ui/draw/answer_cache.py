"""The latest answers of one reader to one visitor: a drawing that was answered just now is not read again."""

from __future__ import annotations

from threading import RLock

from digitscope.digits.strokes import Strokes
from digitscope.recognition import Reader, Reading
from digitscope.ui.draw.answer import answer_panels


class AnswerCache:
    """One reader's answers to one visitor's drawings.

    The script's thread and those of the live channel may ask at the same time: a lock makes them take turns, so that
    a finished drawing always has the very same reading and panels.
    """

    def __init__(self, reader: Reader | None) -> None:
        self.reader = reader
        # Of the last finished drawing (False), and of the last one with the pen still down (True).
        self._read: dict[bool, Reading] = {}
        self._shown: tuple[Reading, dict[str, str]] | None = None
        self._lock = RLock()

    @property
    def name(self) -> str:
        """What the network is called."""
        return "" if self.reader is None else self.reader.name

    def reading(self, strokes: Strokes, pen_down: bool = False) -> Reading:
        """Return what the network reads in a drawing."""
        with self._lock:
            last = self._read.get(pen_down)
            if last is None or not last.strokes.same(strokes):
                last = Reading.unread(strokes) if self.reader is None else self.reader.read(strokes, pen_down)
                self._read[pen_down] = last
            return last

    def panels(self, strokes: Strokes, begun: float, pen_down: bool = False) -> dict[str, str]:
        """Return the HTML by panel, see `answer_panels`; for a finished drawing always the very same object."""
        with self._lock:
            reading = self.reading(strokes, pen_down)
            if pen_down:
                return answer_panels(reading, self.name, begun, pen_down)
            last = self._shown
            if last is None or last[0] is not reading:
                self._shown = last = (reading, answer_panels(reading, self.name, begun))
            return last[1]
