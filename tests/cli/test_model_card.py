"""The model card: its figures are those of the weights' headers and of `evaluate`."""

from __future__ import annotations

import json
import re

import pytest

from cnn.weights import load
from digitscope.cli.main import main
from digitscope.recognition.measure import wilson
from digitscope.resources import PRETRAINED
from testkit.paths import PEN_DATA

CARD = (PRETRAINED / "README.md").read_text("utf-8")
ROWS = [
    tuple(cell.strip() for cell in line.strip("|").split("|"))
    for line in CARD.splitlines()
    if re.match(r"\| [^|]+ \| (digitscope|held-out) \|", line)
]
"""What is read, the network, n, right, 95 % interval, refused, options."""


def number(pattern: str) -> float:
    """The number that stands in the card where the pattern has its only group."""
    (found,) = re.findall(pattern, CARD)
    return float(found.replace(",", ""))


def meant_by(letter: str) -> list[str]:
    """The options that the card's letter P, U or C stands for, with its files where they lie here."""
    (options,) = re.findall(rf"\b{letter} (?:stands )?for\s+`([^`]*)`", CARD)
    return [str(PEN_DATA / part) if part.endswith(".gz") else part for part in options.split()]


def test_the_card_has_its_rows():
    assert [(what, network) for what, network, *_ in ROWS[:2]] == [
        ("MNIST, test images", "digitscope"),
        ("MNIST, test images", "held-out"),
    ]
    assert len(ROWS) == 9


def test_what_the_card_says_of_the_network_stands_in_its_file():
    network, header = load(PRETRAINED / "digitscope.npz")
    assert number(r"([\d,]+) parameters") == sum(array.size for array in network.params.values())
    assert number(r"float32, ([\d.]+) MB") == pytest.approx(
        (PRETRAINED / "digitscope.npz").stat().st_size / 2**20, abs=0.01
    )
    held_out = load(PRETRAINED / "held-out.npz")[1]
    assert number(r"`held-out.npz` \(([\d.]+)\)") == pytest.approx(held_out["refuse_above"], abs=5e-4)
    assert number(r"`refuse_above` \(([\d.]+)\)") == pytest.approx(header["refuse_above"], abs=5e-4)
    assert number(r"one temperature, ([\d.]+),") == pytest.approx(header["temperature"], abs=5e-4)
    assert number(r"\(([\d,]+) s and [\d,]+ s,") == header["seconds"]
    assert number(r"A first course of (\d+) epochs") == header["settings"]["epochs"]
    assert number(r"images\stoo \(([\d.]+) % by one look") == pytest.approx(100 * header["validation_accuracy"])
    assert f"(version {header['preprocessing']})" in CARD
    assert f"under the name `{header['architecture']}`" in CARD
    for file in re.findall(r"\S+\.unipen\.gz", header["data"].replace("(", " ").replace(",", " ")):
        assert file.rstrip(",)") in CARD


def test_both_files_have_one_temperature_and_the_same_sets():
    shipped, held_out = (load(PRETRAINED / name)[1] for name in ("digitscope.npz", "held-out.npz"))
    for name in ("least_probabilities", "temperature", "preprocessing", "architecture", "seed", "settings"):
        assert shipped[name] == held_out[name]


CASES = [pytest.param(ROWS[0], id="MNIST"), *(pytest.param(row, marks=pytest.mark.measured) for row in ROWS[1:])]


@pytest.mark.parametrize("row", CASES)
def test_a_row_of_the_card_is_what_evaluate_prints(row, capsys):
    what, network, n, right, interval, refused, options = row
    arguments = ["evaluate", "--json", "--weights", str(PRETRAINED / f"{network}.npz")]
    for option in options.replace("`", "").split():
        arguments += meant_by(option) if option in ("P", "U", "C") else [option]
    if str(PEN_DATA) in " ".join(arguments) and not PEN_DATA.exists():
        pytest.skip("drawings by people are not a part of the project")
    assert main(arguments) == 0
    said = json.loads(capsys.readouterr().out)
    letters = "letters" in what
    share = said["no_digits_refused"] if letters else said["accuracy"]
    assert int(n.replace(",", "")) == said["no_digits" if letters else "n"]
    assert right == f"{100 * share:.2f} %"
    low, high = wilson(share, said["no_digits" if letters else "n"])
    assert interval == f"{100 * low:.2f} to {100 * high:.2f} %"
    if refused:
        assert refused == f"{100 * said['refused']:.2f} %"
    if what.startswith("MNIST"):
        error = number(rf"([\d.]+) % \(`{network}`\)")
        assert error == pytest.approx(100 * said["calibration_error"], abs=0.005)
