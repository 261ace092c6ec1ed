"""What no browser of a well-meaning visitor sends: the server says a sentence and goes on, and nobody else notices."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPResponse

import numpy as np
import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from digitscope.server.headers import HEADERS
from testkit.concurrency import run_in_thread
from testkit.drawings import sample
from testkit.server import Server, fetch
from testkit.streamlit_client import StreamlitClient, open_socket, open_stream

MEGABYTE = 1_000_000
TOO_BIG = (1009, None)


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own: what it logs is part of what is expected here."""
    with Server(tmp_path_factory.mktemp("hostile") / "log.txt") as server:
        yield server


def paths(digit: int) -> list[dict]:
    lines = [path.tolist() for path in sample(digit)]
    return [{"type": "path", "path": [["M", *line[0]], *(["L", *at] for at in line[1:])]} for line in lines]


def canvas(raw: object, **more: object) -> str:
    return json.dumps({"drawing": {"raw": raw, "data": None}} | more)


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


LINE = {"type": "path", "path": [["M", 1, 1], ["L", 200, 300]]}
PASSED_OVER = {
    "an odd drawing": canvas("x"),
    "a list for a drawing": canvas([1]),
    "numbers that are none": canvas({"objects": [LINE | {"path": [["M", float("nan"), float("inf")]]}]}),
    "objects 900 deep": '{"drawing": {"raw": {"objects": ' + nested(900) + "}}}",
    "a list for a state": "[1]",
}
REFUSED = {
    "drawing is a text": ('{"drawing": "x"}', "no drawing"),
    "drawing is a list": ('{"drawing": [1]}', "no drawing"),
    "fit is a number": (canvas({}, backgroundFit=7), "no drawing"),
    "fit lacks fields": (canvas({}, backgroundFit={"naturalWidth": 1}), "no drawing"),
    "too many strokes": (canvas({"objects": [LINE] * 6_000}), "6,000 strokes"),
    "too many points": (canvas({"objects": [LINE | {"path": [["L", 1, 1]] * 200_001}]}), "200,000 points"),
}
FATAL = {
    "a drawing 100,000 deep": '{"drawing": {"raw": ' + nested(100_000) + "}}",
    "no JSON": '{"drawing":',
    "a number of 5,000 digits": '{"drawing": {"raw": ' + "9" * 5_000 + "}}",
}


async def closing_code(line: ClientConnection, message: str | bytes) -> int | None:
    """Why the server closes the line after this message; None where it is gone before it could say so."""
    try:
        await line.send(message)
        while True:
            await line.recv()
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None


def test_hostile_drawings_get_a_sentence_and_the_next_visitor_an_answer(target: Server) -> None:
    async def scenario() -> None:
        async with open_stream(target.url) as theirs, open_stream(target.url) as ours:
            bystander, hostile = StreamlitClient(ours), StreamlitClient(theirs)
            await bystander.run()
            await hostile.run()
            for name, state in PASSED_OVER.items():
                assert 'data-strokes=\\"0\\"' in await hostile.run(drawable_canvas=state), name
            for name, (state, words) in REFUSED.items():
                said = await hostile.run(drawable_canvas=state)
                assert words in said, name
                assert "alert" in said, name
            assert 'data-digit=\\"7\\"' in await hostile.run(drawable_canvas=canvas({"objects": paths(7)}))
            assert 'data-digit=\\"3\\"' in await bystander.run(drawable_canvas=canvas({"objects": paths(3)}))
        for name, state in FATAL.items():
            async with open_stream(target.url) as theirs:
                hostile = StreamlitClient(theirs)
                await hostile.run()
                said = await hostile.run(drawable_canvas=state)
                assert "Please load the page again" in said, name
                assert "Traceback" not in said, name
        async with open_stream(target.url) as anew:
            again = StreamlitClient(anew)
            await again.run()
            assert 'data-digit=\\"5\\"' in await again.run(drawable_canvas=canvas({"objects": paths(5)}))

    run_in_thread(asyncio.wait_for(scenario(), 60))


