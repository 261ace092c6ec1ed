"""Look inside, as a visitor does: from a drawing to one pixel's sum, and every number shown held against NumPy's."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from playwright.sync_api import Locator, Page, expect

from cnn import weights
from testkit.drawings import sample
from testkit.page import PATIENCE, SLOW, answer, press
from testkit.paths import PROJECT
from testkit.pen import draw, draw_by_touch
from tests.e2e.test_training import button, open_training

Arrays = dict[str, np.ndarray]


def look(page: Page, name: str) -> None:
    page.locator(".st-key-inside_look").get_by_role("radio", name=name, exact=True).click()


def shown(value: float, digits: int = 4) -> str:
    """A number as the page writes it."""
    text = f"{value:.{digits}f}"
    return (text.lstrip("-") if float(text) == 0 else text).replace("-", "−")


def number(page: Page, name: str) -> Locator:
    return page.locator(f'.st-key-pixel_sum .sum > .line [data-number="{name}"]')


def cells(page: Page, name: str) -> list[str]:
    return page.locator(f'.st-key-pixel_sum [data-numbers="{name}"] td').all_inner_texts()


def written(values: np.ndarray) -> list[str]:
    return [shown(float(value)) for value in values.ravel()]


def type_place(page: Page, **places: int) -> None:
    for word, at in places.items():
        field = page.get_by_role("spinbutton", name=word, exact=True)
        field.fill(str(at))
        field.press("Enter")
        expect(page.locator(".st-key-pixel_sum .sum")).to_have_attribute(
            "data-place", re.compile(rf"\b{at}\b"), timeout=PATIENCE
        )


def go_to(page: Page, layer: str) -> list[int]:
    """Press a step of the way, and return the place that is then shown."""
    page.locator(".st-key-pixel_trail").get_by_role("button", name=re.compile(rf"^{layer},")).click()
    panel = page.locator(f'.st-key-pixel_sum .sum[data-layer="{layer}"]')
    expect(panel).to_be_visible(timeout=PATIENCE)
    return [int(one) for one in (panel.get_attribute("data-place") or "").split(",")]


def downloaded(page: Page, path: Path) -> Arrays:
    with page.expect_download(timeout=PATIENCE) as download:
        button(page, "All numbers of this pass (.npz)").click()
    download.value.save_as(path)
    with np.load(path) as file:
        return dict(file)


def check_convolution(page: Page, numbers: Arrays, layer: str, before: str) -> None:
    """The sum on the page against NumPy's, from the picture's or the maps' own numbers and the kernel's."""
    filter_, row, column = go_to(page, layer)
    patch = numbers[before][:, row : row + 3, column : column + 3]
    kernel, bias = numbers[f"{layer}.weights"][filter_], numbers[f"{layer}.bias"][filter_]
    products = patch.astype(float) * kernel
    strongest = int(np.unravel_index(np.abs(products).argmax(), products.shape)[0])
    assert cells(page, "patch") == written(patch[strongest])
    assert cells(page, "kernel") == written(kernel[strongest])
    assert cells(page, "products") == written(products[strongest])
    expect(number(page, "total")).to_have_text(shown(products.sum()))
    expect(number(page, "bias")).to_have_text(shown(float(bias)))
    expect(number(page, "value")).to_have_text(shown(float(numbers[layer][filter_, row, column])))
    # What the network computed is that sum, but for float32's rounding.
    assert abs(products.sum() + bias - numbers[layer][filter_, row, column]) < 1e-4


def check_the_walk(page: Page, numbers: Arrays) -> None:
    """Walk from one pixel's sum to the answer and back; every number on the way is NumPy's."""
    check_convolution(page, numbers, "conv1", "input")
    channel, row, column = go_to(page, "pool1")
    square = numbers["conv1"][channel, 2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
    assert cells(page, "square") == written(square)
    expect(number(page, "value")).to_have_text(shown(float(square.max())))
    expect(page.locator(".st-key-pixel_sum td.won")).to_have_text(shown(float(square.max())))

    button(page, "Onward ▶").click()
    expect(page.locator('.st-key-pixel_sum .sum[data-layer="norm1"]')).to_be_visible(timeout=PATIENCE)
    mean, variance = numbers["norm1.mean"][channel], numbers["norm1.variance"][channel]
    expect(number(page, "mean")).to_have_text(shown(float(mean)))
    expect(number(page, "deviation")).to_have_text(shown(float(np.sqrt(variance + 1e-5))))
    expect(number(page, "scale")).to_have_text(shown(float(numbers["norm1.scale"][channel])))
    expect(number(page, "shift")).to_have_text(shown(float(numbers["norm1.shift"][channel])))
    normal = float(numbers["norm1"][channel, row, column])
    expect(number(page, "value")).to_have_text(shown(normal))

    button(page, "Onward ▶").click()
    expect(page.locator('.st-key-pixel_sum .sum[data-layer="relu1"]')).to_be_visible(timeout=PATIENCE)
    expect(number(page, "value")).to_have_text(shown(max(normal, 0)))
    button(page, "◀ Back").click()
    expect(page.locator('.st-key-pixel_sum .sum[data-layer="norm1"]')).to_be_visible(timeout=PATIENCE)

    check_convolution(page, numbers, "conv2", "relu1")

    (value,) = go_to(page, "dense1")
    weights_, x = numbers["dense1.weights"][value].astype(float), numbers["relu3"].ravel()
    products = np.sort(np.abs(weights_ * x))[::-1]
    table = page.locator('.st-key-pixel_sum [data-numbers="contributions"] tr td:last-child').all_inner_texts()
    assert [text.lstrip("−") for text in table] == [shown(float(one)) for one in products[: len(table)]]
    expect(number(page, "total")).to_have_text(shown(float(weights_ @ x)))
    expect(number(page, "value")).to_have_text(shown(float(numbers["dense1"][value])))

    (said,) = go_to(page, "softmax1")
    scores = numbers["softmax1.weights"] @ numbers["dropout1"] + numbers["softmax1.bias"]
    powers = np.exp(scores - scores.max())
    rows = page.locator('.st-key-pixel_sum [data-numbers="softmax"] tr').all()[1:]
    assert len(rows) == len(scores)
    for answer_, row_ in enumerate(rows):
        own = (scores[answer_], scores[answer_] - scores.max(), powers[answer_], numbers["softmax1"][answer_])
        assert row_.locator("td").all_inner_texts()[1:] == [shown(float(one)) for one in own]
    expect(number(page, "value")).to_have_text(shown(float(powers[said] / powers.sum())))


def test_from_a_drawing_to_one_pixels_sum_and_on_to_the_answer(page: Page, tmp_path: Path) -> None:
    draw(page, sample(7))
    assert answer(page, 1) == "7"
    look(page, "One pixel")
    numbers = downloaded(page, tmp_path / "numbers.npz")
    # The numbers on the page are those of the shipped network for this very picture, computed again here.
    network, _ = weights.load(PROJECT / "pretrained" / "digitscope.npz")
    for name, array in (network.params | network.state).items():
        np.testing.assert_array_equal(numbers[name], array)
    for name, output in network.trace(numbers["picture"][None]):
        np.testing.assert_allclose(numbers[name], output[..., 0], rtol=1e-5, atol=1e-6)
    go_to(page, "conv1")
    type_place(page, Map=3, Row=12, Column=17)
    check_the_walk(page, numbers)


def test_the_same_walk_with_a_network_that_was_just_trained(page: Page, tmp_path: Path) -> None:
    draw(page, sample(7))
    assert answer(page, 1) == "7"
    open_training(page)
    page.locator(".st-key-presets").get_by_text("ten seconds").click()
    button(page, "Start").click()
    expect(page.locator(".st-key-training")).to_contain_text("images a second", timeout=SLOW)
    button(page, "Stop").click()
    button(page, "Use this network").click(timeout=SLOW)
    expect(page.locator(".st-key-answer")).to_contain_text("ten seconds", timeout=PATIENCE)
    look(page, "One pixel")
    numbers = downloaded(page, tmp_path / "numbers.npz")
    assert len(numbers["softmax1"]) == 10
    check_the_walk(page, numbers)


def test_a_map_opens_into_kernels_spots_and_a_pixel(page: Page) -> None:
    draw(page, sample(3))
    answer(page, 1)
    look(page, "Overview")
    layer = page.locator('.st-key-overview_network .wide g[data-layer="conv2"]')
    expect(layer).to_have_attribute("data-shape", "96×11×11", timeout=PATIENCE)
    layer.locator("image").click(position={"x": 5, "y": 5})
    below = page.locator(".st-key-overview_map")
    expect(below).to_contain_text("conv2, map 0", timeout=PATIENCE)
    expect(below).to_contain_text("48 kernels, one for each map of relu1")
    expect(below.locator("[data-spots] .field")).to_have_count(3)
    # Keys do what the pointer does: one map to the right, then the map itself is opened and a pixel chosen in it.
    layer.focus()
    page.keyboard.press("ArrowRight")
    expect(below).to_contain_text("conv2, map 1", timeout=PATIENCE)
    below.locator('[data-name="map"]').click(position={"x": 100, "y": 100})
    expect(page.locator('.st-key-pixel_sum .sum[data-layer="conv2"]')).to_have_attribute(
        "data-place", "1,5,5", timeout=PATIENCE
    )
    expect(page.locator(".st-key-answer .answer")).to_have_attribute("data-strokes", "1")


def test_every_look_shows_itself_and_choices_leave_the_board_alone(page: Page) -> None:
    draw(page, sample(7))
    assert answer(page, 1) == "7"
    milliseconds = page.locator(".st-key-answer .answer").get_attribute("data-milliseconds") or ""
    inside = page.locator(".st-key-inside")
    look(page, "Why this digit")
    expect(inside.locator("[data-way]")).to_have_count(4, timeout=PATIENCE)
    look(page, "What would change it")
    expect(inside.locator(".answers text.on_dark, .answers text.on_light")).to_have_count(441, timeout=PATIENCE)
    inside.locator("[data-sheet]").click(position={"x": 30, "y": 30})
    expect(inside).to_contain_text("pixels to the right, -", timeout=PATIENCE)
    look(page, "Smallest edit")
    page.locator(".st-key-edit_goal").get_by_role("radio", name="2", exact=True).click()
    edited = inside.locator("[data-changed]")
    expect(edited).to_have_attribute("data-reached", "true", timeout=PATIENCE)
    assert 0 < int(edited.get_attribute("data-changed") or 0) < 80
    look(page, "Fool it")
    expect(inside.locator("[data-confidence]")).to_be_visible(timeout=PATIENCE)
    assert float(inside.locator("[data-confidence]").get_attribute("data-confidence") or 0) > 0.9
    look(page, "Map of digits")
    expect(inside.locator("[data-neighbour]")).to_have_count(8, timeout=SLOW)
    # A dot that is clicked shows its image; those who use keys type its number.
    chart = inside.locator("canvas.marks")
    chart.click(position={"x": 120, "y": 200})
    picked = inside.locator("[data-chosen]")
    expect(picked).to_be_visible(timeout=PATIENCE)
    chosen = page.get_by_role("spinbutton", name="Test image")
    expect(chosen).to_have_value(picked.get_attribute("data-chosen") or "")
    chosen.fill("5")
    chosen.press("Enter")
    expect(picked).to_have_attribute("data-chosen", "5", timeout=PATIENCE)
    look(page, "Switch filters off")
    broken = inside.locator('[data-side="broken"]')
    expect(broken).to_be_visible(timeout=PATIENCE)
    whole = broken.get_attribute("data-right") or ""
    button(page, "Every second one off").click()
    expect(broken).not_to_have_attribute("data-right", whole, timeout=PATIENCE)
    # Arrows move from filter to filter, Enter switches the one that they stand on.
    filters = page.get_by_role("application", name="conv1: 48 maps, 24 off")
    filters.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_role("application", name="conv1: 48 maps, 25 off")).to_be_focused(timeout=PATIENCE)
    expect(inside.get_by_role("status").filter(has_text="conv1, 1 is off")).to_have_count(1)
    button(page, "Read all 10,000 test images with both").click()
    expect(inside.get_by_role("progressbar")).to_be_visible(timeout=PATIENCE)
    expect(inside).to_contain_text(re.compile(r"Of all 10,000 test images.*whole 99\.\d\d %, changed"), timeout=SLOW)
    button(page, "Reset everything").click()
    expect(broken).to_have_attribute("data-right", whole, timeout=PATIENCE)
    look(page, "Worksheet")
    with page.expect_download(timeout=PATIENCE) as download:
        button(page, "Worksheet and answers (PDF)").click()
    assert download.value.path().read_bytes().startswith(b"%PDF")
    shown_again = page.locator(".st-key-answer .answer").get_attribute("data-milliseconds")
    assert shown_again == milliseconds, "none of these choices ran the board again"
    press(page, "Clear")
    assert answer(page, 0) == ""
    expect(inside).to_contain_text("As soon as you draw", timeout=PATIENCE)


NAMED = {"button", "radio", "slider", "spinbutton", "textbox", "combobox", "application", "image", "switch", "table"}
"""What a screen reader cannot do without a name."""


def nameless(page: Page) -> list[str]:
    """Controls, pictures and tables that a screen reader has no name for, of all that it is shown."""
    client = page.context.new_cdp_session(page)
    nodes = client.send("Accessibility.getFullAXTree")["nodes"]
    client.detach()
    roles = [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if not node["ignored"]]
    return [role for role, name in roles if role in NAMED and not name.strip()]


SIGNS = {
    "Overview": ".st-key-overview_map h3",
    "One pixel": ".st-key-pixel_sum .sum",
    "Why this digit": '[data-way="gradcam"]',
    "What would change it": ".st-key-change_map svg",
    "Smallest edit": ".st-key-edit_goal",
    "Fool it": "[data-confidence]",
    "Map of digits": "canvas.marks",
    "Switch filters off": '[data-side="broken"]',
    "Worksheet": ".st-key-sheet_download",
}
"""What a look shows when all of it is there."""

WIDER = """() => {
  const found = [], visit = (root) => root.querySelectorAll("*").forEach((one) => {
    const box = one.getBoundingClientRect();
    if (box.width && box.right > innerWidth + 1 && !one.closest("[data-testid=stSidebar]")) found.push(one.outerHTML);
    if (one.scrollWidth > one.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(one).overflowX)
        && one.clientWidth) found.push(one.outerHTML);
    if (one.shadowRoot) visit(one.shadowRoot);
  });
  visit(document.querySelector(".st-key-inside"));
  return found.map((html) => html.slice(0, 120));
}"""
"""Elements of a look that reach beyond the screen, or scroll sideways."""


def test_every_look_fits_on_a_phone_and_has_words_for_everything(phone: Page) -> None:
    draw_by_touch(phone, sample(7))
    assert answer(phone, 1) == "7"
    for name, sign in SIGNS.items():
        look(phone, name)
        expect(phone.locator(".st-key-inside").locator(sign)).to_be_visible(timeout=SLOW)
        assert phone.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390, name
        assert phone.evaluate(WIDER) == [], name
        assert nameless(phone) == [], name
    # The network stands upright; a map that is too small for a finger is reached from its neighbour.
    look(phone, "Overview")
    phone.locator('.narrow g[data-layer="conv3"] image').tap()
    below = phone.locator(".st-key-overview_map")
    expect(below).to_contain_text("conv3, map", timeout=PATIENCE)
    at = int(below.locator("h3").inner_text().split()[-1])
    below.get_by_role("button", name=re.compile("^Next")).tap()
    expect(below).to_contain_text(f"conv3, map {at + 1}", timeout=PATIENCE)
