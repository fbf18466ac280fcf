"""An assignment of an instructor's own: what is asked for stands in the notebook, and what can't be is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from grader import catalog
from grader.cli import main
from grader.text.language import VARIABLE
from tests.conftest import ROOT

TASKS = """\
# Not a task

## mean-loss

Write `mean_loss`.

### Solution

```python
## No heading.
def mean_loss(losses):
    return losses.mean()
```

### Tests (1.5 points)

```python
assert mean_loss(np.array([1.0, 3.0])) == 2
```

## why

Why?

### Answer

Because.

### Marks

- One.
- Two.

## given-alone

The forward is right, too.

### Tests (1 point)

```python
assert relu_forward(np.array([-1.0]))[0] == 0
```
"""


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course's folder, in which commands are run."""
    (tmp_path / "nbgrader_config.py").write_text((ROOT / "assignments" / "nbgrader_config.py").read_text("utf-8"))
    (tmp_path / "questions").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def assignment(*arguments: str, status: int = 0) -> str:
    """What `grader assignment` says."""
    done = CliRunner().invoke(main, ["assignment", *arguments])
    assert done.exit_code == status, done.output
    return done.output


def read(course: Path, name: str = "week1") -> dict[str, Any]:
    """The notebook that was written: its cells by id."""
    made = json.loads((course / "source" / name / f"{name}.ipynb").read_text("utf-8"))
    return {cell["id"]: cell | {"source": "".join(cell["source"])} for cell in made["cells"]}


def worth(cells: dict[str, Any]) -> dict[str, float]:
    """The points of each cell that has some."""
    marks = {name: cell["metadata"].get("nbgrader", {}) for name, cell in cells.items()}
    return {name: each["points"] for name, each in marks.items() if each.get("grade")}


