"""A diagnosis is kept: the same file with the same answers needs no second run, and no search."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

import pytest

from grader import catalog
from grader.cases import DEFAULT_SEED
from grader.desk import kept_diagnoses
from grader.desk.kept_answers import KeptAnswers
from grader.judging.diagnosis import Diagnostician
from grader.judging.judgement import judge
from grader.reference import store
from grader.reference.shelf import KEYED
from grader.reference.store import Store
from grader.results import ExerciseResult
from grader.sandbox.host.backend import Level
from grader.sandbox.host.worker import Sandbox
from grader.sandbox.wire.records import Ending, Job, Run
from grader.text.language import speaking
from tests import submissions
from tests.conftest import ROOT
from tests.test_layers import ROOMS


def relu_of(gradient: str) -> bytes:
    """A relu whose backward returns something else."""
    return submissions.solution(catalog.get("relu")).replace(b"dout * (x > 0)", gradient.encode())


UNKNOWN = relu_of("abs(dout) * (x > 0)")
"""No text knows it, and a formula explains it."""


WITHOUT_WORDS = b'{"dx": {"id": "formula", "gradient": "dx", "claim": 7, "hint": ""}}'


@dataclass
class Desk:
    """Runs of the grader, one after the other, and how often each had the submission run."""

    sandbox: Sandbox
    level: Level = "full"
    own: bool = True
    ending: Ending | None = None
    """That of second runs, if it isn't their own."""
    runs: int = 0

    def run(self, job: Job) -> Run:
        self.runs += 1
        run = self.sandbox.run(job)
        return replace(run, ending=self.ending) if self.ending and self.runs > 1 else run

    def verdict(self, source: bytes = UNKNOWN, seed: int = DEFAULT_SEED) -> ExerciseResult:
        self.runs = 0
        answers = KeptAnswers(self.own, lambda: self.level)
        result = judge(answers.bench(catalog.get("relu"), seed), "file", source, self).result
        answers.keep()
        return result


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def desk(sandbox: Sandbox, cache: Path) -> Desk:
    """One at which the verdict on the unknown mistake has been told."""
    made = Desk(sandbox)
    first = made.verdict()
    assert first.diagnosis is not None
    assert first.diagnosis.is_formula
    assert made.runs == 2
    return made


def file_of(cache: Path) -> Path:
    (path,) = cache.rglob("*_relu.diagnoses")
    return path


def test_the_second_verdict_is_the_first_one_and_needs_one_run(desk: Desk) -> None:
    again = desk.verdict()
    assert desk.runs == 1
    desk.level = "process"
    assert desk.verdict() == again
    assert desk.runs == 2


def test_a_known_mistake_is_looked_for_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    known = relu_of("dout * np.maximum(x, 0)")
    first = desk.verdict(known)
    assert first.diagnosis is not None
    assert first.diagnosis.id == "times-output"
    monkeypatch.setattr(Diagnostician, "_known_mistake", None)
    assert desk.verdict(known) == first


def test_of_a_right_file_there_is_nothing_to_keep(sandbox: Sandbox, cache: Path) -> None:
    Desk(sandbox).verdict(submissions.solution(catalog.get("relu")))
    assert not [*cache.rglob("*.diagnoses")]


def test_that_nothing_was_found_is_kept_too(desk: Desk) -> None:
    strange = relu_of("dout * (x > dout)")
    first = desk.verdict(strange)
    assert first.diagnosis is None
    assert desk.runs == 2
    assert desk.verdict(strange) == first
    assert desk.runs == 1


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(UNKNOWN + b"# the same answers\n", id="the same answers from another file"),
        pytest.param(relu_of("dout + (x > 0)"), id="other answers"),
    ],
)
def test_of_another_file_it_says_nothing(other: bytes, desk: Desk) -> None:
    desk.verdict(other)
    assert desk.runs == 2


def test_a_file_that_answers_otherwise_every_time_is_run_every_time(desk: Desk) -> None:
    drawn = relu_of("dout + np.random.default_rng().integers(1 << 40)")
    desk.verdict(drawn)
    desk.verdict(drawn)
    assert desk.runs == 2


def test_of_another_seeds_cases_it_says_nothing(desk: Desk) -> None:
    # It gives the same answers to them.
    constant = relu_of("3.0")
    desk.verdict(constant)
    for _ in range(2):
        desk.verdict(constant, seed=7)
        assert desk.runs == 2
    desk.verdict(constant)
    assert desk.runs == 1


def test_of_other_cases_it_says_nothing(desk: Desk) -> None:
    bench = KeptAnswers(own=True, level=lambda: "full").bench(catalog.get("relu"))
    desk.runs = 0
    # They could be any.
    judge(bench.of(bench.sheet), "file", UNKNOWN, desk)
    assert desk.runs == 2


def test_in_a_process_of_nbgraders_it_says_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    desk.verdict()
    assert desk.runs == 2


def test_it_is_said_in_the_language_of_the_run(desk: Desk) -> None:
    with speaking("de"):
        german = desk.verdict()
        assert german.diagnosis is not None
        assert "in allen 17 Fällen" in german.diagnosis.claim
        assert desk.verdict() == german
        assert desk.runs == 1


