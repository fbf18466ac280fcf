"""What came back of a submission, and whether a near formula gives it.

A formula *fits* a gradient if in every judged case, and in every fresh one, it gives what came back, within the
tolerance that PyTorch's is compared with, and in one of the judged cases at least that isn't PyTorch's. Where the
submission gave no answer any formula will do: that is told apart.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from grader.cases import Case
from grader.exercise import Exercise, Value
from grader.exercise.textbook import Line
from grader.formula.edits import Edit
from grader.formula.factors import hides
from grader.formula.index import Hit
from grader.formula.near import altered
from grader.judging.comparison import agrees
from grader.judging.observation import Observation
from grader.text.language import say

ENOUGH = 2
"""In one case alone many formulas are alike."""


@dataclass(frozen=True)
class Found:
    """A near formula that accounts for some gradients of a submission, and in which cases."""

    hit: Hit
    names: tuple[str, ...]
    cases: str
    is_own: bool = False
    """Whether the right formula, too, is made of gradients of the submission's own that aren't PyTorch's."""
    own: tuple[str, ...] = ()
    """The other gradients that it names and that are the submission's own, but for those before it in a network."""


Known: TypeAlias = Mapping[str, Found | None]
"""The gradients that nothing is looked for any more: each with its formula, or None.

None is for what needs no formula: it is right, another diagnosis tells of it, or it says too little.
"""


