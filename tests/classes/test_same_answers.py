"""Who gives the same wrong answer is found together; and what students are told of it, an instructor chooses."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from grader import catalog
from grader.classes.files.feedback import Feedback
from grader.classes.files.submission_folders import SubmissionFolder
from tests import submissions
from tests.classes.classes import grade

NODE, RETURN = b"dz2 = da2 * a2 * (1 - a2)", b"return dX, dW, db"

CLASS: dict[str, dict[str, tuple[bytes, bytes]]] = {
    "s0": {"two_layer": (NODE, b"dz2 = da2 * a2 * (1 + a2)"), "affine": (RETURN, b"return dX * (dX > 0), dW, db")},
    "s1": {"two_layer": (NODE, b"dz2 = (a2 + 1) * da2 * a2"), "affine": (RETURN, b"return np.maximum(dX, 0), dW, db")},
    "s2": {"two_layer": (NODE, b"dz2 = a2 * (1 + a2) * da2"), "affine": (RETURN, b"return dX, dW, -db")},
    "s3": {"two_layer": (NODE, b"dz2 = da2 + 1"), "affine": (RETURN, b"return dX, dW, db / len(X)")},
    "s4": {"two_layer": (NODE, NODE), "affine": (RETURN, b"return dX, dW, dout.mean(axis=0)")},
}
"""What each has in place of a right line: a formula in three ways, another answer in two, a known mistake in two."""

ARGUMENTS = ("class", "--json", "marks.jsonl", "-k", "affine", "-k", "two_layer")

HEADING = "The same wrong answer, of several, and no known mistake"


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a class that has been graded; `said.txt` is what was said."""
    folder = tmp_path_factory.mktemp("same")
    for student, changes in CLASS.items():
        (folder / "class" / student).mkdir(parents=True)
        for name, (old, new) in changes.items():
            source = submissions.solution(catalog.get(name))
            assert old in source
            (folder / "class" / student / catalog.get(name).file).write_bytes(source.replace(old, new))
    done = grade(folder, *ARGUMENTS, "--report", "class.html")
    (folder / "said.txt").write_text(done.stdout, encoding="utf-8")
    return folder


@pytest.fixture
def copy(graded: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(graded, tmp_path, dirs_exist_ok=True))


def groups(said: str) -> dict[str, tuple[int, str, list[str]]]:
    """The groups of a summary: by id, how many there are, the exercise with the answer, and who."""
    lines = said.split(f"{HEADING}\n")[1].split("\n\n")[0].splitlines()
    found = {}
    for first, second in zip(lines[::2], lines[1::2], strict=True):
        if group := re.fullmatch(r" +(\d+)  (\w+ +.+)", first):
            name, *who = second.replace(",", "").split()
            found[name] = int(group[1]), " ".join(group[2].split()), who
    return found


def said(folder: Path) -> str:
    return (folder / "said.txt").read_text("utf-8")


def test_the_same_wrong_answer_is_one_group_however_it_is_written(graded: Path) -> None:
    assert list(groups(said(graded)).values()) == [
        (3, "two_layer dz2 = da2 * a2 * (1 + a2)", ["class/s0", "class/s1", "class/s2"]),
        (2, "affine dX[0, 1] = 0, PyTorch says -5", ["class/s0", "class/s1"]),
    ]
    page = (graded / "class.html").read_text("utf-8")
    assert HEADING in page
    assert "class/s0, class/s1, class/s2" in page


def test_known_mistakes_are_counted_beside_them(graded: Path) -> None:
    counted = said(graded).split("\nMisconceptions\n")[1].split("\n\n")[0]
    assert re.findall(r"^ +(\d+)  affine  (.*)$", counted, re.MULTILINE) == [
        ("2", "db is the mean over the samples, where their sum belongs.")
    ]


def test_a_resumed_class_has_the_same_groups(copy: Path) -> None:
    (copy / "class" / "s4" / "ex43_two_layer.py").write_bytes(
        (copy / "class" / "s0" / "ex43_two_layer.py").read_bytes()
    )
    done = grade(copy, *ARGUMENTS)
    assert "4 kept" in done.stderr
    before, after = groups(said(copy)), groups(done.stdout)
    assert after.keys() == before.keys()
    first = next(iter(before))
    assert after.pop(first)[2] == [*before.pop(first)[2], "class/s4"]
    assert after == before


def test_the_code_of_one_of_a_group_is_shown(graded: Path) -> None:
    for name, (count, answer, who) in groups(said(graded)).items():
        exercise, text = answer.split(" ", 1)
        shown = grade(graded, *ARGUMENTS, "--code", name).stdout
        assert shown.startswith(f"{count} submissions, {exercise}: {text}\n")
        assert all(f"    {each}\n" in shown for each in who)
        code = (graded / who[0] / catalog.get(exercise).file).read_text("utf-8")
        assert shown.endswith(f"\n{who[0]}/{catalog.get(exercise).file}\n{code}")
    done = grade(graded, *ARGUMENTS, "--code", "none", status=2)
    assert f"there is no wrong answer none that several give; there is {', '.join(groups(said(graded)))}" in done.stderr


