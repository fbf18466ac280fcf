"""The folder that an instructor gives to students: stubs, a README, and what installs the grader; nothing to hide."""

from __future__ import annotations

import hashlib
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory

from grader import catalog
from grader.authoring.sync import PACKAGED, pristine, write
from grader.exercise import Exercise
from grader.formula.index import is_current, path_of

README = Path(__file__).with_name("student_readme.md")

SETTINGS = {
    ".vscode/settings.json": """{
    "python.testing.pytestEnabled": true,
    "python.testing.unittestEnabled": false,
    "python.testing.pytestArgs": ["grader"]
}
""",
    "pytest.ini": """[pytest]
required_plugins = handgrad
""",
}
"""What makes the exercises an editor's tests, and a pytest of another environment say that it lacks the plug-in."""

_PACKAGE = Path(__file__).parent.parent


class HandoutError(RuntimeError):
    """Why a handout can't be made; a full sentence without its full stop."""


def hand_out(root: Path, target: Path, requirement: str = "") -> None:
    """Makes the folder `target` for students, from the project or the installed package.

    They install `requirement` with pip ("handgrad==0.1.0"); without one, a wheel that is built here.
    Raises HandoutError if `target` has files, or no wheel can be built.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise HandoutError(f"{target} is there already, and not empty; name a new folder")
    exercises = list(catalog.every())
    outside = [exercise for exercise in exercises if catalog.home(exercise.name)]
    if requirement and outside:
        raise HandoutError(
            f"exercises from outside, as {outside[0].name}, go into a wheel that is made here: without --install"
        )
    _write_stubs(root, target / "exercises", exercises)
    for file, text in SETTINGS.items():
        write(target / file, text)
    install = shlex.quote(requirement or f"./{_wheel(root, target, exercises).name}")
    write(target / "README.md", Template(README.read_text(encoding="utf-8")).substitute(install=install))


def _write_stubs(root: Path, folder: Path, exercises: Iterable[Exercise]) -> None:
    """Stubs as they are generated: those in `exercises/` may have been worked on."""
    for exercise in exercises:
        write(folder / exercise.file, pristine(exercise, root))


def _include(exercises: Iterable[Exercise], project: Path) -> None:
    """Makes exercises from outside the package's own, in a copy of the project. Raises HandoutError."""
    outside = [exercise for exercise in exercises if catalog.home(exercise.name)]
    for exercise in outside:
        _include_one(exercise, project / _PACKAGE.name)
    if outside:
        # Else pip would leave a grader of the same version as it is, that has other exercises.
        digest = hashlib.sha256(b"".join(each.spec.read_bytes() for each in outside if each.spec)).hexdigest()[:8]
        settings = project / "pyproject.toml"
        text = settings.read_text(encoding="utf-8")
        write(settings, re.sub(r'^version = "([^"+]*)"', rf'version = "\1+own.{digest}"', text, flags=re.MULTILINE))


def _include_one(exercise: Exercise, package: Path) -> None:
    assert exercise.spec is not None
    chapter, index = package / "catalog" / exercise.chapter, path_of(exercise.name)
    shared = (path for path in exercise.spec.parent.glob("*.py") if not re.match(r"ex\d", path.name))
    for path in (exercise.spec, *shared):
        there = chapter / path.name
        if there.exists() and there.read_bytes() != path.read_bytes():
            raise HandoutError(f"the chapter {exercise.chapter} has another file {path.name} already: rename {path}")
        write(there, path.read_text(encoding="utf-8"))
    if not is_current(exercise):
        raise HandoutError(f"{index} isn't current: grader sync {catalog.home(exercise.name)} writes it")
    if index.exists():
        shutil.copy(index, package / "formula" / "indexes")


def _wheel(root: Path, target: Path, exercises: Iterable[Exercise]) -> Path:
    """Builds a wheel into `target`, with the stubs in it, from which `grader reset` brings them back."""
    project = _PACKAGE.parent
    if not (project / "pyproject.toml").exists():
        raise HandoutError(
            "a wheel is built from a checkout of the project, and this grader isn't installed from one with pip -e; "
            "--install REQUIREMENT says what students install instead"
        )
    with TemporaryDirectory() as build:
        source = Path(build)
        for file in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(project / file, source)
        ignored = shutil.ignore_patterns("__pycache__", PACKAGED.name)
        shutil.copytree(_PACKAGE, source / _PACKAGE.name, ignore=ignored)
        _include(exercises, source)
        _write_stubs(root, source / _PACKAGE.name / PACKAGED.name, exercises)
        command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--quiet", "--wheel-dir", str(target), build]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise HandoutError(f"pip wheel failed:\n{done.stderr.strip()}")
    return next(target.glob("handgrad-*.whl"))