@dataclass(frozen=True)
class Evidence:
    """A submission's answers to the judged and to the fresh cases, of which the first are the probes.

    `right` gives the values of a form's own lines in a case.
    """

    exercise: Exercise
    judged: Sequence[Observation]
    fresh: Sequence[Observation]
    right: Callable[[int, Case], dict[str, Any]]
    _answered: dict[str, list[Observation]] = field(default_factory=dict, init=False, repr=False)
    _fed: dict[tuple[Any, ...], dict[str, Any]] = field(default_factory=dict, init=False, repr=False)
    _fitting: dict[tuple[int, str], tuple[Hit, bool]] = field(default_factory=dict, init=False, repr=False)

    def before(self, name: str) -> tuple[str, ...]:
        """The gradients that one may be made of: in a network those before it."""
        return self.exercise.gradients[: self.exercise.gradients.index(name)] if self.exercise.network else ()

    def is_own_before(self, name: str) -> bool:
        """Whether the submission's own gradients before one in a network aren't PyTorch's."""
        return not all(
            _is_right(seen, each) for seen in self.judged if seen.answers(name) for each in self.before(name)
        )

    def is_apart(self, form: int, name: str) -> bool:
        """Whether a gradient is numbers throughout, and not those of a form of the textbook, be they right or wrong."""
        answered = [seen for seen in (*self.judged, *self.fresh) if seen.answers(name)]
        return all(name in seen.arrays for seen in answered) and not all(
            _came_back(seen, name, self.right(form, seen.case)[name]) for seen in answered
        )

    def says_nothing(self, name: str) -> bool:
        """Whether a gradient is one number in every place of every case, or nothing but rounding errors.

        Any formula that vanishes would do.
        """
        there = [seen for seen in self.judged if name in seen.arrays]
        values = [seen.arrays[name].ravel() for seen in there]
        if not values or np.unique(np.concatenate(values)).size <= 1:
            return True
        return all(_came_back(seen, name, np.zeros_like(seen.arrays[name])) for seen in there)

    def answered(self, name: str) -> list[Observation]:
        """The judged cases in which a gradient came back."""
        if name not in self._answered:
            self._answered[name] = [seen for seen in self.judged if seen.answers(name)]
        return self._answered[name]

    def silent(self, name: str) -> list[Observation]:
        """The fresh cases in which nothing came back of a gradient; of the judged ones others tell."""
        return [seen for seen in self.fresh if not seen.answers(name)]

    def cases(self, name: str) -> str:
        """In which cases a gradient came back: "19 cases", or "2 cases that are answered" where others aren't."""
        count = len(self.answered(name))
        if count < len(self.judged):
            return say("{count} cases that are answered", count=count)
        return say("{count} cases", count=count)

    def fed(self, form: int, name: str, seen: Observation, own: Collection[str] = ()) -> dict[str, Any]:
        """The values that a gradient's formula is made of: right ones, but for a network's own from before it.

        Those of `own` are the submission's, too, where they came back.
        """
        key = form, name, id(seen), *own
        if key not in self._fed:
            theirs = {*self.before(name), *own}
            mine = {each: value for each, value in seen.arrays.items() if each in theirs}
            self._fed[key] = self.right(form, seen.case) | mine
        return self._fed[key]

    def value(
        self, hit: Hit, name: str, seen: Observation, own: Collection[str] = (), instead: Mapping[str, Value] = {}
    ) -> Value | None:
        """What a formula makes of a gradient in one case; None where it raises. `instead` has values of others."""
        book = self.exercise.books[hit.form]
        right = {**self.fed(hit.form, name, seen, own), **instead}
        new: tuple[Line, ...] = hit.edit.lines
        if self.exercise.network and all(line.target != name for line in new):
            new = (*new, book.by_target[name])
        given = altered(self.exercise, book, right, new, [name])
        return given[name] if name in given else right[name]

    def predicted(self, found: Found, name: str, seen: Observation, known: Known) -> Value | None:
        """What a gradient's formula gives in a case without an answer, the others being what theirs give."""
        made = {
            each: self.predicted(other, each, seen, known)
            for each in found.own
            if (other := known.get(each)) is not None
        }
        # Where another raises, it is that which tells.
        instead = {each: value for each, value in made.items() if value is not None}
        return self.value(found.hit, name, seen, found.own, instead)

    def shows_right(self, name: str, line: Line) -> bool:
        """Whether a formula has the right one in it, for who looks closely."""
        book = self.exercise.books[0]
        seen = next((each for each in self.fresh if np.size(self.right(0, each.case)[name])), None)
        if seen is None:
            return False
        # In a network it is made of the submission's own, which may be of no shape for it.
        right = self.value(Hit(-1, 0, Edit("other", (book.by_target[name],))), name, seen)
        return right is not None and hides(np.asarray(right), line.tree, book.words, self.fed(0, name, seen))

    def fits(self, hit: Hit, name: str) -> bool:
        """Whether a formula accounts for a gradient by itself: it raises where nothing came back, too."""
        key = id(hit), name
        if key not in self._fitting:
            raises = (self.value(hit, name, seen) is None for seen in self.silent(name))
            # With the hit itself, whose id is another's once it is gone.
            self._fitting[key] = hit, self.fits_answers(hit, name) and all(raises)
        return self._fitting[key][1]

    def fits_answers(self, hit: Hit, name: str, own: Collection[str] = ()) -> bool:
        """Whether a formula accounts for all that came back of a gradient."""
        answered = self.answered(name)
        # The fresh cases first: the large ones refute most. Of the judged ones without an answer others tell.
        fresh = (seen for seen in reversed(self.fresh) if seen.answers(name))
        if len(answered) < ENOUGH or not all(self._gives(hit, name, seen, own) for seen in (*fresh, *answered)):
            return False
        # One nan is like another: some wrong number has to be one.
        return any(_has_numbers(seen, name) and not _is_right(seen, name) for seen in answered)

    def _gives(self, hit: Hit, name: str, seen: Observation, own: Collection[str]) -> bool:
        """Whether a formula gives in one case what came back of a gradient."""
        value = self.value(hit, name, seen, own)
        return value is not None and _came_back(seen, name, value)


def _has_numbers(seen: Observation, name: str) -> bool:
    return name in seen.arrays and bool(np.isfinite(seen.arrays[name]).any())


def _is_right(seen: Observation, name: str) -> bool:
    return _came_back(seen, name, seen.reference.gradients[name])


def _came_back(seen: Observation, name: str, value: Value) -> bool:
    return seen.got is not None and name in seen.got and agrees(seen.got[name], value, seen.within)
