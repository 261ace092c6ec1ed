"""Pictures that strangers bring, drawn by the tests: each fault that a picture may have, and whole numbers."""

from __future__ import annotations

import time

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw

from digitscope.digits.io.photo import advice, decode
from digitscope.recognition import Reader
from tests.digits.io.drawn import image, ink, number, one, painted

ALL = range(10)
SOME = (0, 2, 4, 5, 7)
"""Where each picture takes its time."""


@pytest.fixture(scope="module")
def reader():
    return Reader.shipped()


def text(reader: Reader, picture: Image.Image) -> str:
    return "/".join(str(line) for line in reader.read_picture(decode(picture)).lines)


def wrong(reader: Reader, pictures: dict[int, Image.Image]) -> dict[int, str]:
    """What was read otherwise than it was drawn."""
    said = {digit: text(reader, picture) for digit, picture in pictures.items()}
    return {digit: found for digit, found in said.items() if found != str(digit)}


def on(cover: np.ndarray, rng: np.random.Generator, noise: float = 2.0, **colours: object) -> Image.Image:
    pixels = painted(cover, **colours)
    return image(pixels + rng.normal(0, noise, pixels.shape))


def test_straight_strokes_of_a_digit_that_fills_its_picture_are_no_rules(reader):
    tight = {}
    for digit in (1, 2, 4, 5, 7):
        cover = one(digit, 200, 0.8, 0.07)
        rows, columns = np.flatnonzero(cover.any(axis=1)), np.flatnonzero(cover.any(axis=0))
        tight[digit] = image(painted(cover[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]))
    assert wrong(reader, tight) == {}


@pytest.mark.parametrize("side", [28, 32, 48])
def test_lines_a_pixel_thin_do_not_break(reader, side):
    thin = {d: image(painted((one(d, side, 0.7, 1.3 / side) > 0.4) * 1.0, 0, 255)) for d in SOME}
    assert wrong(reader, thin) == {}


def test_a_small_digit_in_the_corner_of_28_pixels_is_framed(reader):
    corner = {d: image(255 * ink([(d, 3, 14, 11)], (28, 28), 1.5)) for d in SOME}
    assert wrong(reader, corner) == {}


def test_mnists_own_pictures_are_read_as_they_are(reader, digits):
    for picture in (digits.validation[0][0], 255 - digits.validation[0][1]):
        [found] = reader.read_picture(decode(Image.fromarray(picture))).digits
        ours = picture if picture[0, 0] == 0 else 255 - picture
        np.testing.assert_array_equal(found.picture, ours)


def test_a_shadows_edge_is_no_ink(reader, rng):
    shadow = np.ones((300, 300, 1))
    shadow[:, 90:] = 0.55
    edge = np.asarray(cv2.blur(shadow, (9, 9)))[..., None]
    lit = {d: image(painted(one(d, 300, 0.5)) * edge + rng.normal(0, 2, (300, 300, 3))) for d in SOME}
    assert wrong(reader, lit) == {}


def test_white_ink_and_dark_ink_on_transparency_are_read(reader):
    pictures = {}
    for digit in ALL:
        cover = one(digit)
        colour = (255, 255, 255) if digit % 2 else (0, 0, 0)
        pictures[digit] = image(np.dstack([np.broadcast_to(colour, (*cover.shape, 3)), 255 * cover]))
    assert wrong(reader, pictures) == {}


@pytest.mark.parametrize(
    ("pen", "paper"),
    [((255, 235, 60), (170, 225, 255)), ((255, 120, 120), (120, 190, 120)), ((60, 200, 60), (235, 150, 150))],
)
def test_colours_of_equal_brightness_are_told_apart(reader, pen, paper):
    assert wrong(reader, {d: image(painted(one(d), pen, paper)) for d in SOME}) == {}


def test_a_printed_box_around_the_digit_is_left_out(reader, rng):
    boxed = {}
    for digit in SOME:
        picture = on(one(digit, 300, 0.5), rng)
        ImageDraw.Draw(picture).rectangle((25, 30, 270, 275), outline=(30, 30, 30), width=4)
        boxed[digit] = picture
    assert wrong(reader, boxed) == {}


def test_squared_paper_is_left_out(reader, rng):
    squared = {}
    for digit in SOME:
        cover = one(digit, 300, 0.55, 0.04)
        picture = painted(cover)
        lines = np.full(picture.shape, 255.0)
        lines[20::60], lines[:, 35::60] = 120, 120
        squared[digit] = image(np.minimum(picture, lines) + rng.normal(0, 2, picture.shape))
    assert wrong(reader, squared) == {}


