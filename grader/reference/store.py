"""Sheets that are kept from run to run: PyTorch's answers, as the user's own PyTorch gave them, in the cache folder.

A file holds the cases of the default seed with the answers, and what both depend on as a digest: the versions of
PyTorch, Python and NumPy, the machine, the sources that make cases and references, the spec and what its chapter
shares. Where there is no sound file that agrees, PyTorch is asked.
"""

from __future__ import annotations

import hashlib
import platform
import re
import struct
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import fields
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from platformdirs import user_cache_path

from grader.cases import Case
from grader.exercise import Exercise
from grader.reference import kept_folder
from grader.reference.oracle import Reference
from grader.reference.sheet import Sheet
from grader.reference.shelf import Shelf
from grader.reference.upstream import LocalGradients
from grader.sandbox.wire.caps import TRUSTED
from grader.sandbox.wire.frames import PREFIX, decode, encode, size_after
from grader.sandbox.wire.headers import WireError

_PACKAGE = Path(__file__).parents[1]

_UNSOUND = (WireError, ValueError, TypeError, LookupError, AttributeError, struct.error)
"""What the reading of a body raises that isn't one, though its digest is right."""

_CASE = tuple(field.name for field in fields(Case))


class Store:
    """The sheets in a folder, by default that of this user and this PyTorch; nothing here raises an OSError."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or user_cache_path("handgrad", appauthor=False) / "answers"

    @cached_property
    def shelf(self) -> Shelf:
        """The part that is this environment's: two of one user keep theirs side by side."""
        return Shelf(self.folder / _environment()[:16])

    def find(self, exercise: Exercise) -> Sheet | None:
        """The sheet of an exercise, if a sound one is kept."""
        key = key_of(exercise)
        body = key and self.shelf.read(_file(exercise), key)
        with suppress(*_UNSOUND):
            return _sheet(exercise, body) if body else None
        return None

    def keep(self, sheet: Sheet) -> None:
        """Writes a sheet down, as far as there is a place for it: whole, or not at all."""
        if key := key_of(sheet.exercise):
            body = b"".join(encode(None, tree) for tree in _trees(sheet))
            self.shelf.write(_file(sheet.exercise), key, body)

    def forget(self) -> None:
        """Removes all that is kept, of every PyTorch."""
        with suppress(OSError):
            kept_folder.remove_whole(self.folder)

    def state(self) -> Mapping[str, tuple[int, ...]]:
        """What tells whether anything in it has been written, put there or taken away since."""
        return dict(kept_folder.state(self.folder))

    def forget_if_changed(self, since: Mapping[str, tuple[int, ...]]) -> None:
        """Removes all that is kept if its state is no longer what it was."""
        if self.state() != since:
            self.forget()

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """While a class is graded, which doesn't read it: forgets what may have been written into it."""
        before = self.state()
        try:
            yield
        finally:
            self.forget_if_changed(before)

    def size(self) -> tuple[int, int]:
        """How many sheets are kept of this PyTorch, and how many bytes in all are in the folder."""
        with suppress(OSError):
            sheets = sum(path.is_file() for path in self.shelf.folder.glob("*.sheet"))
            return sheets, sum(path.stat().st_size for path in self.folder.glob("*/*") if path.is_file())
        return 0, 0


def _file(exercise: Exercise) -> str:
    return f"{exercise.module}.sheet"


def _written(cases: Sequence[Case]) -> Any:
    return [[getattr(case, name) for name in _CASE] for case in cases]


def _trees(sheet: Sheet) -> tuple[Any, ...]:
    """What a body holds of a sheet: cases with their answers, fresh cases, local gradients."""
    answers = [[dict(each.gradients), each.out, dict(each.nodes)] for each in sheet.references]
    local = [
        [dict(each.out), {name: [list(shape), dict(by)] for name, (shape, by) in each.nodes.items()}]
        for each in sheet.local
    ]
    return [_written(sheet.cases), answers], _written(sheet.fresh), local


def _sheet(exercise: Exercise, body: bytes) -> Sheet:
    tree = _tree(body, 0)
    cases, references = [Case(*each) for each in tree[0]], [Reference(*each) for each in tree[1]]
    if len(cases) != len(references):
        raise ValueError("not an answer to every case")
    # Most submissions are right, or so wrong that nothing follows from anything: then nobody needs the rest.
    return Sheet.known(exercise, cases, references, lambda: _local(body), lambda: _fresh(body))


def _tree(body: bytes, number: int) -> Any:
    """One of the trees of a body, the others unread."""
    place = 0
    for _ in range(number):
        place += PREFIX.size + size_after(body[place : place + PREFIX.size])
    frame = decode(body, place, TRUSTED)
    return frame.tree if frame else None


def _fresh(body: bytes) -> list[Case]:
    with suppress(*_UNSOUND):
        return [Case(*each) for each in _tree(body, 1)]
    return []


def _local(body: bytes) -> list[LocalGradients]:
    with suppress(*_UNSOUND):
        return [
            LocalGradients(out, {name: (tuple(shape), by) for name, (shape, by) in nodes.items()})
            for out, nodes in _tree(body, 2)
        ]
    return []


def key_of(exercise: Exercise) -> bytes | None:
    """The digest of what the answers to an exercise depend on, if it is one of a catalogue's."""
    spec = exercise.spec
    if not (exercise.chapter and spec and spec.name == exercise.file and spec.is_file()):
        return None
    return hashlib.sha256(_environment().encode() + _sources() + _sources_of(spec)).digest()


@cache
def _sources_of(spec: Path) -> bytes:
    """The digest of a spec, and of what it shares with others of its chapter."""
    shared = (path for path in spec.parent.glob("*.py") if not re.match(r"ex\d", path.name))
    return _digest(spec, *shared)


@cache
def _environment() -> str:
    """What answers depend on besides the grader's sources; PyTorch need not be imported for it."""
    torch = find_spec("torch")
    version = Path(torch.origin).with_name("version.py") if torch and torch.origin else None
    machine = [sys.version, np.__version__, sys.platform, platform.machine()]
    return hashlib.sha256(
        repr(machine).encode() + (_digest(version) if version and version.is_file() else b"")
    ).hexdigest()


@cache
def _sources() -> bytes:
    """The digest of what makes all exercises' cases and references."""
    return digest_of_sources("reference/*.py", "exercise/*.py", "cases.py", "catalog/digits/*.*")


def digest_of_sources(*patterns: str) -> bytes:
    """The digest of the grader's own files that match patterns."""
    return _digest(*(path for pattern in patterns for path in _PACKAGE.glob(pattern)))


def _digest(*files: Path) -> bytes:
    digest = hashlib.sha256()
    for path in sorted(files):
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)}\n".encode() + content)
    return digest.digest()
