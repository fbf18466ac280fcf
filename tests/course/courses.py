"""A course in a folder of its own, run by nbgrader's own commands."""

from __future__ import annotations

import atexit
import csv
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
from nbgrader.api import Gradebook

from tests import commands
from tests.course.notebooks import ROOT, SEED

ASSIGNMENT = "backward"


@dataclass(frozen=True)
class Course:
    """A course folder with the config that we give to instructors, and one assignment of one notebook."""

    folder: Path

    @classmethod
    def make(cls, folder: Path, source: Any, config: str = "") -> Course:
        """A new course whose assignment's source is `source`; `config` is added to ours."""
        ours = (ROOT / "assignments" / "nbgrader_config.py").read_text("utf-8")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "nbgrader_config.py").write_text(f"{ours}\n{config}\n", "utf-8")
        (folder / "seed.txt").write_text(f"{SEED}\n")
        (folder / "seed.txt").chmod(0o600)
        made = cls(folder)
        made.write(folder / "source" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", source)
        return made

    @classmethod
    def released(cls, folder: Path, source: Any, config: str = "") -> Course:
        """A new course whose assignment students have been given."""
        made = cls.make(folder, source, config)
        shutil.copytree(_released(nbformat.writes(source)), folder, dirs_exist_ok=True)
        return made

    @staticmethod
    def write(path: Path, notebook: Any) -> None:
        """Writes a notebook, or a text that is none."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(notebook if isinstance(notebook, str) else nbformat.writes(notebook), "utf-8", "surrogatepass")

    def submit(self, student: str, notebook: Any, timestamp: str = "") -> None:
        """Puts a submission where nbgrader looks for it; without a notebook only the folder."""
        folder = self.folder / "submitted" / student / ASSIGNMENT
        folder.mkdir(parents=True, exist_ok=True)
        if notebook is not None:
            self.write(folder / f"{ASSIGNMENT}.ipynb", notebook)
        if timestamp:
            (folder / "timestamp.txt").write_text(timestamp)

    def enrol(self, *students: str) -> None:
        """Makes students known to the gradebook."""
        with self.gradebook() as gradebook:
            for student in students:
                gradebook.add_student(student)

    def run(self, *arguments: str, fails: bool = False) -> str:
        """What an nbgrader command says."""
        environment = {**os.environ, "HOME": str(self.folder), "PATH": commands.activated()}
        done = commands.run("-m", "nbgrader", *arguments, cwd=self.folder, env=environment, quiet=True)
        said = done.stdout + done.stderr
        assert (done.returncode != 0) == fails, said
        return said

    def marks(self) -> Mapping[str, tuple[float, float]]:
        """What `nbgrader export` gives: each student's score, and the late penalty in it."""
        target = self.folder / "grades.csv"
        self.run("export", f"--to={target}")
        with target.open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        target.unlink()
        return {row["student_id"]: (float(row["score"]), float(row["late_submission_penalty"])) for row in rows}

    def scores(self, student: str) -> Mapping[str, float | None]:
        """A submission's automatic scores in the gradebook, by cell."""
        with self.gradebook() as gradebook:
            notebook = gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, student)
            return {grade.name: grade.auto_score for grade in notebook.grades}

    def gradebook(self) -> Any:
        """The gradebook, to be used in a with statement."""
        return Gradebook(f"sqlite:///{self.folder}/gradebook.db", "handgrad")

    def autograded(self, student: str) -> Any:
        """A submission's autograded notebook."""
        return nbformat.read(self.folder / "autograded" / student / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", as_version=4)

    def feedback(self, student: str) -> str:
        """A submission's feedback."""
        return (self.folder / "feedback" / student / ASSIGNMENT / f"{ASSIGNMENT}.html").read_text("utf-8")

    def forget(self, student: str) -> None:
        """Removes what was autograded, but not the marks."""
        shutil.rmtree(self.folder / "autograded" / student)


@cache
def _released(source: str) -> str:
    """A folder with what `nbgrader generate_assignment` makes of a source: made once, to be copied."""
    kept = TemporaryDirectory()
    atexit.register(kept.cleanup)
    with TemporaryDirectory() as folder:
        course = Course.make(Path(folder), source)
        course.run("generate_assignment", ASSIGNMENT)
        for name in ("release", "gradebook.db"):
            shutil.move(course.folder / name, kept.name)
    return kept.name
