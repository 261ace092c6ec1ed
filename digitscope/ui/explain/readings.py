"""What two readings say to a picture: the pass with the picture as it is, and the page's answer."""

from __future__ import annotations

import numpy as np

from digitscope.ui.explain.names import answer_name
from digitscope.ui.explain.subject import Subject

Array = np.ndarray


def both_readings(subject: Subject, picture: Array) -> str:
    """Say what one pass reads in a picture (28, 28), and what the page reads, which averages more passes in doubt."""
    alone = subject.network.predict_output(picture[None])[0]
    best = int(alone.argmax())
    verdict = subject.reader.verdict(picture[None])
    digit = "no digit" if verdict.refused[0] else str(int(verdict.predicted[0]))
    return (
        f"This pass: “{answer_name(best)}”, {100 * float(alone[best]):.1f} %. The page, with more passes if in doubt: "
        f"“{digit}”."
    )
