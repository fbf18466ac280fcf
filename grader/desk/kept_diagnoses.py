"""Which mistakes a student's files make, from run to run: whose file gives the same wrong numbers as a minute ago needs
no second run for it, and no search."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from functools import cache

from grader.exercise import Exercise
from grader.judging.diagnosis import Diagnoses
from grader.reference.store import Store, digest_of_sources, key_of
from grader.results import Diagnosis
from grader.sandbox.host.backend import Level
from grader.text.language import language


class KeptDiagnoses:
    """Those of the last file of each exercise, beside PyTorch's answers to it.

    At any `level` but "full" none is read or written: there a submission may write wherever its user may, and these are
    words that a student believes.
    """

    def __init__(self, store: Store, level: Callable[[], Level]) -> None:
        self._store, self._level = store, level
        self._new: list[tuple[str, bytes, bytes]] = []

    def find(self, exercise: Exercise, digest: bytes) -> Diagnoses | None:
        """What was found of the source and the answers that have this digest, if it is kept."""
        key = self._key(exercise, digest)
        body = key and self._store.shelf.read(_file(exercise), key)
        with suppress(ValueError, TypeError, AttributeError, RecursionError):
            return _read(body) if body else None
        return None

    def add(self, exercise: Exercise, digest: bytes, found: Diagnoses) -> None:
        """Takes up what was found."""
        if key := self._key(exercise, digest):
            body = json.dumps({name: asdict(each) for name, each in found.items()}).encode()
            self._new.append((_file(exercise), key, body))

    def keep(self) -> None:
        """Writes down what was taken up."""
        while self._new:
            self._store.shelf.write(*self._new.pop(0))

    def _key(self, exercise: Exercise, digest: bytes) -> bytes | None:
        answers = key_of(exercise)
        if not answers or self._level() != "full":
            return None
        made_by = _sources() + _index(exercise.name) + language().encode()
        return hashlib.sha256(answers + made_by + digest).digest()


def _file(exercise: Exercise) -> str:
    return f"{exercise.module}.diagnoses"


def _read(body: bytes) -> Diagnoses:
    """Raises ValueError, TypeError, AttributeError or RecursionError for what `add` hasn't written."""
    found = {name: Diagnosis(**each) for name, each in json.loads(body).items()}
    if not all(isinstance(text, str) for each in found.values() for text in asdict(each).values()):
        raise TypeError
    return found


@cache
def _index(name: str) -> bytes:
    """The digest of an exercise's index of near formulas: who writes one judges before it is made, too.

    An outside one's, which nobody has made sure of, is made anew wherever it isn't current.
    """
    return digest_of_sources(f"formula/indexes/{name}.index")


@cache
def _sources() -> bytes:
    """The digest of what finds a mistake and names it."""
    rooms = ("text", "sandbox", "formula", "judging")
    return digest_of_sources(*(f"{room}/**/*.py" for room in rooms), "text/languages/*/*/*.mo", "results.py")
