"""The answer's panels as HTML: what they say, what tests and scripts read off them, and that names are escaped."""

from __future__ import annotations

import re
from base64 import b64decode
from html.parser import HTMLParser
from time import perf_counter

import numpy as np
import pytest

from digitscope.digits.samples import SAMPLES
from digitscope.digits.strokes import Strokes
from digitscope.recognition import Reader, Reading
from digitscope.ui.draw.answer import answer_panels


class Elements(HTMLParser):
    """All elements of a text of HTML, with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def of_class(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for _, attributes in self.found if name in (attributes.get("class") or "").split()]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.shipped()


def panels(reader: Reader, strokes: Strokes, name: str = "the network", pen_down: bool = False) -> dict[str, Elements]:
    made = answer_panels(reader.read(strokes, pen_down), name, perf_counter(), pen_down)
    return {key: Elements(html) for key, html in made.items()}


def test_the_answer_carries_its_numbers_as_data(reader):
    shown = panels(reader, SAMPLES[7][0])
    _, answer = shown["answer"].found[0]
    assert answer["data-digit"] == "7"
    assert answer["data-strokes"] == str(len(SAMPLES[7][0].paths))
    own, network = (float(answer[f"data-{one}milliseconds"] or "nan") for one in ("", "network-"))
    assert 0 < network < own + network
    bars = shown["probabilities"].of_class("bar")
    assert [bar["data-digit"] for bar in bars] == [str(digit) for digit in range(10)]
    probabilities = np.array([float(bar["data-probability"] or "nan") for bar in bars])
    assert probabilities.sum() == pytest.approx(1, abs=1e-3)
    assert probabilities.argmax() == 7
    assert [bar["data-digit"] for bar in shown["probabilities"].of_class("best")] == ["7"]


def test_a_networks_name_is_text_and_never_markup(reader):
    name = '<img src=x onerror="alert(1)">&amp;'
    answer = panels(reader, SAMPLES[7][0], name)["answer"]
    assert {tag for tag, _ in answer.found} == {"div", "span"}
    assert f"by {name}" in answer.text


def test_of_several_digits_the_boxes_are_drawn(reader):
    one, two = SAMPLES[1][0].paths[0], SAMPLES[2][0].paths[0]
    shown = panels(reader, Strokes((two, one + np.array([1.6, 0])), 3.0))
    _, answer = shown["answer"].found[0]
    assert answer["class"] == "answer number"
    assert answer["data-digit"] == "21"
    (boxes,) = shown["input28"].of_class("boxes")
    assert boxes["data-boxes"] == "2"
    kind, data = (boxes["src"] or "").split(",")
    assert kind == "data:image/svg+xml;base64"
    svg = b64decode(data).decode()
    assert len(re.findall("<rect", svg)) == len(re.findall("<polyline", svg)) == 2
    assert len(re.findall('stroke="#2452e6"', svg)) == 1, "the digit that is looked into stands out"


@pytest.mark.parametrize(
    ("strokes", "pen_down", "words"),
    [
        (Strokes((), 340), False, "Draw a digit"),
        (Strokes((np.array([[3.0, 3], [4, 4]]),), 340), False, "Nothing to read"),
        (Strokes((np.array([[3.0, 3], [4, 4]]),), 340), True, "Draw a digit"),
    ],
)
def test_what_cannot_be_read_says_why(reader, strokes: Strokes, pen_down: bool, words: str):
    shown = panels(reader, strokes, pen_down=pen_down)
    assert words in shown["answer"].text
    assert shown["answer"].of_class("empty")
    assert not shown["probabilities"].of_class("best")
    assert shown["probabilities"].of_class("bars")[0]["aria-label"] == "No probabilities yet"


def test_without_a_network_there_is_a_sentence():
    html = answer_panels(Reading.unread(SAMPLES[7][0]), "", perf_counter())["answer"]
    assert "There is no network to read with." in html