def test_a_notebook_in_german_has_our_texts_in_german_and_its_checks_speak_it(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    (course / "questions" / "week1.md").write_text(TASKS)
    (course / "course.toml").write_text('[week1]\nexercises = ["relu", "affine"]\nlanguage = "de"\n')
    assignment("week1")
    cells = read(course)
    assert "Jede Aufgabe lässt dir etwas zu schreiben" in cells["introduction"]["source"]
    assert "hat 9.5 Punkte: 5 für die Aufgaben, die `check` beurteilt, " in cells["introduction"]["source"]
    assert cells["affine-statement"]["source"].startswith("## 33 · Affine Schicht, Mini-Batch\n\n*3 Punkte · 004 §10")
    assert cells["why-question"]["source"].startswith("## Fragen\n\n**Frage 1** *(2 Punkte)*")
    assert 'os.environ.setdefault("HANDGRAD_LANGUAGE", "de")' in cells["setup"]["source"]
    (course / "course.toml").write_text('[week1]\nexercises = ["relu"]\nlanguage = "xx"\n')
    assert "there is no language 'xx', but en, de" in assignment("week1", "--force", status=1)


def test_a_notebook_has_the_exercises_in_their_order_with_their_points_and_tasks(course: Path) -> None:
    (course / "questions" / "week1.md").write_text(TASKS)
    (course / "first.md").write_text("Read the note **first**.\n")
    said = assignment("week1", "affine", "relu", "--points", "relu=5", "--introduction", "first.md", "--title", "Gates")
    assert said.startswith("source/week1/week1.ipynb: 2 exercises, 2 tasks of your own, 1 question; 12.5 points.\n")
    cells = read(course)
    assert worth(cells) == {
        "affine-check": 3,
        "relu-check": 5,
        "mean-loss-tests": 1.5,
        "given-alone-tests": 1,
        "why": 2,
    }
    assert cells["introduction"]["source"].startswith("# Gates\n\nRead the note **first**.\n\nEach exercise")
    assert "has 12.5 points: 8 for the exercises, which `check` judges, 2.5 for" in cells["introduction"]["source"]
    assert cells["relu-check"]["source"] == 'check("relu", relu_forward, relu_backward, points=5)'
    assert cells["affine-check"]["source"] == 'check("affine", affine_forward, affine_backward)'
    assert "*5 points · " in cells["relu-statement"]["source"]
    assert cells["mean-loss"]["source"].startswith("### BEGIN SOLUTION\n## No heading.\ndef mean_loss(losses):\n")
    assert cells["mean-loss"]["source"].endswith("\n### END SOLUTION")
    assert "given-alone" not in cells
    assert [*cells].index("affine") < [*cells].index("relu") < [*cells].index("why")


def test_course_toml_says_the_same(course: Path) -> None:
    (course / "why.md").write_text(TASKS)
    assignment("week1", "relu", "affine", "--points", "relu=2.5", "--title", "One", "--questions", "why.md")
    typed = read(course)
    (course / "course.toml").write_text(
        '[week1]\ntitle = "One"\nexercises = ["relu", "affine"]\npoints = { relu = 2.5 }\nquestions = "why.md"\n'
    )
    assignment("week1")
    assert read(course) == typed


def test_what_an_instructor_has_changed_stays_unless_told_otherwise(course: Path) -> None:
    assignment("week1", "relu")
    path = course / "source" / "week1" / "week1.ipynb"
    # As JupyterLab saves it.
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")), indent=2), "utf-8")
    assignment("week1", "relu", "--points", "relu=3")
    made = json.loads(path.read_text("utf-8"))
    made["cells"][-1]["metadata"]["nbgrader"]["points"] = 4
    path.write_text(json.dumps(made), "utf-8")
    assert "has been changed, or wasn't written by this command; --force" in assignment("week1", "relu", status=1)
    assert worth(read(course)) == {"relu-check": 4}
    assignment("week1", "relu", "--force")
    assert worth(read(course)) == {"relu-check": catalog.get("relu").points}


WRONG = {
    "an exercise that isn't there": (
        ("reluu",),
        "there is no exercise 'reluu'; did you mean relu?; exercises of your own",
    ),
    "an exercise twice": (("relu", "relu"), "relu is named twice"),
    "points of another": (
        ("relu", "--points", "affine=2"),
        "points are given for affine, which is none of the exercises",
    ),
    "no points": (("relu", "--points", "relu=0"), "the points of relu are to be more than 0"),
    "points that are none": (("relu", "--points", "relu=nan"), "the points of relu are no number"),
    "no file": (("relu", "--introduction", "no.md"), "no.md can't be read: No such file or directory"),
    "no course": (("relu", "--course", "questions"), "there is no nbgrader_config.py in"),
    "no table": ((), "which exercises? Name them, or write a table [week1] in course.toml"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_can_not_be_asked_for_is_said(kind: str, course: Path) -> None:
    arguments, said = WRONG[kind]
    assert said in assignment("week1", *arguments, status=1)
    assert not (course / "source").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[week1\n", "course.toml: "),
        ("[other]\n", "course.toml has no table [week1]; it has other"),
        ("[week1]\nexercise = []\n", "there is no setting exercise; there are exercises, title"),
        ("[week1]\nexercises = 'relu'\n", "exercises is a list of names"),
        ("[week1]\nexercises = ['relu']\npoints = { relu = 'x' }\n", "the points of relu are no number"),
    ],
)
def test_what_is_wrong_in_course_toml_is_said(text: str, said: str, course: Path) -> None:
    (course / "course.toml").write_text(text)
    assert said in assignment("week1", status=1)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("### Tests (1.5 points)", "### Tests", "the task 'mean-loss' needs a name in kebab-case"),
        ("return losses.mean()", "return losses.mean(", "the task 'mean-loss' has code that isn't Python"),
        ("## why", "## mean-loss", "two cells would be called mean-loss"),
        ("### Marks\n\n- One.\n- Two.", "", "the question 'why' needs"),
        ("```python\nassert mean", "assert mean", "the task 'mean-loss' needs Python between"),
    ],
)
def test_what_is_wrong_in_a_task_is_said(old: str, new: str, said: str, course: Path) -> None:
    assert old in TASKS
    (course / "questions" / "week1.md").write_text(TASKS.replace(old, new, 1))
    assert said in assignment("week1", "relu", status=1)
