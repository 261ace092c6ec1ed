"""One sentence at a time: what the event page says after each step of each of its flows."""

from __future__ import annotations

from datetime import datetime
from html import unescape

import pytest

from digitscope.digits.samples import SAMPLES
from digitscope.digits.strokes import Strokes
from digitscope.jobs.run_queue import QueueFullError
from digitscope.stand.challenges import Result, digit_of_the_hour
from digitscope.stand.store import Store, day_of
from digitscope.ui.common.words import LANGUAGES, words_in
from digitscope.ui.kiosk import outcomes as o
from digitscope.ui.kiosk.visitor import reset
from tests.ui.kiosk.conftest import EventPage

ENGLISH = words_in("en")
RESULT = Result("hour", 900)
SENTENCES: dict[o.Outcome, str] = {
    o.Kept(17): "kept",
    o.NotKept(): "not_kept",
    o.TakenBack(): "taken_back",
    o.NotDeleted(17): "not_deleted",
    o.StoreFailed(): "store_failed",
    o.NotAFive(): "not_a_five",
    o.NicknameRefused(RESULT): "nickname_refused",
    o.ScoreNotStored(RESULT): "store_failed",
    o.OnLeaderboard(): "on_leaderboard",
    o.LessonFailed(): "teach_failed",
    o.LessonsBusy(): "teach_busy",
}
"""The text of each outcome that has one."""


def told(page: EventPage) -> list[str]:
    """Return the keys of all outcomes' texts that stand on the page, "thanks" among them."""
    html = unescape(page.html)
    keys = sorted({"thanks", *SENTENCES.values()})
    return [key for key in keys if ENGLISH.texts[key].split("{")[0] in html]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_outcome_has_one_sentence_of_its_own(language):
    words = words_in(language)
    said = {outcome: o.sentence(outcome, words) for outcome in SENTENCES}
    assert said == {outcome: words.texts[key].replace("{number}", "17") for outcome, key in SENTENCES.items()}
    questions = (o.NothingYet(), o.WhichDigitAsked(), o.ConsentAsked(7, "draw"), o.Scored(RESULT))
    assert [o.sentence(outcome, words) for outcome in questions] == [""] * 4


def test_a_new_drawing_ends_what_was_said_and_leaves_the_result():
    for said, left in (
        (o.NicknameRefused(RESULT), o.Scored(RESULT)),
        (o.ScoreNotStored(RESULT), o.Scored(RESULT)),
        (o.Scored(RESULT), o.Scored(RESULT)),
        (o.OnLeaderboard(), o.NothingYet()),
        (o.NotAFive(), o.NothingYet()),
    ):
        play = o.after_new_drawing(said, o.NothingYet())[1]
        assert (type(play), play) == (type(left), left)
    for lesson in (o.LessonFailed(), o.LessonsBusy()):
        assert o.after_new_drawing(o.NothingYet(), lesson) == (o.NothingYet(),) * 3


def test_kept_and_taken_back(page):
    page.draw(SAMPLES[7][0])
    page.press("yes")
    assert told(page) == []
    page.press("consent_yes")
    assert told(page) == ["kept", "thanks"]
    assert 'data-kept="1"' in page.html
    page.press("take_back")
    assert told(page) == ["taken_back"]
    page.emptied()
    assert told(page) == ["taken_back"]
    page.draw(SAMPLES[3][0])
    assert told(page) == []
    assert page.has("yes")


def test_not_kept(page):
    page.draw(SAMPLES[7][0])
    page.press("yes")
    page.press("consent_no")
    assert told(page) == ["not_kept", "thanks"]


def test_the_database_cannot_keep_it(page, broken_store):
    page.draw(SAMPLES[7][0])
    page.press("yes")
    page.press("consent_yes")
    assert told(page) == ["store_failed"]


def test_the_database_cannot_take_it_back(page, request):
    page.draw(SAMPLES[7][0])
    page.press("yes")
    page.press("consent_yes")
    request.getfixturevalue("broken_store")
    page.press("take_back")
    assert told(page) == ["not_deleted"]
    assert page.has("take_back"), "the visitor can try again"


def scored(page: EventPage) -> None:
    """Play the digit of the hour up to its result."""
    page.press("screen_challenges_open")
    page.press("choose_hour")
    page.draw(SAMPLES[digit_of_the_hour(datetime.now())][0])
    page.press("hour_done")
    page.emptied()
    assert "data-points" in page.html