@pytest.mark.parametrize("made_by", [kept_diagnoses, store])
def test_what_finds_and_says_it_may_change_and_so_may_the_right_answers(
    made_by: ModuleType, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(made_by, "_sources", lambda: b"changed")
    desk.verdict()
    assert desk.runs == 2


def test_it_depends_on_every_module_that_finds_or_says_it(monkeypatch: pytest.MonkeyPatch) -> None:
    read: set[Path] = set()
    monkeypatch.setattr(store, "_digest", lambda *files: read.update(files))
    store._sources.__wrapped__()
    kept_diagnoses._sources.__wrapped__()
    # Of the catalogue it depends on the exercise's spec, and what that shares with others.
    rooms = set(ROOMS[: ROOMS.index("judging") + 1]) - {"catalog"}
    package = ROOT / "grader"
    made_by = {path for path in package.rglob("*.py") if path.relative_to(package).with_suffix("").parts[0] in rooms}
    assert not made_by - read


def forget_digests() -> None:
    """As in the next run: a run takes what it is made of for what it was when it was first needed."""
    kept_diagnoses._sources.cache_clear()
    kept_diagnoses._index.cache_clear()


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the grader's files, which is taken for them where what is kept depends on them."""
    copy = tmp_path / "grader"
    shutil.copytree(store._PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(store, "_PACKAGE", copy)
    yield copy
    forget_digests()


@pytest.mark.parametrize(
    ("file", "runs"),
    [
        ("formula/indexes/relu.index", 2),
        ("formula/indexes/sigmoid.index", 1),
        ("text/languages/de/LC_MESSAGES/handgrad.mo", 2),
        ("report/terminal.py", 1),
    ],
)
def test_it_holds_while_that_is_the_same_by_which_it_was_found(file: str, runs: int, package: Path, desk: Desk) -> None:
    forget_digests()
    desk.verdict()
    assert desk.runs == 1
    with (package / file).open("ab") as changed:
        changed.write(b"\n")
    forget_digests()
    desk.verdict()
    assert desk.runs == runs


def test_a_second_run_that_did_not_end_is_not_the_last_word(desk: Desk) -> None:
    slow = relu_of("-abs(dout) * (x > 0)")
    desk.ending = Ending("timeout")
    desk.verdict(slow)
    desk.ending = None
    desk.verdict(slow)
    assert desk.runs == 2


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("level", ["limits", "process"])
def test_where_a_submission_may_have_written_it_it_is_neither_read_nor_kept(
    level: Level, own: bool, desk: Desk, cache: Path
) -> None:
    before = file_of(cache).read_bytes()
    desk.level, desk.own = level, own
    assert desk.verdict().diagnosis is not None
    assert desk.runs == 2
    desk.verdict(relu_of("dout + (x > 0)"))
    assert file_of(cache).read_bytes() == before


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.write_bytes(path.read_bytes().replace(b"abs", b"ABS")),
        lambda path: path.write_bytes(path.read_bytes()[:-1]),
        lambda path: path.write_bytes(b""),
        lambda path: path.chmod(0o666),
        lambda path: path.rename(path.with_name("moved")) and path.symlink_to(path.with_name("moved")),
        lambda path: path.unlink(),
    ],
)
def test_what_is_not_as_it_was_written_is_not_read(change: Callable[[Path], object], desk: Desk, cache: Path) -> None:
    said = desk.verdict()
    assert desk.runs == 1
    change(file_of(cache))
    assert desk.verdict() == said
    assert desk.runs == 2


@pytest.mark.parametrize(
    "body", [b"", b"{]", b"[7]", b'{"dx": 7}', b'{"dx": {"id": "formula"}}', WITHOUT_WORDS, b"[" * 100_000]
)
def test_what_is_none_is_not_read_though_its_digest_is_right(body: bytes, desk: Desk, cache: Path) -> None:
    said, path = desk.verdict(), file_of(cache)
    path.write_bytes(path.read_bytes()[:KEYED] + hashlib.sha256(body).digest() + body)
    assert desk.verdict() == said
    assert desk.runs == 2


def test_one_whose_words_are_others_is_believed_if_its_user_wrote_it(desk: Desk, cache: Path) -> None:
    path = file_of(cache)
    content = path.read_bytes()
    (found,) = json.loads(content[KEYED + 32 :]).values()
    body = json.dumps({"dx": {**found, "claim": "It is mine."}}).encode()
    path.write_bytes(content[:KEYED] + hashlib.sha256(body).digest() + body)
    said = desk.verdict().diagnosis
    assert said is not None
    assert said.claim == "It is mine."


def test_it_is_counted_and_forgotten_with_the_answers(desk: Desk, cache: Path) -> None:
    answers = [*cache.rglob("*.sheet")]
    assert Store().size() == (1, sum(path.stat().st_size for path in (*answers, file_of(cache))))
    Store().forget()
    assert Store().size() == (0, 0)
    desk.verdict()
    assert desk.runs == 2
