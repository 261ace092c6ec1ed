"""The command line: what it prints, what it returns, and one sentence for everything that goes wrong."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from PIL import Image

from cnn import weights
from cnn.architectures import build
from cnn.test_time_augmentation import averaged_outputs
from digitscope.cli import two_stages
from digitscope.cli.calibrate import calibration
from digitscope.cli.main import main
from digitscope.digits.samples import SAMPLES
from digitscope.digits.synthesis import training_set
from digitscope.recognition.measure import wilson

UNIPEN = """.COORD X Y
.HIERARCHY DIGIT

.SEGMENT DIGIT 0 ? "{label}"
.COMMENT {label} me 0
"""


def unipen(drawings) -> str:
    text = ""
    for label, strokes in drawings:
        text += UNIPEN.format(label=label)
        for path in strokes:
            points = "\n".join(f" {int(1000 * x)} {int(1000 * (1 - y))}" for x, y in path)
            text += f".PEN_DOWN\n{points}\n.PEN_UP\n"
    return text


@pytest.fixture
def drawings(tmp_path):
    path = tmp_path / "mine.unipen"
    mine = [(digit, strokes.paths) for digit, pair in SAMPLES.items() for strokes in pair]
    path.write_text(unipen([*mine, (7, [np.array([[0.5, 0.5]])]), ("?", SAMPLES[3][0].paths)]))
    return path


def refused(capsys, *arguments: str) -> str:
    """Run a command that cannot run, and return its sentence."""
    assert main(arguments) == 2
    said = capsys.readouterr()
    assert said.err.count("\n") == 1
    assert "Traceback" not in said.err
    return said.err


def test_the_notebooks_recipe_prints_and_learns_what_the_notebook_does(capsys):
    assert main(["train", "--recipe", "notebook", "--seed", "0"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "MNIST CNN initialized!"
    assert [line for line in lines if line.startswith("---")] == [
        *(f"--- Epoch {epoch} ---" for epoch in (1, 2, 3)),
        "--- Testing the CNN ---",
    ]
    steps = [line for line in lines if line.startswith("[")]
    form = r"\[Step (\d+)\] Past 100 steps: Average Loss (\d\.\d{3}) \| Accuracy: (\d+)%"
    found = [match for line in steps if (match := re.fullmatch(form, line))]
    assert len(found) == len(steps)
    assert [int(match[1]) for match in found] == [100 * i for i in range(1, 11)] * 3
    assert float(found[-1][2]) < float(found[0][2]) / 2
    assert lines[-2].startswith("Test Loss: ")
    # Five seeds came to 0.82 to 0.86.
    assert float(lines[-1].removeprefix("Test Accuracy: ")) >= 0.78


def test_train_writes_weights_that_evaluate_and_predict_can_use(capsys, tmp_path, drawings, digits):
    out, plot = tmp_path / "net.npz", tmp_path / "curves.svg"
    options = ["--architecture", "notebook", "--images", "2000", "--epochs", "2", "--learning-rate", "0.01"]
    assert main(["train", *options, "--out", str(out), "--plot", str(plot)]) == 0
    said = capsys.readouterr()
    assert "Validation accuracy" in said.out
    assert "images/s" in said.err
    assert "<svg" in plot.read_text()
    network, header = weights.load(out)
    assert header["validation_accuracy"] == network.forward(*digits.validation)[2]
    assert header["settings"]["images"] == 2000

    assert main(["evaluate", "--weights", str(out), "--limit", "500", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result.keys() == {"n", "accuracy", "per_class", "refused", "loss", "calibration_error"}
    assert result["n"] == 500
    answers = averaged_outputs(network.predict_output, digits.test_images[:500]).argmax(axis=1)
    assert result["accuracy"] == (answers == digits.test_labels[:500]).mean(), "as the page reads: again when in doubt"
    assert result["accuracy"] > 0.7

    assert main(["evaluate", "--weights", str(out), "--strokes", str(drawings), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["n"] == 21, "what is labelled ? is left out"
    assert result["refused"] == pytest.approx(1 / 21), "the dot"
    assert set(result["per_class"]) == set("0123456789")

    assert main(["evaluate", "--weights", str(out), "--limit", "100"]) == 0
    assert "95 % interval" in capsys.readouterr().out


def test_evaluate_prints_a_table_by_file_and_writer_with_refusals_and_prediction_sets(capsys, tmp_path, drawings):
    other = tmp_path / "other.unipen"
    other.write_text(drawings.read_text().replace(" me 0", " you 0") + UNIPEN.format(label=4).replace(" me ", " she "))
    command = ["evaluate", "--strokes", str(drawings), str(other)]
    assert main([*command, "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    rows = {(row["source"], row["writer"]): row for row in facts["sources"]}
    assert list(rows) == [("mine.unipen", "me"), ("other.unipen", ""), ("other.unipen", "you"), ("other.unipen", "she")]
    assert rows["other.unipen", ""]["n"] == 22 == rows["other.unipen", "you"]["n"] + 1
    assert rows["other.unipen", "she"]["refused"] == 1, "an empty drawing"
    assert rows["other.unipen", "she"]["coverage"] == rows["other.unipen", "she"]["set_size"] == 0
    assert rows["mine.unipen", "me"]["no_digits"] == 1
    assert facts["n"] == 43
    assert facts["coverage"] == pytest.approx(
        sum(row["coverage"] * row["n"] for row in rows.values() if row["writer"]) / 43
    )
    assert main(command) == 0
    said = capsys.readouterr().out
    assert "coverage" in said
    assert len(re.findall(r"^  you +21  ", said, re.MULTILINE)) == 1
    assert "no digit, refused" in said


def test_evaluate_draws_its_worst_mistakes_and_measures_habits_and_numbers(capsys, tmp_path, drawings):
    sheet = tmp_path / "worst.svg"
    assert main(["evaluate", "--strokes", str(drawings), "--worst", str(sheet)]) == 0
    assert "<svg" in sheet.read_text()
    capsys.readouterr()

    assert main(["evaluate", "--habits", "--limit", "3", "--strokes", str(drawings), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["7, crossed"]["n"] == 3
    assert facts["people's, 25 degrees left"]["n"] == 3
    assert all(0 <= fact["accuracy"] <= 1 for fact in facts.values())

    assert main(["evaluate", "--numbers", "8", "--strokes", str(drawings), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["n"] == 8
    assert facts["cut_in_four"] >= facts["accuracy"] >= 0.5


def test_weights_go_to_a_new_file_unless_force_says_otherwise(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    short = ["--architecture", "notebook", "--images", "200", "--epochs", "1"]
    assert main(["train", "--recipe", "best", *short]) == 0
    (out,) = tmp_path.iterdir()
    assert re.fullmatch(r"digitscope-best-\d{8}-\d{4}\.npz", out.name)
    first = out.read_bytes()
    capsys.readouterr()
    assert out.name in refused(capsys, "train", *short, "--seed", "1", "--out", str(out))
    assert out.read_bytes() == first
    assert main(["train", *short, "--seed", "1", "--out", str(out), "--force"]) == 0
    assert weights.load(out)[1]["seed"] == 1


def test_a_number_of_epochs_replaces_the_seconds_of_a_recipe(capsys, tmp_path):
    out = tmp_path / "net.npz"
    short = ["--architecture", "notebook", "--images", "200", "--epochs", "2"]
    assert main(["train", "--recipe", "one-minute", *short, "--out", str(out)]) == 0
    settings = weights.load(out)[1]["settings"]
    assert (settings["epochs"], settings["seconds"]) == (2, None)


def test_a_sweep_ranks_every_combination(capsys):
    arguments = ["sweep", "--architecture", "notebook", "--epochs", "1", "--images", "500", "--warps", "no"]
    assert main([*arguments, "--learning-rate", "0.0001", "0.01", "--json"]) == 0
    best, other = json.loads(capsys.readouterr().out)
    assert (best["learning_rate"], other["learning_rate"]) == (0.01, 0.0001)
    assert best["accuracy"] > other["accuracy"]
    assert best["warps"] is False
    assert best["steps"] == 4, "one epoch of 500 images, not the ten seconds of the recipe"


def test_a_run_can_be_kept_and_resumed(capsys, tmp_path):
    options = ["train", "--architecture", "notebook", "--images", "500", "--epochs", "2"]
    kept, whole, resumed = tmp_path / "run.ckpt", tmp_path / "whole.npz", tmp_path / "resumed.npz"
    assert main([*options, "--out", str(whole), "--checkpoint", str(kept)]) == 0
    assert main(["train", "--resume", str(kept), "--out", str(resumed)]) == 0
    capsys.readouterr()
    one, other = weights.load(whole)[0], weights.load(resumed)[0]
    for name, array in one.params.items():
        np.testing.assert_array_equal(other.params[name], array)


def test_the_shipped_recipe_calibrates_on_those_held_out_and_then_learns_from_all(
    capsys, tmp_path, drawings, monkeypatch
):
    for name, few in (("RULED", 2), ("LETTERS", 1), ("SCRIBBLES", 30), ("PAIRS", 10)):
        monkeypatch.setattr(training_set, name, few)
    other = tmp_path / "other.unipen"
    other.write_text(drawings.read_text().replace(" me 0", " you 0"))
    learned_from = []

    def noted(known, seed):
        learned_from.append({drawing.writer for drawing in known})
        return training_set.training_examples(known, seed)

    monkeypatch.setattr(two_stages, "training_examples", noted)
    monkeypatch.setattr(
        two_stages,
        "calibration",
        lambda network, others, validation: calibration(network, others, (validation[0][:500], validation[1][:500])),
    )
    out, never_saw = tmp_path / "net.npz", tmp_path / "never.npz"
    options = ["--images", "400", "--epochs", "1", "--out", str(out), "--held-out-weights", str(never_saw)]
    assert main(["train", *options, "--strokes", str(drawings), str(other), "--held-out", "you"]) == 0
    assert learned_from == [{"me"}, {"me", "you"}]
    said = capsys.readouterr().out
    assert said.count("expected calibration error") == 2
    first, second = weights.load(never_saw)[1], weights.load(out)[1]
    assert "without you" in first["data"]
    assert "without" not in second["data"]
    assert first["temperature"] == second["temperature"] > 0
    assert first["refuse_above"] == second["refuse_above"]
    assert first["least_probabilities"] == second["least_probabilities"]
    assert len(first["least_probabilities"]) == 10
    assert "(you)" in second["calibrated_on"]
    assert main(["calibrate", str(out), "--strokes", str(other)]) == 2, "calibrated already"


def test_predict_reads_pictures_a_line_each(capsys, tmp_path, digits):
    files = []
    for i in range(4):
        files.append(str(tmp_path / f"{i}.png"))
        Image.fromarray(digits.validation[0][i]).save(files[-1])
    blank, broken = tmp_path / "blank.png", tmp_path / "broken.png"
    Image.new("L", (50, 50), 255).save(blank)
    broken.write_bytes(b"no picture")
    assert main(["predict", *files]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(": ")[1][0] for line in lines] == [str(label) for label in digits.validation[1][:4]]

    assert main(["predict", files[0], str(broken), str(blank), "--json"]) == 2
    said = capsys.readouterr()
    first, second, third = json.loads(said.out)
    assert first["digit"] == digits.validation[1][0]
    assert sum(first["probabilities"]) == pytest.approx(1, abs=1e-4)
    assert second["digit"] is None
    assert "broken.png" in second["error"]
    assert third == {"file": str(blank), "digit": None, "reason": third["reason"]}
    assert "broken.png" in said.err


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["train", "--learning-rate", "nan"], "learning rate"),
        (["train", "--epochs", "0"], "epochs"),
        (["train", "--plot", "curves.doc"], ".png"),
        (["train", "--out", "/proc/nowhere/net.npz"], "/proc"),
        (["train", "--out", "."], "folder"),
        (["train", "--out", "pretrained/digitscope.npz"], "--force"),
        (["train", "--held-out-weights", "pretrained/held-out.npz"], "--force"),
        (["train", "--resume", "none.ckpt"], "none.ckpt"),
        (["train", "--held-out", "nobody", "--strokes", "{drawings}"], "nobody"),
        (["train", "--recipe", "best", "--strokes", "{drawings}"], "reader"),
        (["evaluate", "--worst", "sheet.doc"], ".png"),
        (["evaluate", "--numbers", "3"], "--strokes"),
        (["calibrate", "pretrained/digitscope.npz", "--strokes", "{drawings}"], "already"),
        (["evaluate", "--weights", "none.npz"], "none.npz"),
        (["evaluate", "--strokes", "none.unipen"], "none.unipen"),
        (["evaluate", "--strokes", "README.md"], "README.md"),
        (["evaluate", "--limit", "0"], "--limit"),
        (["predict", "none.png"], "none.png"),
    ],
)
def test_what_cannot_run_says_so_in_a_sentence(capsys, drawings, arguments, word):
    assert word in refused(capsys, *(argument.format(drawings=drawings) for argument in arguments))


def test_weights_of_another_preprocessing_are_refused(capsys, tmp_path):
    path = tmp_path / "old.npz"
    weights.save(path, build("notebook"), preprocessing=0)
    assert "version 0" in refused(capsys, "evaluate", "--weights", str(path))


def test_a_diverging_run_writes_nothing(capsys, tmp_path):
    out = tmp_path / "net.npz"
    arguments = ["train", "--architecture", "notebook", "--optimizer", "sgd", "--learning-rate", "10"]
    assert main([*arguments, "--images", "5000", "--out", str(out)]) == 2
    assert "learning rate of 10 " in capsys.readouterr().err
    assert not out.exists()


def test_the_interval_by_hand():
    # Wilson's interval for 8 of 10 is known to be 0.490 to 0.943.
    low, high = wilson(0.8, 10)
    assert low == pytest.approx(0.490, abs=0.001)
    assert high == pytest.approx(0.943, abs=0.001)


def test_an_embedding_needs_a_network(capsys, tmp_path):
    pytest.importorskip("sklearn")
    assert "cannot be opened" in refused(capsys, "embed", "--weights", str(tmp_path / "none.npz"))