def edit_journal(folder: Path, edit: Callable[[dict[str, Any]], None]) -> None:
    with closing(sqlite3.connect(folder / "marks.jsonl.resume")) as journal, journal:
        for rowid, packed in journal.execute("SELECT rowid, record FROM done").fetchall():
            edit(record := json.loads(zlib.decompress(packed)))
            journal.execute(
                "UPDATE done SET record = ? WHERE rowid = ?", [zlib.compress(json.dumps(record).encode()), rowid]
            )


def test_a_journal_without_findings_still_opens(copy: Path) -> None:
    def older(record: dict[str, Any]) -> None:
        del record["findings"], record["notes"]

    edit_journal(copy, older)
    done = grade(copy, *ARGUMENTS, "--feedback", "feedback")
    assert ": 5 kept\n" in done.stderr
    assert HEADING not in done.stdout
    assert (copy / "feedback" / "s0" / "feedback.txt").exists()


SAID = {
    "dz2": ("formulas", "Your dz2 comes out as"),
    "db": ("formulas", "Your db comes out as -db"),
    "negative": ("known", "db has the wrong sign."),
    "mean": ("known formulas", "db is the mean over the samples"),
}


@pytest.mark.parametrize("tell", ["facts", "known", "formulas"])
def test_students_are_told_what_the_instructor_chooses_and_the_record_has_everything(tell: str, copy: Path) -> None:
    before = (copy / "marks.jsonl").read_bytes()
    done = grade(copy, *ARGUMENTS, "--feedback", "feedback", "--tell", tell)
    assert done.stdout.split("Slowest")[0] == said(copy).split("Slowest")[0]
    assert (copy / "marks.jsonl").read_bytes() == before
    texts = {student: (copy / "feedback" / student / "feedback.txt").read_text("utf-8") for student in CLASS}
    told = " ".join(" ".join(texts.values()).split())
    assert {name for name, (when, text) in SAID.items() if text in told} == {
        name for name, (when, text) in SAID.items() if tell in when.split()
    }
    assert "dX[0, 1] = 0, PyTorch says -5" in texts["s0"]
    assert "two_layer   3/3   agrees with PyTorch" in texts["s4"]
    record = {each["submission"]: each for each in map(json.loads, before.splitlines())}
    for student, text in texts.items():
        assert text.startswith(f"{record[f'class/{student}']['points']:.2g} of 6 points\n")


def test_without_a_word_on_it_feedback_tells_everything(copy: Path) -> None:
    grade(copy, *ARGUMENTS, "--feedback", "one")
    grade(copy, *ARGUMENTS, "--feedback", "two", "--tell", "formulas")
    for student in CLASS:
        one, two = (copy / folder / student / "feedback.txt" for folder in ("one", "two"))
        assert one.read_text("utf-8") == two.read_text("utf-8")


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("--tell", "facts"), "give that, too"),
        (("--feedback", "class"), "has submissions in it"),
        (("--feedback", "class/s0/feedback"), "has submissions in it, or is among them"),
        (("--feedback", "."), "has submissions in it"),
        (("--feedback", "link/here"), "has submissions in it, or is among them"),
        (("--feedback", "marks.jsonl"), "it is no folder"),
        (("--feedback", "feedback", "--tell", "nothing"), "'nothing' is not one of"),
    ],
)
def test_feedback_has_a_folder_of_its_own(options: tuple[str, ...], problem: str, copy: Path) -> None:
    (copy / "link").symlink_to("class")
    before = sorted(copy.rglob("*"))
    assert problem in grade(copy, *ARGUMENTS, *options, status=2).stderr
    assert sorted(copy.rglob("*")) == before


def test_each_student_has_their_own_text_wherever_they_are(copy: Path) -> None:
    shutil.copytree(copy / "class" / "s4", copy / "late" / "s0" / "exercises")
    grade(copy, str(copy / "class" / "s0"), "late", *ARGUMENTS[1:], "--feedback", "feedback")
    written = sorted(str(path.relative_to(copy / "feedback")) for path in (copy / "feedback").rglob("*.txt"))
    assert written == ["class/s0/feedback.txt", "late/s0/exercises/feedback.txt"]


def test_of_what_could_not_be_judged_no_feedback_is_left(tmp_path: Path) -> None:
    folder = SubmissionFolder(tmp_path / "class" / "s0", tmp_path / "class", ("s0",))
    feedback = Feedback(tmp_path / "feedback", "facts", [folder])
    feedback.add(folder.name, None)
    earlier = tmp_path / "feedback" / "s0" / "feedback.txt"
    earlier.parent.mkdir(parents=True)
    earlier.write_text("6 of 6 points")
    feedback.add(folder.name, None)
    assert not earlier.exists()
