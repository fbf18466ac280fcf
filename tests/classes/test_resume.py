"""A run that was killed goes on where it was, and a later one judges exactly what has changed."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from grader import catalog
from tests import commands, submissions
from tests.classes.classes import CHOSEN, EXERCISES, command, environment, grade, start, write
from tests.conftest import ROOT

JOURNAL = "marks.jsonl.resume"


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a class that has been graded, and whose records are marked in the journal."""
    folder = tmp_path_factory.mktemp("marked")
    write(folder / "class", 4)
    grade(folder, "class", "--json", "marks.jsonl", *CHOSEN)
    with closing(sqlite3.connect(folder / JOURNAL)) as journal, journal:
        for rowid, packed in journal.execute("SELECT rowid, record FROM done").fetchall():
            record = json.loads(zlib.decompress(packed))
            record["result"]["file"] = "kept"
            journal.execute(
                "UPDATE done SET record = ? WHERE rowid = ?", [zlib.compress(json.dumps(record).encode()), rowid]
            )
    return folder


@pytest.fixture
def graded(marked: Path, tmp_path: Path) -> Path:
    """A copy of that folder."""
    return Path(shutil.copytree(marked, tmp_path, symlinks=True, dirs_exist_ok=True))


def judged_anew(folder: Path) -> set[tuple[str, str]]:
    """Which exercises of which submissions the last run judged, and didn't take from the journal."""
    return {
        (record["submission"], each["name"])
        for record in map(json.loads, (folder / "marks.jsonl").read_text(encoding="utf-8").splitlines())
        for each in record["exercises"]
        if each["file"] != "kept"
    }


def everything() -> Iterator[tuple[str, str]]:
    return ((f"class/s{number}", name) for number in range(4) for name in EXERCISES)


def test_what_is_unchanged_is_not_judged_again(graded: Path) -> None:
    said = grade(graded, "class", "--json", "marks.jsonl", *CHOSEN).stderr
    assert judged_anew(graded) == set()
    assert "4 submissions: 4 kept" in said


def test_folders_without_a_file_are_kept_only_after_they_were_graded(tmp_path: Path) -> None:
    write(tmp_path / "class", 2)
    for number in (2, 3, 4):
        (tmp_path / "class" / f"s{number}").mkdir()
    assert ": 5 graded\n" in grade(tmp_path, "class", "--json", "marks.jsonl", *CHOSEN).stderr
    assert ": 5 kept\n" in grade(tmp_path, "class", "--json", "marks.jsonl", *CHOSEN).stderr


def test_a_changed_file_is_judged_again_alone(graded: Path) -> None:
    (graded / "class" / "s1" / "ex21_relu.py").write_bytes(submissions.solution(catalog.get("relu")))
    (graded / "class" / "s2" / "ex11_square.py").unlink(missing_ok=True)
    (graded / "class" / "s3" / "ex12_add.py").write_bytes(b"")
    (graded / "class" / "s4").mkdir()
    grade(graded, "class", "--json", "marks.jsonl", *CHOSEN)
    changed = {("class/s1", "relu"), ("class/s2", "square"), ("class/s3", "add")}
    assert judged_anew(graded) == changed | {("class/s4", name) for name in EXERCISES}


def test_another_seed_judges_everything_again(graded: Path) -> None:
    another = [*command("class", "--json", "marks.jsonl", *CHOSEN)[1:-1], "4"]
    assert commands.run(*another, cwd=graded, env=environment()).returncode == 0
    unread = {
        (f"class/s{number}", name)
        for number, name in ((int(key[7:]), name) for key, name in everything())
        if not (graded / "class" / f"s{number}" / catalog.get(name).file).exists()
    }
    assert judged_anew(graded) == set(everything())
    assert unread