def test_a_refused_nickname_gets_the_nicknames_sentence_and_no_other(page):
    scored(page)
    page.app.text_input("nickname").set_value("Sh1t")
    page.press("put_on_leaderboard")
    assert told(page) == ["nickname_refused"]
    page.app.text_input("nickname").set_value("Ada")
    page.press("put_on_leaderboard")
    assert told(page) == ["on_leaderboard"]
    assert "<bdi>Ada</bdi>" in page.html


def test_a_nickname_is_refused_with_a_drawing_on_the_canvas(page):
    scored(page)
    page.draw(SAMPLES[0][0])
    page.press("put_on_leaderboard")
    assert told(page) == ["nickname_refused"]


def test_the_database_cannot_store_the_score(page, broken_store):
    scored(page)
    page.press("suggestion_0")
    page.press("put_on_leaderboard")
    assert told(page) == ["store_failed"]
    assert page.has("put_on_leaderboard"), "the visitor can try again"


def fooled(page: EventPage) -> None:
    page.press("screen_challenges_open")
    page.press("choose_fool")
    page.draw(SAMPLES[3][0])
    page.press("fool_yes")
    page.press("consent_yes")


def test_a_kept_trick_and_then_a_refused_nickname(page):
    fooled(page)
    assert told(page) == ["kept", "thanks"]
    assert page.has("put_on_leaderboard")
    page.press("put_on_leaderboard")
    assert told(page) == ["nickname_refused"]


def test_a_trick_that_the_database_cannot_keep(page, broken_store):
    fooled(page)
    assert told(page) == ["store_failed"]
    page.press("put_on_leaderboard")
    assert told(page) == ["nickname_refused"]


def test_no_five(page):
    page.press("screen_challenges_open")
    page.press("choose_fool")
    page.draw(SAMPLES[3][0])
    page.press("fool_no")
    assert told(page) == ["not_a_five"]
    page.emptied()
    page.draw(SAMPLES[3][0])
    assert told(page) == []


@pytest.mark.parametrize("outcome", ["LessonFailed", "LessonsBusy"])
def test_a_lesson_that_does_not_begin(page, monkeypatch, outcome):
    from digitscope.ui.kiosk import personalise

    failure = QueueFullError("No worker is free.") if outcome == "LessonsBusy" else OSError("There is no memory.")

    def failing(*_: object) -> None:
        raise failure

    monkeypatch.setattr(personalise, "PersonaliseTicket", failing)
    page.press("screen_teach_open")
    for _ in range(personalise.DRAWINGS):
        page.draw(SAMPLES[7][0])
        page.press("teach_1")
        page.emptied()
    assert told(page) == [SENTENCES[getattr(o, outcome)()]]
    assert page.has("teach_start")


def test_strokes_on_their_way_are_not_asked_about(page):
    page.draw(Strokes(SAMPLES[4][0].paths[:1], 1.0))
    assert page.asks
    page.press("clear")
    assert not page.asks
    page.draw(SAMPLES[4][0])
    assert not page.asks, "its second stroke came after the button"
    page.emptied()
    page.draw(SAMPLES[4][0])
    assert page.asks


def test_a_cleared_drawing_takes_its_question_with_it(page):
    page.draw(SAMPLES[7][0])
    page.press("yes")
    assert page.has("consent_yes")
    page.press("clear")
    assert not page.asks
    page.emptied()
    page.draw(SAMPLES[3][0])
    assert page.has("yes")
    page.press("yes")
    page.press("consent_yes")
    (kept,) = Store().drawings(day_of(datetime.now()))
    assert (kept.label, kept.said) == (3, 3), "not what was meant by the drawing before"


def test_the_next_visitor_is_not_asked_about_the_last_ones_drawing(page):
    page.draw(SAMPLES[7][0])
    assert page.asks
    page.meanwhile = reset
    page.run().run()
    assert not page.asks, "the browser has not emptied the canvas yet"
    page.emptied()
    page.draw(SAMPLES[3][0])
    assert page.asks


@pytest.mark.parametrize(("language", "words"), [("en", "7 or 1"), ("de", "7 oder 1"), ("ar", "7 أو 1")])
def test_an_answer_of_two_digits_names_both(page, language, words):
    from digitscope.ui.kiosk.canvas import EventWords

    assert EventWords(words_in(language)).either([7, 1], (7, 0.6), (1, 0.3)).words == words
