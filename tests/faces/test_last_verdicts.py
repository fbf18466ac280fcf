"""`grader list` shows what the last verdict said of each exercise, without judging anything again."""

from __future__ import annotations

import json
import os
import re
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from grader import catalog
from grader.cli import main
from grader.desk.last_verdicts import MAX_BYTES, MAX_SAID, LastVerdicts
from grader.reference.store import Store
from grader.results import Diagnosis, ExerciseResult, Finding, Status
from tests.conftest import ROOT, bench
from tests.faces.running import hand_out, pytest_grader, write
from tests.judge.written import backward

SOURCE = backward("relu", "return dout * (dout > 0)").encode()
CLAIM = "You masked on the upstream gradient."


@pytest.fixture
def student(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A student's folder, in which a wrong relu is begun, and the working directory."""
    folder = hand_out(tmp_path / "work")
    write(folder, "relu", SOURCE.decode())
    monkeypatch.chdir(folder)
    return folder


def verdict(status: Status = "failed", said: str = "dx is wrong", **fields: Any) -> ExerciseResult:
    finding = Finding(said, diagnosis=Diagnosis("masked-on-upstream", "dx", CLAIM, "Look."))
    return ExerciseResult("relu", "f", "004 §8", status, 0.5, 2.0, (), () if status == "passed" else (finding,))


def keep(result: ExerciseResult, source: bytes = SOURCE) -> LastVerdicts:
    last = LastVerdicts(Path("exercises"))
    last.keep([result], {"relu": source})
    return last


def listed() -> str:
    done = CliRunner().invoke(main, ["list"])
    assert done.exit_code == 0, done.exception
    return done.stdout


def below_relu() -> str:
    """The line below relu's."""
    return listed().partition(" relu ")[2].splitlines()[1]


def test_what_pytest_grader_said_last_is_listed(student: Path) -> None:
    assert " sigmoid " in below_relu()
    # Then PyTorch isn't asked.
    Store().keep(bench("relu").sheet)
    pytest_grader(student, "-k", "relu and not relu_")
    assert re.fullmatch(r"     0/2 at \d\d:\d\d  dx is wrong: You masked on the upstream gradient\.", below_relu())


def test_an_exercise_that_is_right_is_called_so(student: Path) -> None:
    keep(verdict("passed"))
    assert re.search(r"^  21 relu +2  right    ReLU ", listed(), re.MULTILINE)
    assert " sigmoid " in below_relu()


def test_a_file_that_has_changed_since_says_so(student: Path) -> None:
    keep(verdict())
    write(student, "relu", SOURCE.decode() + "#\n")
    assert re.fullmatch(r"     changed since \d\d:\d\d, when it had 0.5/2; pytest grader::relu judges it", below_relu())
    keep(verdict("passed"))
    assert re.search(r"^  21 relu +2  begun ", listed(), re.MULTILINE)


def test_a_verdict_of_another_day_or_year_has_it(student: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    then = time.mktime((2025, 11, 7, 9, 5, 0, 0, 0, -1))
    with monkeypatch.context() as at_that_time:
        at_that_time.setattr(time, "time", lambda: then)
        keep(verdict())
    with monkeypatch.context() as a_day_later:
        a_day_later.setattr(time, "localtime", lambda *given, now=time.localtime: now(*given or (then + 86_400,)))
        assert "0.5/2 at 07 Nov 09:05 " in below_relu()
    assert "0.5/2 at 07 Nov 2025 09:05 " in below_relu()


def test_a_long_verdict_is_broken_between_words(student: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(verdict(said="dx is wrong, and what is said of it is long: " + " ".join(["word"] * 49 + ["end"])))
    for given, most in (("", 88), ("40", 40), ("200", 88)):
        monkeypatch.setenv("COLUMNS", given)
        (said,) = re.findall(r"^     (0\.5/2 at (?:.|\n {5})*)", listed(), re.MULTILINE)
        assert said.split()[-50:] == [*["word"] * 43, "end:", *CLAIM.split()]
        assert 10 < max(map(len, said.splitlines())) <= most


def test_what_is_put_back_or_gone_has_no_verdict(student: Path) -> None:
    last = keep(verdict())
    write(student, "relu", (ROOT / "exercises" / "ex21_relu.py").read_text(encoding="utf-8"))
    assert " sigmoid " in below_relu()
    last.keep([verdict("not-started")], {"relu": SOURCE})
    assert last.find() == {}


def test_other_exercises_and_other_folders_keep_theirs(student: Path, tmp_path: Path) -> None:
    last = keep(verdict())
    last.keep([ExerciseResult("bce", "f", "004", "error", 0, 2, (), (Finding("no"),))], {"bce": b"x"})
    assert list(last.find()) == ["relu", "bce"]
    assert LastVerdicts(tmp_path / "elsewhere").find() == {}


def entry(**changed: Any) -> dict[str, Any]:
    whole = {"status": "failed", "points": 1, "max_points": 2.0, "said": "x", "digest": "0", "time": 1.0}
    return {**whole, **changed}


FORGED: dict[str, Any] = {
    "no JSON": b"{",
    "nested too deeply": b"[" * 100_000,
    "a list": [],
    "no verdict": {"relu": 7},
    "another status": {"relu": entry(status="marvellous")},
    "more points than there are": {"relu": entry(points=3)},
    "points that are no number": {"relu": entry(points=float("nan"))},
    "a time out of all time": {"relu": entry(time=1e300)},
    "a text that is none": {"relu": entry(said=["x"])},
    "a field more": {"relu": entry(more=1)},
    "too large": b" " * MAX_BYTES + json.dumps({"relu": entry()}).encode(),
}


@pytest.mark.parametrize("kind", FORGED)
def test_what_is_no_verdict_is_left_out_and_replaced(kind: str, student: Path) -> None:
    last = keep(verdict())
    forged = FORGED[kind]
    last.path.write_bytes(forged if isinstance(forged, bytes) else json.dumps(forged).encode())
    assert last.find() == {}
    assert " sigmoid " in below_relu()
    keep(verdict())
    assert list(last.find()) == ["relu"]


def test_a_text_that_somebody_else_may_have_written_is_cleaned(student: Path) -> None:
    last = keep(verdict())
    found = json.loads(last.path.read_text())
    found["relu"]["said"] = "\x1b[2J\nall is right" + "x" * 1000
    last.path.write_text(json.dumps(found))
    said = last.find()["relu"].said
    assert said.startswith("?[2J?all is right")
    assert len(said) == MAX_SAID
    assert "\x1b" not in listed()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a pipe with a name")
def test_what_is_no_file_is_neither_read_nor_waited_for(student: Path, tmp_path: Path) -> None:
    last = keep(verdict())
    kept = last.path.rename(tmp_path / "kept")
    os.mkfifo(last.path)
    assert last.find() == {}
    last.path.unlink()
    last.path.symlink_to(kept)
    assert last.find() == {}
    keep(verdict())
    assert not last.path.is_symlink()


def test_where_nothing_can_be_kept_nothing_is(student: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert keep(verdict()).find() == {}
    assert len(re.findall(r"^  \d+ ", listed(), re.MULTILINE)) == len(catalog.names())


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no users")
def test_what_is_somebody_elses_is_neither_read_nor_written(student: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    last = keep(verdict())
    kept = last.path.read_bytes()
    monkeypatch.setattr(os, "geteuid", lambda: last.path.stat().st_uid + 1)
    assert last.find() == {}
    keep(verdict("passed"))
    assert last.path.read_bytes() == kept
