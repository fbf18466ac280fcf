"""A course in a folder of its own, run by nbgrader's own commands."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook

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
        made = cls(folder)
        made.write(folder / "source" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", source)
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
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "nbgrader", *arguments],
            cwd=self.folder,
            env={**os.environ, "HOME": str(self.folder), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
        )
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
