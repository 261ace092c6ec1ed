"""Pictures of digits: dark or light, large or small, turned by their EXIF, and files that are none."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageDraw

from digitscope.digits.io.photo import BLANK, PhotoError, open_photo, prepare_photo, read_photo
from digitscope.digits.io.photo.parts import parts
from digitscope.digits.preprocess import prepare
from digitscope.digits.samples import SAMPLES
from testkit.imports import PROJECT


def drawn(
    digit: int, side: int = 300, ink: int = 20, paper: int = 235, mode: str = "L", width: int = 23
) -> Image.Image:
    image = Image.new("L", (side, side), paper)
    pen = ImageDraw.Draw(image)
    for path in SAMPLES[digit][0].paths:
        points = [tuple(point) for point in path * side * 0.6 + side * 0.2]
        pen.line(points, fill=ink, width=width, joint="curve")
    return image.convert(mode)


def same(one: np.ndarray | None, other: np.ndarray | None) -> float:
    """Correlation of two pictures."""
    assert one is not None
    assert other is not None
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


@pytest.mark.parametrize("digit", range(10))
def test_a_picture_is_framed_like_the_strokes_it_was_drawn_from(digit):
    assert same(prepare_photo(drawn(digit)).picture, prepare(SAMPLES[digit][0]).picture) > 0.85


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "I;16", "1"])
def test_every_mode_is_read(mode):
    image = drawn(3) if mode == "I;16" else drawn(3, mode=mode)
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image).astype(np.uint16) * 257)
    prepared = prepare_photo(image)
    assert same(prepared.picture, prepare_photo(drawn(3)).picture) > 0.9


def test_chalk_on_a_blackboard_and_pencil_on_grey_are_the_same_digit():
    usual = prepare_photo(drawn(5)).picture
    assert same(prepare_photo(drawn(5, ink=240, paper=30)).picture, usual) > 0.98
    assert same(prepare_photo(drawn(5, ink=110, paper=190)).picture, usual) > 0.98


def test_a_transparent_picture_is_read_on_white():
    ink = np.asarray(drawn(2))
    pixels = np.zeros((*ink.shape, 4), np.uint8)
    pixels[..., 3] = 255 - ink
    assert same(prepare_photo(Image.fromarray(pixels)).picture, prepare_photo(drawn(2)).picture) > 0.95


def test_exif_turns_the_picture(tmp_path):
    path = tmp_path / "turned.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held so that the top is on the right
    drawn(7).transpose(Image.Transpose.ROTATE_90).save(path, exif=exif)
    assert same(read_photo(path).picture, prepare_photo(drawn(7)).picture) > 0.95


def test_mnists_own_pictures_go_through_unchanged(digits):
    for picture in digits.validation[0][:20]:
        np.testing.assert_array_equal(prepare_photo(Image.fromarray(picture)).picture, picture)


def test_blank_paper_gives_a_reason(rng):
    assert prepare_photo(Image.new("L", (200, 200), 255)).reason == BLANK
    noise = rng.normal(200, 3, (200, 200)).astype(np.uint8)
    assert prepare_photo(Image.fromarray(noise)).picture is None
    assert prepare_photo(Image.new("L", (1, 1), 0)).picture is None


def test_files_that_are_no_pictures_are_named(tmp_path):
    text, cut = tmp_path / "letter.png", tmp_path / "cut.png"
    text.write_text("dear reader")
    drawn(4).save(cut)
    cut.write_bytes(cut.read_bytes()[:200])
    for path, words in ((text, "no picture"), (cut, "cannot be read"), (tmp_path / "none.png", "No such file")):
        with pytest.raises(PhotoError, match=f"{path.name}.*{words}"):
            read_photo(path)
    with pytest.raises(PhotoError, match="directory"):
        read_photo(tmp_path)


def test_a_picture_bomb_is_refused_unread(tmp_path):
    path = tmp_path / "bomb.png"
    Image.new("1", (9000, 9000)).save(path)
    with pytest.raises(PhotoError, match="9000 x 9000"):
        read_photo(path)


def test_parts_that_touch_are_one():
    mask = np.zeros((60, 60), bool)
    mask[5:50, 5:10] = mask[50:55, 10:30] = True  # they touch by a corner
    mask[5:55, 40:46] = True
    found, usual = parts(mask, mask.astype(np.float32))
    assert [(part.left, part.top, part.right, part.bottom) for part in found] == [(5, 5, 30, 55), (40, 5, 46, 55)]
    assert usual == 50
    assert all(5 <= part.thickness <= 7 for part in found)


@pytest.mark.parametrize("kind", ["HEIF", "AVIF", "WEBP", "TIFF", "GIF", "JPEG", "JPEG2000", "BMP"])
def test_what_phones_and_programs_write_is_read(tmp_path, kind):
    path = tmp_path / "picture"
    image = drawn(3, mode="RGB")
    if kind == "HEIF":
        pillow_heif.from_pillow(image).save(path, quality=90)
    elif kind == "GIF":
        image.save(path, kind, save_all=True, append_images=[drawn(8, mode="RGB")])
    else:
        image.save(path, kind)
    assert same(read_photo(path).picture, prepare_photo(drawn(3)).picture) > 0.95


def test_cmyk_deep_and_half_transparent_pictures_are_read(tmp_path):
    usual = prepare_photo(drawn(5)).picture
    grey = np.asarray(drawn(5))
    drawn(5, mode="CMYK").save(tmp_path / "cmyk.jpg")
    Image.fromarray(grey.astype(np.float32) / 255).save(tmp_path / "float.tiff")
    Image.fromarray(grey.astype(np.uint16) * 16).save(tmp_path / "twelve.png")
    drawn(5).convert("LA").save(tmp_path / "la.png")
    for path in tmp_path.iterdir():
        assert same(read_photo(path).picture, usual) > 0.95, path.name


def test_a_broken_exif_costs_only_the_orientation(tmp_path):
    path = tmp_path / "odd.jpg"
    drawn(3).save(path, exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x05garbage")
    assert same(read_photo(path).picture, prepare_photo(drawn(3)).picture) > 0.95


def test_a_very_large_jpeg_is_unpacked_small(tmp_path):
    path = tmp_path / "large.jpg"
    ink = drawn(3, 500).resize((16_000, 12_500), Image.Resampling.NEAREST)
    ink.save(path, quality=50)
    photo = open_photo(path)
    assert max(photo.pixels.shape) <= 1800
    assert photo.size == (16_000, 12_500)


@pytest.mark.parametrize("mode", ["I;16", "RGBA"])
def test_the_memory_for_a_large_picture_is_bounded(tmp_path, mode):
    path = tmp_path / "bomb.png"
    pixels = np.full((7700, 7700), 60_000, np.uint16) if mode == "I;16" else None
    (Image.new("RGBA", (7700, 7700), "white") if pixels is None else Image.fromarray(pixels)).save(path)
    code = (
        "import sys, cv2; from digitscope.digits.io.photo import open_photo\n"
        "peak = lambda: int(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])\n"
        "before = peak(); open_photo(sys.argv[1]); print((peak() - before) // 1024)"
    )
    ended = subprocess.run([sys.executable, "-c", code, path], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert int(ended.stdout) < 450, "megabytes: the unpacked picture has 237 at most"


def test_light_from_one_side_leaves_the_digit():
    shade = np.linspace(0.35, 1.0, 300)[None, :] * np.linspace(0.8, 1.0, 300)[:, None]
    lit = Image.fromarray((np.asarray(drawn(5)) * shade).astype(np.uint8))
    assert same(prepare_photo(lit).picture, prepare_photo(drawn(5)).picture) > 0.9


@pytest.mark.parametrize("degrees", [0, 2, -5])
def test_ruled_paper_leaves_the_digit(degrees):
    image = drawn(3)
    pen = ImageDraw.Draw(image)
    for height in range(-30, 340, 60):
        slope = np.tan(np.radians(degrees)) * 300
        pen.line([(0, height), (300, height + slope)], fill=60, width=2)
    assert same(prepare_photo(image).picture, prepare_photo(drawn(3)).picture) > 0.8


def test_specks_and_the_tables_edge_are_left_out():
    image = drawn(2)
    pen = ImageDraw.Draw(image)
    pen.rectangle((285, 0, 300, 300), fill=20)
    pen.ellipse((40, 250, 46, 256), fill=20)
    assert same(prepare_photo(image).picture, prepare_photo(drawn(2)).picture) > 0.95


def test_thin_and_thick_pens_give_the_same_ink():
    inks = [prepare_photo(drawn(6, width=width)).picture.mean() for width in (4, 12, 23, 34)]  # type: ignore[union-attr]
    assert max(inks) < 1.5 * min(inks)


def test_a_picture_may_come_as_bytes():
    packed = BytesIO()
    drawn(8).save(packed, "PNG")
    packed.seek(0)
    assert same(read_photo(packed, "camera").picture, prepare_photo(drawn(8)).picture) > 0.99
    with pytest.raises(PhotoError, match="camera is no picture"):
        read_photo(BytesIO(b"nothing"), "camera")
