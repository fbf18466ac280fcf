"""Near formulas with what they give on two cases: generated, and kept beside this file or in an outside catalogue."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np

from grader import catalog
from grader.cases import Case, cases, fresh
from grader.exercise import Array, Exercise, Value
from grader.exercise import textbook as notation
from grader.exercise.quiet import quiet
from grader.exercise.textbook import lines
from grader.formula import edits, everywhere, kinds, near, operations, trees, variants
from grader.formula.edits import Edit
from grader.formula.kinds import KINDS
from grader.formula.near import near_formulas, projection
from grader.sandbox.wire.caps import TRUSTED
from grader.sandbox.wire.frames import Frame, decode, encode

FOLDER = Path(__file__).parent / "indexes"

PROBES = 2
"""The first of the fresh cases: in one all axes are unequal, in the other all are equal."""

_NEAR = 1e-5
"""Projections are kept in float32, and those of equal arrays differ in the last digits."""


@dataclass(frozen=True)
class Hit:
    """A near formula that an answer may come from; `place` orders formulas by how readily they are believed."""

    place: int
    form: int
    edit: Edit


@dataclass(frozen=True)
class Index:
    """`formulas` holds form, kind, lines and part of each; `rows` by gradient which of them change it; `found` what it
    is then in each probe, as one number: nan where there is none."""

    formulas: tuple[str, ...]
    rows: Mapping[str, Array]
    found: Mapping[str, Array]
    _hits: dict[int, Hit] = field(default_factory=dict, init=False, repr=False, compare=False)

    def lookup(self, name: str, answers: Sequence[Value | None]) -> list[Hit]:
        """The formulas that may have given these answers to the probes, the most readily believed first.

        None is an answer that isn't there.
        """
        if name not in self.rows:
            return []
        mine = np.array([np.nan if each is None else projection(np.asarray(each)) for each in answers])
        theirs = self.found[name].astype(np.float64)
        with np.errstate(invalid="ignore", over="ignore"):
            alike = np.abs(theirs - mine) <= _NEAR * (1 + np.abs(mine))
        # nan predicts nan, or an error; where nothing came back anything may be meant.
        missing = np.array([each is None for each in answers])
        alike |= (theirs == mine) | (np.isnan(theirs) & np.isnan(mine)) | missing
        if missing.all():
            return []
        return [self.hit(int(row)) for row in self.rows[name][alike.all(axis=1)]]

    def hit(self, place: int) -> Hit:
        """One of its formulas, parsed once: the next submission may ask for the same."""
        if place not in self._hits:
            form, kind, part, text = self.formulas[place].split("\t")
            self._hits[place] = Hit(place, int(form), Edit(KINDS[int(kind)], lines(text), part))
        return self._hits[place]

    def of(self, name: str) -> list[Hit]:
        """All formulas that change a gradient."""
        return [self.hit(int(row)) for row in self.rows.get(name, ())]

    def save(self, path: Path, stamp: str) -> None:
        """Writes it, with what tells whether it is current."""
        path.parent.mkdir(exist_ok=True)
        text = np.frombuffer("\n".join(self.formulas).encode(), dtype=np.uint8)
        path.write_bytes(encode(stamp, [text, dict(self.rows), dict(self.found)]))


def build(exercise: Exercise) -> Index:
    """Makes the index of an exercise's near formulas."""
    made = list(near_formulas(exercise, [*fresh(exercise), *_written(exercise)]))
    formulas = tuple(f"{each.form}\t{KINDS.index(each.edit.kind)}\t{each.edit.part}\t{each.edit}" for each in made)
    rows: dict[str, list[int]] = {}
    found: dict[str, list[list[float]]] = {}
    for place, each in enumerate(made):
        for name, signatures in each.signatures.items():
            rows.setdefault(name, []).append(place)
            found.setdefault(name, []).append([np.nan if one is None else float(one[1]) for one in signatures[:PROBES]])
    with quiet():
        return Index(
            formulas,
            {name: np.array(each, dtype=np.uint16) for name, each in rows.items()},
            {name: np.array(each, dtype=np.float32) for name, each in found.items()},
        )


def _written(exercise: Exercise) -> list[Case]:
    """The cases that are written down: the same for every seed."""
    return [case for case in cases(exercise) if case.group in ("examples", "edges", "conventions")]


def _numbers(case: Case) -> Iterator[Value]:
    for value in case.arguments:
        yield from value if isinstance(value, tuple) else (value,)


def load(name: str) -> Index | None:
    """The index of the exercise called so, or None where it has no textbook."""
    return _loaded(name, path_of(name))


@cache
def _loaded(name: str, path: Path) -> Index | None:
    # Of what is outside nobody has made sure that it is current.
    if path.parent != FOLDER and not is_current(exercise := catalog.get(name)):
        return build(exercise) if exercise.textbook else None
    if not (kept := _read(path)):
        return None
    text, rows, found = kept.tree
    return Index(tuple(text.tobytes().decode().split("\n")), rows, found)


def _read(path: Path) -> Frame | None:
    """What `Index.save` wrote; a compressed archive takes ten times as long to read."""
    with suppress(FileNotFoundError):
        return decode(path.read_bytes(), 0, TRUSTED)
    return None


def is_current(exercise: Exercise) -> bool:
    """Whether the kept index was made from what the exercise and the edits are now."""
    kept = _read(path_of(exercise.name))
    if not exercise.textbook:
        return kept is None
    return kept is not None and kept.head == stamp(exercise)


def stale(names: Iterable[str]) -> Iterator[Exercise]:
    """The exercises called so whose indexes are missing, left over, or made from something else."""
    return (exercise for exercise in catalog.every(names) if not is_current(exercise))


def write(exercise: Exercise) -> None:
    """Makes and keeps the index of an exercise that has a textbook; else there is none."""
    if exercise.textbook:
        build(exercise).save(path_of(exercise.name), stamp(exercise))
    else:
        path_of(exercise.name).unlink(missing_ok=True)


def stamp(exercise: Exercise) -> str:
    """A number for all that an index depends on, but for the versions of Python and NumPy."""
    modules: tuple[ModuleType, ...] = (notation, kinds, trees, operations, variants, everywhere, edits, near)
    sources = [*map(inspect.getsource, modules), *map(inspect.getsource, filter(inspect.isfunction, exercise.tools))]
    every = [*fresh(exercise), *_written(exercise)]
    inputs = [repr([np.asarray(each).tolist() for each in _numbers(case)]) for case in every]
    return hashlib.sha256("\n".join([exercise.textbook, *sources, *inputs]).encode()).hexdigest()[:16]


def path_of(name: str) -> Path:
    """Where the index of the exercise called so is kept."""
    home = catalog.home(name)
    return (home / "indexes" if home else FOLDER) / f"{name}.index"
