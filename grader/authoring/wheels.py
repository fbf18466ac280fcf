"""The wheel that students, and platforms, install: built from a checkout, or packed anew from what is installed."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from tempfile import TemporaryDirectory

from grader import catalog
from grader.authoring.sync import PACKAGED, pristine, write
from grader.exercise import Exercise
from grader.formula.index import is_current, path_of

_PACKAGE = Path(__file__).parent.parent

_OF_AN_INSTALLATION = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}
"""Files of the metadata that say how and where it was installed."""


class WheelError(RuntimeError):
    """Why there is no wheel; a full sentence without its full stop."""


def wheel(root: Path, target: Path, exercises: Sequence[Exercise]) -> Path:
    """A wheel in the folder `target`, with stubs for `grader reset` in it. Raises WheelError."""
    if (_PACKAGE.parent / "pyproject.toml").exists():
        return _built(root, target, exercises)
    if outside := [exercise.name for exercise in exercises if catalog.home(exercise.name)]:
        raise WheelError(f"exercises from outside, as {outside[0]}, go into a wheel that a checkout makes")
    try:
        return packed(distribution("handgrad"), target)
    except PackageNotFoundError:
        raise WheelError("there is neither a checkout nor an installed handgrad to make a wheel of") from None


def _built(root: Path, target: Path, exercises: Iterable[Exercise]) -> Path:
    project = _PACKAGE.parent
    with TemporaryDirectory() as build:
        source = Path(build)
        for file in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(project / file, source)
        ignored = shutil.ignore_patterns("__pycache__", PACKAGED.name)
        shutil.copytree(_PACKAGE, source / _PACKAGE.name, ignore=ignored)
        _include(exercises, source)
        write_stubs(root, source / _PACKAGE.name / PACKAGED.name, exercises)
        command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--quiet", "--wheel-dir", str(target), build]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise WheelError(f"pip wheel failed:\n{done.stderr.strip()}")
    return next(target.glob("handgrad-*.whl"))


def write_stubs(root: Path, folder: Path, exercises: Iterable[Exercise]) -> None:
    """Stubs as they are generated: those in `exercises/` may have been worked on."""
    for exercise in exercises:
        write(folder / exercise.file, pristine(exercise, root))


def _include(exercises: Iterable[Exercise], project: Path) -> None:
    """Makes exercises from outside the package's own, in a copy of the project. Raises WheelError."""
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
            raise WheelError(f"the chapter {exercise.chapter} has another file {path.name} already: rename {path}")
        write(there, path.read_text(encoding="utf-8"))
    if not is_current(exercise):
        raise WheelError(f"{index} isn't current: grader sync {catalog.home(exercise.name)} writes it")
    if index.exists():
        shutil.copy(index, package / "formula" / "indexes")


def packed(installed: Distribution, target: Path) -> Path:
    """A wheel of the files that pip has installed, which are those of the wheel that they came from."""
    file = target / f"handgrad-{installed.version}-py3-none-any.whl"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        lines = [_added(made, name, path) for name, path in _files(installed)]
        record = f"handgrad-{installed.version}.dist-info/RECORD"
        made.writestr(record, "".join([*lines, f"{record},,\n"]))
    return file


def _files(installed: Distribution) -> Iterator[tuple[str, Path]]:
    for each in installed.files or ():
        of_metadata = each.parts[0].endswith(".dist-info")
        is_ours = each.parts[0] == _PACKAGE.name or (of_metadata and each.name not in _OF_AN_INSTALLATION)
        if is_ours and "__pycache__" not in each.parts:
            yield each.as_posix(), Path(str(each.locate()))


def _added(made: zipfile.ZipFile, name: str, path: Path) -> str:
    """Adds a file, and gives its line of the record."""
    content = path.read_bytes()
    made.writestr(name, content)
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(content)}\n"
