"""Today: the room's accuracy beside MNIST's, what was read as what, and the drawings that visitors left."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from digitscope.digits.preprocess import prepare
from digitscope.stand.challenges import CHALLENGES
from digitscope.stand.counting import REFUSED, Accuracy, accuracy, confusions
from digitscope.stand.store import StoreError, day_of
from digitscope.ui.common.networks import shipped
from digitscope.ui.common.pictures import ink_picture
from digitscope.ui.common.words import THIN
from digitscope.ui.kiosk.challenges import show_board, title_of
from digitscope.ui.kiosk.visitor import say, store

GALLERY = 24


def room_screen() -> None:
    """All of it, for a glance."""
    words = say()
    day = day_of(datetime.now())
    try:
        answers = store().answers(day)
        drawings = store().drawings(day, newest=GALLERY)
    except StoreError:
        st.html(f'<p class="hint wrong">{words("store_failed")}</p>')
        return
    left, right = st.columns(2, gap="large")
    with left:
        room = accuracy(answers)
        told = (
            _accuracy(words("room_accuracy"), room, "room") if room.n else f'<p class="hint">{words("room_empty")}</p>'
        )
        st.html(f'<div class="accuracies">{told}{_mnist()}</div>')
        if room.n:
            st.html(_confusions(answers))
    with right:
        st.html(f"<h2>{words('board')}</h2>")
        for challenge in CHALLENGES:
            show_board(challenge, title_of(challenge))
    if drawings:
        cells = []
        for drawing in drawings:
            picture = prepare(drawing.strokes).picture
            if picture is not None:
                meant, said = ("–" if digit is None else digit for digit in (drawing.label, drawing.said))
                wrong = "" if drawing.right else ' class="wrong"'
                cells.append(
                    f'<figure{wrong}><img src="{ink_picture(picture)}" alt="">'
                    f"<figcaption>{words('room_as', meant=meant, said=said)}</figcaption></figure>"
                )
        st.html(f'<h2>{words("room_gallery")}</h2><div class="gallery event">{"".join(cells)}</div>')


def _mnist() -> str:
    reader = shipped().reader
    header = {} if reader is None else reader.header
    share, n = header.get("validation_accuracy"), header.get("validation_images")
    if not isinstance(share, float) or not isinstance(n, int):
        return ""
    return _accuracy(say()("room_mnist"), Accuracy(round(share * n), n), "mnist")


def _accuracy(name: str, measured: Accuracy, kind: str) -> str:
    words = say()
    low, high = (f"{100 * bound:.1f}" for bound in measured.interval)
    n = words("room_n", n=f"{measured.n:,}".replace(",", THIN))
    return (
        f'<div class="accuracy" data-accuracy="{kind}" data-right="{measured.right}" data-n="{measured.n}">'
        f'<span>{name}</span><b dir="ltr">{100 * measured.share:.1f} %</b>'
        f"<span>{words('room_interval', low=low, high=high)}</span><span>{n}</span></div>"
    )


def _confusions(answers: list[tuple[int | None, int | None]]) -> str:
    words = say()
    table = confusions(answers)
    most = max(1, int(table.max()))
    head = "".join(f"<th>{digit}</th>" for digit in range(10))
    rows = []
    for meant in range(10):
        cells = "".join(
            f'<td class="{"right" if said == meant else "wrong"}" style="--share:{count / most:.2f}">{count or ""}</td>'
            for said, count in enumerate(table[meant])
        )
        rows.append(f"<tr><th>{meant}</th>{cells}</tr>")
    assert table.shape[1] - 1 == REFUSED
    return (
        f'<h2>{words("room_confusions")}</h2><table class="confusions" dir="ltr">'
        f"<caption>↓ {words('room_meant')}, → {words('room_read')} (– : {words('refused')})</caption>"
        f"<tr><th></th>{head}<th>–</th></tr>{''.join(rows)}</table>"
    )