def test_a_thousand_strokes_and_a_hundred_thousand_points_are_read(target: Server, rng: np.random.Generator) -> None:
    def scribble(strokes: int, points: int) -> str:
        places = rng.uniform(20, 320, (strokes, points, 4)).round(1).tolist()
        return canvas({"objects": [LINE | {"path": [["M", 9, 9], *(["Q", *at] for at in each)]} for each in places]})

    async def scenario() -> None:
        async with open_stream(target.url) as page:
            visitor = StreamlitClient(page)
            await visitor.run()
            for strokes, points in ((1_000, 100), (1, 100_000)):
                said = await visitor.run(drawable_canvas=scribble(strokes, points))
                assert f'data-strokes=\\"{strokes}\\"' in said
                assert visitor.live["strokes"] == strokes

    run_in_thread(asyncio.wait_for(scenario(), 60))


def test_a_message_beyond_the_limit_closes_only_its_own_line(target: Server) -> None:
    async def scenario() -> None:
        async with open_stream(target.url) as page, open_socket(target.url, "live") as other:
            visitor = StreamlitClient(page)
            await visitor.run()
            for size in (5 * MEGABYTE, 26 * MEGABYTE):  # beyond the live channel's own limit, and beyond the server's
                async with open_socket(target.url, "live") as line:
                    assert await closing_code(line, "x" * size) in TOO_BIG
            async with open_stream(target.url) as flood:
                assert await closing_code(flood, b"\0" * 26 * MEGABYTE) in TOO_BIG
            question = {"id": 1, "token": visitor.live["token"], "version": visitor.live["version"]}
            await other.send(json.dumps(question | {"objects": paths(7), "down": False}))
            assert 'data-digit="7"' in json.loads(await other.recv())["panels"]["answer"]

    run_in_thread(asyncio.wait_for(scenario(), 60))


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", "http://[", "http://127.0.0.1:1"])
def test_the_live_channel_refuses_pages_of_others(target: Server, origin: str) -> None:
    async def attempt() -> None:
        async with open_socket(target.url, "live", origin=origin):
            pass

    with pytest.raises(InvalidStatus) as refused:
        run_in_thread(attempt())
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("own", [True, False])
def test_the_live_channel_answers_nobody_without_a_token(target: Server, own: bool) -> None:
    """From its own page and from a program, which has no origin; odd names and bytes do not stop it either."""

    async def scenario() -> None:
        async with open_socket(target.url, "live", origin=target.url if own else None) as line:
            for name in ("7", '"\\ud800"', nested(900), "1e400", "9" * 4_000, "null"):
                await line.send(f'{{"id": {name}, "token": "guessed", "objects": []}}')
                reply = json.loads(await line.recv())
                assert "not known" in reply["error"]
                assert reply["id"] == (7 if name == "7" else None)
        async with open_socket(target.url, "live") as line:
            await closing_code(line, b"\0\1")

    run_in_thread(asyncio.wait_for(scenario(), 30))


@pytest.mark.parametrize("address", ["/", "/_stcore/health", "/nowhere", "/_stcore/upload_file/a/b", "/..%2fapp.py"])
def test_every_answer_has_the_secure_headers(target: Server, address: str) -> None:
    request = urllib.request.Request(target.url + address, headers={"Origin": "https://elsewhere.example"})
    answer: HTTPResponse | urllib.error.HTTPError
    try:
        answer = fetch(request)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
        assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
        assert answer.headers.get("access-control-allow-origin") is None
        assert b"say_that_it_failed" not in answer.read()


def test_an_upload_from_elsewhere_is_refused(target: Server) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="../../a.npz"\r\n\r\nx\r\n--x--\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Origin": "https://elsewhere.example"}
    request = urllib.request.Request(f"{target.url}/_stcore/upload_file/s/f", body, headers, method="PUT")
    with pytest.raises(urllib.error.HTTPError) as refused:
        fetch(request)
    assert refused.value.code == 403
    refused.value.close()
