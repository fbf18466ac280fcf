"""What a verdict depends on besides the submission, as a digest: when it changes, a verdict is out of date."""

from __future__ import annotations

import hashlib
import importlib.metadata
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np

from grader import catalog
from grader.exercise import Exercise
from grader.text.language import CATALOGUES, ENGLISH, language

_PACKAGE = Path(__file__).parents[2]

_FACES = (
    "authoring/",
    "cli/",
    "desk/",
    "__main__.py",
)
"""On what no verdict, and nothing in a graded notebook, depends. All else is taken to matter, what is yet to be too."""

_SPEC = re.compile(r"catalog/\w+/ex\d+_\w+\.py")


def of_exercise(exercise: Exercise) -> str:
    """The digest of everything that a verdict on an exercise may depend on but the submission, seed and isolation."""
    assert exercise.spec is not None
    return _with_spec(exercise.spec)


@cache
def of_package() -> str:
    """The digest of everything that any verdict may depend on: the same in two processes that judge alike."""
    digest = hashlib.sha256(_shared().encode())
    for name, path in _sources():
        if _SPEC.fullmatch(name):
            digest.update(f"{name}\0".encode() + path.read_bytes())
    # Two machines may keep them in folders of different names.
    for exercise in catalog.every(set(catalog.names()) - set(catalog.own_names())):
        digest.update(f"{exercise.name}\0{of_exercise(exercise)}".encode())
    return digest.hexdigest()


@cache
def _with_spec(spec: Path) -> str:
    digest = hashlib.sha256(_shared().encode())
    digest.update(spec.read_bytes())
    if not spec.is_relative_to(_PACKAGE):
        for path in sorted(spec.parent.glob("*.py")):
            if not _SPEC.fullmatch(f"catalog/{spec.parent.name}/{path.name}"):
                digest.update(f"\0{path.name}\0".encode() + path.read_bytes())
    return digest.hexdigest()


@cache
def _shared() -> str:
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    torch = importlib.metadata.version("torch")
    digest = hashlib.sha256(f"Python {python}, NumPy {np.__version__}, PyTorch {torch}, {language()}".encode())
    for path in sorted(CATALOGUES.rglob("*.mo")) if language() != ENGLISH else ():
        digest.update(path.read_bytes())
    for name, path in _sources():
        if not _SPEC.fullmatch(name) and not name.startswith(_FACES):
            digest.update(f"\0{name}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _sources() -> Iterator[tuple[str, Path]]:
    return ((path.relative_to(_PACKAGE).as_posix(), path) for path in sorted(_PACKAGE.rglob("*.py")))
