"""The test is Gradescope: it unpacks the zip, runs its entry points as root, and reads the results."""

from __future__ import annotations

import errno
import json
import subprocess
import zipfile
from pathlib import Path

import pytest

from grader import catalog
from grader.cases import DEFAULT_SEED
from grader.platforms.one_submission import Order, remarks, serve
from grader.sandbox.host.levels import Machine
from tests.platforms import facts
from tests.platforms.playing import NAMES, hand_in, packed, plan, require_own_root, run_in_own_root, seed_file

MEMORY = 768 << 20
"""Gradescope's default."""

CLOSED = ["source/seed.txt", "source/setup.sh", "results/results.json", "submission_metadata.json"]


def unpacked(autograder: Path, seed: Path | None) -> None:
    """What Gradescope makes of an uploaded zip: everything in source/, and the entry point beside it."""
    made = packed("gradescope", autograder.parent / "autograder.zip", plan(seed))
    with zipfile.ZipFile(made) as archive:
        for entry in archive.infolist():
            assert "/" not in entry.filename, "Gradescope looks in no folder"
            target = Path(archive.extract(entry, autograder / "source"))
            target.chmod(entry.external_attr >> 16 & 0o777 or 0o644)
    entry_point = autograder / "run_autograder"
    entry_point.write_bytes((autograder / "source" / "run_autograder").read_bytes())
    entry_point.chmod(0o755)
    (autograder / "results").mkdir()
    (autograder / "submission_metadata.json").write_text('{"users": [{"email": "ada@example.org"}]}', encoding="utf-8")


def test_a_submission_of_all_kinds_is_graded_in_a_container_that_refuses_landlock(tmp_path: Path) -> None:
    require_own_root()
    autograder = tmp_path / "root" / "autograder"
    autograder.mkdir(parents=True)
    unpacked(autograder, seed_file(tmp_path))
    hand_in(autograder / "submission", [f"/autograder/{each}" for each in CLOSED])
    played = run_in_own_root(tmp_path / "root", "autograder", "./run_autograder", refused=errno.EPERM)
    assert played.status == 0, played.output
    results = facts.gradescope((autograder / "results" / "results.json").read_text(encoding="utf-8"))
    tests = facts.by_name(results["tests"])
    assert {name: (tests[name]["status"], tests[name]["score"]) for name in NAMES} == {
        "square": ("failed", 0),
        "relu": ("passed", 2),
        "sigmoid": ("failed", 0),
        "affine": ("failed", 2.1),
        "bce": ("failed", 0),
    }
    assert "not started" in tests["square"]["output"]
    assert "db is the mean over the samples" in tests["affine"]["output"]
    assert "AllClosedError: nothing to be had" in tests["sigmoid"]["output"]
    assert "SIGSEGV" in tests["bce"]["output"]
    said = results["output"]
    assert "Isolation limits, not full: Landlock is refused (Operation not permitted)" in said
    assert "as the user nobody" in said
    assert "the seed and these results were closed to it; its program was not" in said
    assert "secret seed" in said
    assert played.peak < MEMORY - (256 << 20), "there is as much for a submission"


def test_there_is_a_valid_result_where_the_grader_never_starts(tmp_path: Path) -> None:
    autograder = tmp_path / "autograder"
    unpacked(autograder, None)
    done = subprocess.run([autograder / "run_autograder"], cwd=autograder, capture_output=True, check=False)
    assert done.returncode == 0
    results = facts.gradescope((autograder / "results" / "results.json").read_text(encoding="utf-8"))
    assert (results["score"], results["tests"]) == (0, [])
    assert "stopped before it was done" in results["output"]


def test_what_the_grader_can_not_judge_is_said_and_is_no_verdict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hand_in(tmp_path / "submission")
    assert not serve("gradescope", tmp_path, Order([catalog.get("relu")], Path("source/seed.txt")))
    results = facts.gradescope((tmp_path / "results" / "results.json").read_text(encoding="utf-8"))
    assert "seed.txt" in results["output"]
    assert results["tests"] == []
    assert "Not judged" in capsys.readouterr().out


def test_the_scripts_are_what_gradescope_can_run(tmp_path: Path) -> None:
    made = packed("gradescope", tmp_path / "autograder.zip", plan(seed_file(tmp_path), ["relu"]))
    with zipfile.ZipFile(made) as archive:
        for name in ("setup.sh", "run_autograder"):
            text = archive.read(name)
            assert text.startswith(b"#!/usr/bin/env bash\n")
            assert b"\r" not in text
            assert b"$$" not in text
            assert archive.getinfo(name).external_attr >> 16 == 0o755
            subprocess.run(["bash", "-n"], input=text, check=True)
        assert archive.getinfo("seed.txt").external_attr >> 16 == 0o600
        json.loads(archive.read("unjudged.json"))


@pytest.mark.parametrize(
    ("obstacle", "user", "closed", "said"),
    [
        ("", 0, True, "Isolation full"),
        ("no Landlock", 0, True, "these results were closed to it"),
        ("no Landlock", 0, False, "perhaps the grader's among them"),
        ("no Landlock", 1000, True, "ran as the same user, who also runs the grader"),
    ],
)
def test_no_more_is_said_of_how_the_code_was_held_than_is_true(
    obstacle: str, user: int, closed: bool, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.getuid", lambda: user)
    machine = Machine({"full": obstacle, "limits": "", "process": ""}, ())
    told = " ".join(remarks(machine, closed, DEFAULT_SEED))
    assert said in told
    assert ("closed to it" in told) == (said == "these results were closed to it")
    assert "secret" not in told
    assert "as root" in " ".join(remarks(Machine(machine.obstacles, (), stays_root=True), closed, 0)) or not obstacle


def test_a_folder_without_exercises_is_missing_them_and_says_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "submission").mkdir()
    (tmp_path / "submission" / "EX21_Relu.PY").touch()
    assert serve("gradescope", tmp_path, Order([catalog.get("relu")]))
    results = facts.gradescope((tmp_path / "results" / "results.json").read_text(encoding="utf-8"))
    assert "What was handed in: EX21_Relu.PY." in results["output"]
    assert results["tests"][0]["output"] == "ex21_relu.py is missing"


def test_a_file_of_another_name_beside_those_that_are_found_is_named(tmp_path: Path) -> None:
    (tmp_path / "submission").mkdir()
    for name in ("ex21_relu.py", "ex24_bce (1).py", "ex33_affine.py"):
        (tmp_path / "submission" / name).write_text("\n", encoding="utf-8")
    assert serve("gradescope", tmp_path, Order([*catalog.every(["relu", "bce"])]))
    results = facts.gradescope((tmp_path / "results" / "results.json").read_text(encoding="utf-8"))
    assert "Not found: bce. What was handed in beside exercises: ex24_bce (1).py." in results["output"]
    assert facts.by_name(results["tests"])["relu"]["output"] == "not started"


def test_a_seed_that_the_code_could_read_is_called_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.getuid", lambda: 1000)
    machine = Machine({"full": "no Landlock", "limits": "", "process": ""}, ())
    told = " ".join(remarks(machine, True, 1 << 100))
    assert "secret" not in told
    assert "The code could read it" in told
