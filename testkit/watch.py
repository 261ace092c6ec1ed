"""What a visitor sees change, and when: a record of the answer kept in the page itself."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Page

RECORD = """
() => {
  const seen = (window.seen = []);
  window.shifted = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.shifted += entry.value;
  }).observe({ type: "layout-shift" });
  const look = () => {
    const answer = document.querySelector(".st-key-answer .answer");
    if (!answer) return;
    const bars = [...document.querySelectorAll(".st-key-probabilities .bar")].map((bar) => bar.dataset.probability);
    const picture = document.querySelector(".st-key-input28 img:last-of-type")?.src ?? "";
    const maps = document.querySelector(".st-key-feature_maps img")?.src ?? "";
    const state = [answer.dataset.digit, answer.textContent, bars.join(), picture].join("|");
    seen.push({ at: performance.now(), kind: "look", state, maps, strokes: Number(answer.dataset.strokes) });
  };
  new MutationObserver(look).observe(document.querySelector('[data-testid="stMain"]'),
    { subtree: true, childList: true, attributes: true, characterData: true });
  for (const type of ["mousedown", "mouseup", "touchstart", "touchend"])
    window.addEventListener(type, (event) => {
      if (event.composedPath().some((element) => element.classList?.contains("upper-canvas")))
        seen.push({ at: performance.now(), kind: type.endsWith("down") || type.endsWith("start") ? "down" : "up" });
    }, true);
  look();
}
"""


@dataclass(frozen=True)
class Seen:
    """One stroke as it was seen: milliseconds, and what stood on the page."""

    drawn: float
    """From pen-down to pen-up."""
    while_down: int
    """How often the answer changed while the pen was down."""
    settled: float
    """From pen-up to the last change of answer, bars or picture before the next stroke."""
    after_up: list[str]
    """The different states after pen-up, the last one final."""
    maps_while_down: int
    """How often the feature maps changed while the pen was down."""


def record(page: Page) -> None:
    """Begin to keep the record."""
    page.evaluate(RECORD)


def layout_shift(page: Page) -> float:
    """The cumulative layout shift since the record began, the browser's own measure, input or not."""
    return float(page.evaluate("window.shifted"))


def strokes_seen(page: Page) -> list[Seen]:
    """The record, stroke by stroke; it begins anew."""
    events = page.evaluate("window.seen.splice(0)")
    ups = [i for i, event in enumerate(events) if event["kind"] == "up"]
    found = []
    for up in ups:
        down = max(i for i in range(up) if events[i]["kind"] == "down")
        end = next((i for i in range(up + 1, len(events)) if events[i]["kind"] == "down"), len(events))
        before = next((e["state"] for e in events[down::-1] if e["kind"] == "look"), None)
        before_maps = next((e["maps"] for e in events[down::-1] if e["kind"] == "look"), None)
        during = _changes([e["state"] for e in events[down:up] if e["kind"] == "look"], before)
        maps = _changes([e["maps"] for e in events[down:up] if e["kind"] == "look"], before_maps)
        last = during[-1] if during else before
        settled, after = events[up]["at"], []
        for event in events[up:end]:
            if event["kind"] == "look" and event["state"] != last:
                last, settled = event["state"], event["at"]
                after.append(last)
        found.append(
            Seen(events[up]["at"] - events[down]["at"], len(during), settled - events[up]["at"], after, len(maps))
        )
    return found


def _changes(states: list[str], before: str | None) -> list[str]:
    changes = []
    for state in states:
        if state != before:
            changes.append(state)
            before = state
    return changes
