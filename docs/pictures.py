"""Takes the pictures in this folder again: python -m docs.pictures [NAME ...] (after -r docs/requirements.txt).

Starts a server and a browser, does what each picture shows, and writes it over the old one: after a change to the
page, or with other weights. With --folder elsewhere, --phone and --dark it shows how the same looks elsewhere.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pypdfium2
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from digitscope.digits.samples import SAMPLES
from testkit.browser import DESKTOP, PHONE, chromium
from testkit.page import PATIENCE, SLOW, answer, canvas
from testkit.page import press as press_below_canvas
from testkit.pen import write
from testkit.server import Server


def inside(page: Page) -> Locator:
    """All that a look shows."""
    return page.locator(".st-key-inside")


def shown(page: Page, selector: str) -> Locator:
    """The first such element of the look, once it is there."""
    found = inside(page).locator(selector).first
    expect(found).to_be_visible(timeout=SLOW)
    return found


def press(page: Page, name: str) -> None:
    """Press the look's button of this name."""
    page.get_by_role("button", name=name, exact=True).click()


def overview(page: Page) -> None:
    """A map of the second convolution is chosen."""
    layer = inside(page).locator('g[data-layer="conv2"]').locator("visible=true")
    layer.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight"):
        before = layer.get_attribute("data-at")
        page.keyboard.press(key)
        expect(layer).not_to_have_attribute("data-at", before or "", timeout=PATIENCE)
    expect(inside(page).locator(".st-key-overview_map h3")).to_contain_text("conv2", timeout=PATIENCE)
    layer.blur()


def pixel(page: Page) -> None:
    """A value of the second convolution is opened."""
    page.locator(".st-key-pixel_trail").get_by_role("button", name=re.compile(r"^conv2,")).click()
    shown(page, '.sum[data-layer="conv2"]')


def edit(page: Page) -> None:
    """A 3 becomes an 8."""
    page.locator(".st-key-edit_goal").get_by_role("radio", name="8", exact=True).click()
    shown(page, "[data-changed]")


def broken(page: Page) -> None:
    """Every second filter is off."""
    shown(page, '[data-side="broken"]')
    press(page, "Every second one off")
    expect(inside(page).locator("i.off").locator("visible=true").first).to_be_visible(timeout=PATIENCE)


LOOKS: dict[str, tuple[str, Callable[[Page], object]]] = {
    "look-overview": ("Overview", overview),
    "look-pixel": ("One pixel", pixel),
    "look-why": ("Why this digit", lambda page: shown(page, "[data-way=gradcam]")),
    "look-change": ("What would change it", lambda page: shown(page, "[data-sheet]")),
    "look-edit": ("Smallest edit", edit),
    "look-fool": ("Fool it", lambda page: shown(page, "[data-confidence]")),
    "look-embedding": ("Map of digits", lambda page: (shown(page, "[data-neighbour]"), shown(page, "canvas.marks"))),
    "look-break": ("Switch filters off", broken),
}
"""File name -> the look's name, and what is done in it."""
WORKSHEET, PAGE, EVENT = "look-worksheet", "page", "event"


def at_rest(page: Page) -> None:
    """Wait until no script runs, no part is pale, and all that moved has come to rest."""
    expect(page.locator('[data-testid="stApp"]')).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=SLOW
    )
    expect(page.locator('[data-stale="true"]')).to_have_count(0, timeout=SLOW)
    page.mouse.move(0, 0)
    page.evaluate(
        "Promise.all(document.getAnimations().filter((one) => one.effect.getTiming().iterations !== Infinity)"
        ".map((one) => one.finished.catch(() => null)))"
    )


def save(raw: bytes | Image.Image, path: Path) -> None:
    """Write a picture as small as it gets."""
    picture = Image.open(BytesIO(raw)) if isinstance(raw, bytes) else raw
    picture.convert("RGB").save(path, optimize=True)
    print(path)


@contextmanager
def opened(browser: Browser, folder: Path, kind: dict[str, Any], **environment: str) -> Iterator[Page]:
    """Open the page in a new window of a server of its own, with more variables in the server's environment."""
    with Server(folder / "log.txt", **environment) as server:
        context = browser.new_context(**kind)
        page = context.new_page()
        page.goto(server.url)
        answer(page, 0)
        canvas(page).wait_for()
        yield page
        context.close()


def worksheet(page: Page, path: Path) -> None:
    """Both sheets of the PDF beside each other."""
    with page.expect_download(timeout=SLOW) as download:
        press(page, "Worksheet and answers (PDF)")
    sheets = [sheet.render(scale=1.1).to_pil() for sheet in pypdfium2.PdfDocument(download.value.path())]
    both = Image.new("RGB", (sum(sheet.width for sheet in sheets), sheets[0].height), "white")
    for number, sheet in enumerate(sheets):
        both.paste(sheet, (number * sheet.width, 0))
    save(both, path)


def main() -> None:
    """Take the pictures that were asked for, or all."""
    everything = [PAGE, *LOOKS, WORKSHEET, EVENT]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[*everything, []], help=", ".join(everything))
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent, help="where to write (default: here)")
    parser.add_argument("--phone", action="store_true", help="390 x 844 with a finger, in place of 1280 x 800")
    parser.add_argument("--dark", action="store_true", help="by night")
    options = parser.parse_args()
    names = options.names or everything
    kind = PHONE | {"device_scale_factor": 1} if options.phone else DESKTOP
    kind = kind | {"color_scheme": "dark" if options.dark else "light"}
    options.folder.mkdir(parents=True, exist_ok=True)

    def path(name: str) -> Path:
        return options.folder / f"{name}.png"

    with TemporaryDirectory() as made, chromium() as browser:
        folder = Path(made)
        with opened(browser, folder, kind) as page:
            if PAGE in names:
                write(page, SAMPLES[7][0], options.phone)
                at_rest(page)
                save(page.screenshot(), path(PAGE))
                press_below_canvas(page, "Clear")
                answer(page, 0)
            write(page, SAMPLES[3][0], options.phone)
            # High enough for a whole look: the page's own bar lies over nothing.
            page.set_viewport_size({"width": kind["viewport"]["width"], "height": 3000 if options.phone else 1800})
            for name, (look, act) in [*LOOKS.items(), (WORKSHEET, ("Worksheet", lambda page: None))]:
                if name in names:
                    page.locator(".st-key-inside_look").get_by_role("radio", name=look, exact=True).click()
                    act(page)
                    at_rest(page)
                    if name == WORKSHEET:
                        worksheet(page, path(name))
                    else:
                        save(inside(page).screenshot(), path(name))
        if EVENT in names:
            with opened(browser, folder, kind, DIGITSCOPE_MODE="event", DIGITSCOPE_STAND=str(folder)) as page:
                write(page, SAMPLES[7][0], options.phone)
                page.locator(".st-key-no button").first.click()
                expect(page.locator(".st-key-meant_4")).to_be_visible(timeout=PATIENCE)
                at_rest(page)
                save(page.screenshot(), path(EVENT))


if __name__ == "__main__":
    main()
