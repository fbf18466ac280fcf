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
from grader.judging.bench import Diagnoses
from grader.reference.store import Store, digest_of, key_of
from grader.results import Diagnosis
from grader.sandbox.host.backend import Level
from grader.text.language import language


class KeptDiagnoses:
    """The last ones of each exercise, beside PyTorch's answers to it.

    At any `level` but "full" none is read or written: there a submission may write wherever its user may, and these are
    words that a student believes.
    """

    def __init__(self, store: Store, level: Callable[[], Level]) -> None:
        self._store, self._level = store, level
        self._new: list[tuple[str, bytes, bytes]] = []

    def find(self, exercise: Exercise, shown: bytes) -> Diagnoses | None:
        """What was found of the source and the answers that have the digest `shown`, if it is kept."""
        key = self._key(exercise, shown)
        body = key and self._store.shelf.read(_file(exercise), key)
        with suppress(ValueError, TypeError, AttributeError, RecursionError):
            return {name: Diagnosis(**each) for name, each in json.loads(body).items()} if body else None
        return None

    def add(self, exercise: Exercise, shown: bytes, found: Diagnoses) -> None:
        """Takes up what was found."""
        if key := self._key(exercise, shown):
            body = json.dumps({name: asdict(each) for name, each in found.items()}).encode()
            self._new.append((_file(exercise), key, body))

    def keep(self) -> None:
        """Writes down what was taken up."""
        while self._new:
            self._store.shelf.write(*self._new.pop(0))

    def _key(self, exercise: Exercise, shown: bytes) -> bytes | None:
        answers = key_of(exercise)
        if not answers or self._level() != "full":
            return None
        near = digest_of(f"formula/indexes/{exercise.name}.index")
        return hashlib.sha256(b"".join([answers, _sources(), near, language().encode(), shown])).digest()


def _file(exercise: Exercise) -> str:
    return f"{exercise.module}.diagnoses"


@cache
def _sources() -> bytes:
    """The digest of what finds a mistake and names it."""
    return digest_of(
        "formula/*.py", "judging/*.py", "results.py", "sandbox/*/*.py", "text/*.py", "text/languages/*/*/*.mo"
    )