def test_a_changed_spec_judges_its_exercise_again_and_a_changed_tolerance_all(graded: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(ROOT / "grader", other / "grader", ignore=shutil.ignore_patterns("__pycache__"))
    arguments = command("class", "--json", "marks.jsonl", *CHOSEN)
    for changed, expected in [
        ("cli/__init__.py", set()),
        ("catalog/neurons/ex21_relu.py", {pair for pair in everything() if pair[1] == "relu"}),
        ("judging/comparison.py", set(everything())),
    ]:
        with (other / "grader" / changed).open("a", encoding="utf-8") as file:
            file.write("# changed\n")
        journal = (graded / JOURNAL).read_bytes()
        subprocess.run(
            arguments, cwd=graded, env={**os.environ, "PYTHONPATH": str(other)}, check=True, capture_output=True
        )
        assert judged_anew(graded) == expected, changed
        (graded / JOURNAL).write_bytes(journal)
        shutil.copy(ROOT / "grader" / changed, other / "grader" / changed)


def test_killed_at_any_moment_and_resumed_the_marks_are_byte_identical(tmp_path: Path) -> None:
    write(tmp_path / "class", 150)
    grade(tmp_path, "class", "--json", "whole.jsonl", "--csv", "whole.csv", *CHOSEN)
    moments = random.Random(1)
    counts: list[int] = []
    for kill in range(5):
        running = start(tmp_path, "class", "--json", "marks.jsonl", "--csv", "marks.csv", *CHOSEN)
        # At first while it gets ready, then once it has written something more.
        while kill > 1 and running.poll() is None and journalled(tmp_path) == counts[-1]:
            time.sleep(0.05)
        time.sleep(moments.uniform(0, 1))
        running.kill()
        running.wait()
        counts.append(journalled(tmp_path))
        if running.returncode:
            assert not (tmp_path / "marks.jsonl").exists(), "there only when it is whole"
    assert 0 < counts[2] < 750
    assert counts == sorted(counts)
    grade(tmp_path, "class", "--json", "marks.jsonl", "--csv", "marks.csv", *CHOSEN)
    for suffix in ("jsonl", "csv"):
        assert (tmp_path / f"marks.{suffix}").read_bytes() == (tmp_path / f"whole.{suffix}").read_bytes()
    assert not list(tmp_path.glob("*.part"))


def journalled(folder: Path) -> int:
    """How many verdicts stand in the journal; a copy is read, so that the run is left alone."""
    copy = folder / "copy"
    for name in (JOURNAL, f"{JOURNAL}-journal"):
        if (folder / name).exists():
            shutil.copy(folder / name, copy.with_name(name.replace(JOURNAL, "copy")))
    try:
        with closing(sqlite3.connect(copy)) as journal:
            (count,) = journal.execute("SELECT count(*) FROM done").fetchone()
            return int(count)
    except sqlite3.DatabaseError:
        return 0
    finally:
        for each in folder.glob("copy*"):
            each.unlink()


def test_interrupted_it_says_that_it_goes_on_and_nothing_else(tmp_path: Path) -> None:
    write(tmp_path / "class", 200)
    arguments = ("class", "--json", "marks.jsonl", "--jobs", "2", *CHOSEN)
    with (tmp_path / "said").open("wb") as said:
        running = start(tmp_path, *arguments, err=said.fileno(), session=True)
    while not (tmp_path / JOURNAL).exists() or (tmp_path / JOURNAL).stat().st_size < 20_000:
        time.sleep(0.05)
        assert running.poll() is None
    os.killpg(running.pid, signal.SIGINT)
    assert running.wait() == 130
    said_before, _, said_last = (tmp_path / "said").read_text().partition("\n\n")
    # Where Python lies in a folder of root's, there is a second one.
    assert all(line.startswith("Warning: ") for line in said_before.splitlines())
    assert "Warning: students can guess seed 3" in said_before
    said_after = ["", *said_last.splitlines()]
    assert said_after == ["", "Stopped. The same command goes on from here."]
    assert not (tmp_path / "marks.jsonl").exists()


def test_two_runs_cannot_write_one_journal(tmp_path: Path) -> None:
    write(tmp_path / "class", 1)
    with closing(sqlite3.connect(tmp_path / JOURNAL)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("CREATE TABLE mine (x)")
        other.execute("BEGIN EXCLUSIVE")
        done = grade(tmp_path, "class", "--json", "marks.jsonl", *CHOSEN, status=2)
    assert "marks.jsonl.resume: another run is writing it" in done.stderr


def test_a_damaged_journal_is_named(tmp_path: Path) -> None:
    write(tmp_path / "class", 1)
    (tmp_path / JOURNAL).write_bytes(b"no database at all" * 100)
    done = grade(tmp_path, "class", "--json", "marks.jsonl", *CHOSEN, status=2)
    assert "marks.jsonl.resume is damaged or no journal" in done.stderr
    assert "delete it to do everything anew" in done.stderr


def test_a_worker_killed_in_the_middle_costs_nothing(tmp_path: Path) -> None:
    write(tmp_path / "class", 40)
    grade(tmp_path, "class", "--json", "undisturbed.jsonl", *CHOSEN)
    running = start(tmp_path, "class", "--json", "marks.jsonl", "--jobs", "2", *CHOSEN)
    killed = 0
    while running.poll() is None:
        time.sleep(0.3)
        if killed < 3 and (workers := _workers_of(running.pid)):
            os.kill(workers[0], signal.SIGKILL)
            killed += 1
    assert running.returncode == 0
    assert killed == 3
    assert (tmp_path / "marks.jsonl").read_bytes() == (tmp_path / "undisturbed.jsonl").read_bytes()


def _workers_of(process: int) -> list[int]:
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
        return [pid for pid in map(int, children) if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    except OSError:
        return []