def test_a_patch_pasted_on_another_white_is_read(reader, rng):
    patched = {}
    for digit in SOME:
        paper = np.full((300, 300, 3), 255.0)
        paper[60:240, 70:230] = 205
        patched[digit] = image(painted(one(digit, 300, 0.45, 0.04), paper=paper))
    assert wrong(reader, patched) == {}


def test_a_pencil_in_uneven_light_is_read(reader, rng):
    light = np.linspace(0.5, 1, 300)[:, None, None] * np.linspace(0.7, 1, 300)[None, :, None]
    faint = {
        d: image(painted(0.45 * one(d, 300, 0.5, 0.03), 60, (220, 215, 205)) * light + rng.normal(0, 2, (300, 300, 3)))
        for d in SOME
    }
    assert wrong(reader, faint) == {}


def test_glare_is_no_ink(reader, rng):
    y, x = np.mgrid[:300, :300]
    glare = 120 * np.exp(-((x - 70) ** 2 + (y - 80) ** 2) / 2 / 40**2)[..., None]
    shiny = {d: image(painted(one(d, 300, 0.5), 40, 150) + glare + rng.normal(0, 2, (300, 300, 3))) for d in SOME}
    assert wrong(reader, shiny) == {}


def test_a_page_askew_on_a_table_is_read(reader, rng):
    askew = {}
    for digit in SOME:
        sheet = on(one(digit, 300, 0.4, 0.04), rng).convert("RGBA").rotate(8, expand=True)
        table = Image.new("RGBA", sheet.size, (70, 45, 30, 255))
        table.alpha_composite(sheet)
        askew[digit] = table.convert("RGB")
    assert wrong(reader, askew) == {}


@pytest.mark.parametrize("written", ["2019", "745382", "0123456789", "13/45/67", "12 45"])
def test_numbers_are_read_in_lines_and_order(reader, written):
    assert text(reader, image(painted(number(written)))).replace(" ", "") == written.replace(" ", "")


def test_a_wide_gap_divides_groups(reader):
    assert text(reader, image(painted(number("123  45")))) == "123 45"


def test_touching_digits_are_cut(reader):
    for written, gap in (("25", 0.6), ("83", 0.55), ("6026", 0.66)):
        assert text(reader, image(painted(number(written, gap=gap, width=8)))) == written


def test_signs_are_no_digits(reader):
    picture = image(painted(number("3 5 2 8 6", height=80)))
    pen = ImageDraw.Draw(picture)
    for left, sign in ((120, "."), (280, "-"), (440, "+"), (600, "=")):
        middle = left + 40
        if sign == ".":
            pen.ellipse((middle - 5, 112, middle + 5, 122), fill=(25, 25, 30))
        for level in {"-": (80,), "+": (80,), "=": (70, 92), ".": ()}[sign]:
            pen.line((middle - 18, level, middle + 18, level), fill=(25, 25, 30), width=6)
        if sign == "+":
            pen.line((middle, 62, middle, 98), fill=(25, 25, 30), width=6)
    assert text(reader, picture).replace(" ", "") == "35286"


def test_boxes_are_in_the_pixels_of_the_file(reader):
    picture = image(painted(ink([(3, 100, 50, 200), (8, 400, 60, 200)], (2600, 1300), 12)))
    three, eight = reader.read_picture(decode(picture)).digits
    assert (three.digit, eight.digit) == (3, 8)
    for found, left, top in ((three, 140, 50), (eight, 450, 60)):
        assert abs(found.box[0] - left) < 25
        assert abs(found.box[1] - top) < 25
        assert abs(found.box[3] - top - 200) < 25
    assert three.picture.shape == (28, 28)
    assert three.probabilities.sum() == pytest.approx(1, abs=1e-4)


def test_sixty_digits_are_read_in_seconds(reader):
    written = "/".join(["0123456789"] * 6)
    picture = image(painted(number(written, height=60)))
    text(reader, picture)
    begun = time.process_time()
    said = text(reader, picture).replace(" ", "")
    assert time.process_time() - begun < 6, "2 s on an idle machine"
    right = sum(line == "0123456789" for line in said.split("/"))
    assert right >= 5


def test_what_to_do_better_depends_on_what_was_measured(reader, rng):
    def reason(pixels: np.ndarray) -> str:
        found = reader.read_picture(decode(image(pixels)))
        assert found.lines == []
        return found.reason

    assert reason(np.full((200, 200), 220.0)) == advice.BLANK
    assert reason(rng.normal(12, 2, (200, 200))) == advice.BLACK
    assert reason(painted(0.05 * one(3), 0, 250)) in (advice.PALE, advice.WHITE)
    assert reason(np.full((6, 6), 200.0)) == advice.TINY.format(width=6, height=6)
