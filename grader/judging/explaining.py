"""Which near formula a wrong gradient comes from: the one that gives the submission's own numbers in every case.

A formula is looked up by what the submission gives on two fixed cases. It explains a gradient if in every judged case,
and in every fresh one, it gives what came back, within the tolerance that PyTorch's is compared with, and in one of the
judged cases at least that isn't PyTorch's. Where the submission gave no answer any formula will do: that is told apart.

In a network a gradient's formula is fed with the submission's own gradients from before it. Where one formula accounts
for several gradients it is said of them together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np

from grader.cases import Case
from grader.exercise import Exercise, Value
from grader.exercise.textbook import Line
from grader.formula.edits import Edit
from grader.formula.grow import grown
from grader.formula.index import PROBES, Hit, load
from grader.formula.near import altered, quiet, values
from grader.formula.sentences import known_names, sentence
from grader.judging.comparison import agrees
from grader.judging.observation import Observation
from grader.results import Diagnosis

ENOUGH = 2
"""In one case alone many formulas are alike."""

MOST_GROWN = 8
"""So many of the grown formulas are tried: they are nearly the same, written otherwise."""


@dataclass(frozen=True)
class Found:
    """A near formula that accounts for some gradients of a submission, and in which cases."""

    hit: Hit
    names: tuple[str, ...]
    cases: str
    is_own: bool
    """Whether it is made of gradients of the submission's own, before it in a network, that aren't PyTorch's."""


@dataclass
class Formulas:
    """The near formulas of an exercise, and the right values of its cases: worked out once, and kept."""

    exercise: Exercise
    _right: dict[tuple[int, int], dict[str, Any]] = field(default_factory=dict, repr=False)

    def explain(
        self, wrong: Sequence[str], judged: Sequence[Observation], fresh: Sequence[Observation]
    ) -> Mapping[str, Found]:
        """By each wrong gradient for which there is one, the formula that explains it; `wrong` is in backward order.

        The first of `fresh` are the probes.
        """
        index = load(self.exercise.name)
        if index is None or not fresh:
            return {}
        wrong = [name for name in wrong if not _says_nothing(name, judged)]
        fitting: dict[str, dict[int, Hit]] = {}
        for name in wrong:
            probes = [seen.arrays.get(name) for seen in fresh[:PROBES]]
            # What is made of a wrong gradient gives nothing that could have been known before.
            hits = index.of(name) if self._is_own_before(name, judged) else index.lookup(name, probes)
            fitting[name] = {hit.place: hit for hit in hits if self._fits(hit, name, judged, fresh)}
        explained: dict[str, Found] = {}
        for name in wrong:
            if name in explained or not fitting[name]:
                continue
            # What accounts for more gradients at once is the one cause of them.
            shared = {place: sum(place in fitting[other] for other in wrong) for place in fitting[name]}
            place = max(shared, key=lambda each: (shared[each], -each))
            hit = fitting[name][place]
            # The index has of several formulas that are alike in its cases but one: another may be the cause of both.
            names = tuple(each for each in wrong if each not in explained and self._fits(hit, each, judged, fresh))
            is_own = any(self._is_own_before(each, judged) for each in names)
            explained |= dict.fromkeys(names, Found(hit, names, _answered(name, judged), is_own))
        for name in wrong:
            if name not in explained and (found := self._grown(name, judged, fresh)):
                explained[name] = found
        return explained

    def _grown(self, name: str, judged: Sequence[Observation], fresh: Sequence[Observation]) -> Found | None:
        """A formula that lies near no right one and can be shown; its values are the exercise's own."""
        answers = [seen.arrays.get(name) for seen in fresh]
        given = [each for each in answers if each is not None]
        if len(given) < len(answers):
            return None
        book = self.exercise.books[0]
        known = known_names(self.exercise, book) - {*self.exercise.gradients} | {*self._before(name)}
        values = [{each: value for each, value in self._fed(0, name, seen).items() if each in known} for seen in fresh]
        for text in islice(grown(values, given), MOST_GROWN):
            hit = Hit(-1, 0, Edit("other", (Line(name, text),)))
            shown = sentence(self.exercise, book, hit.edit, [name], "").shown
            if shown and self._fits(hit, name, judged, fresh):
                return Found(hit, (name,), _answered(name, judged), self._is_own_before(name, judged))
        return None

    def _fed(self, form: int, name: str, seen: Observation) -> dict[str, Any]:
        """The values that a gradient's formula is made of: right ones, but for a network's own from before it."""
        before = self._before(name)
        return self.right(form, seen.case) | {each: value for each, value in seen.arrays.items() if each in before}

    def _before(self, name: str) -> tuple[str, ...]:
        """The gradients that one may be made of: in a network those before it."""
        return self.exercise.gradients[: self.exercise.gradients.index(name)] if self.exercise.network else ()

    def _is_own_before(self, name: str, judged: Sequence[Observation]) -> bool:
        """Whether the submission's own gradients before one in a network aren't PyTorch's."""
        return not all(_is_right(seen, each) for seen in judged if seen.answers(name) for each in self._before(name))

    def _fits(self, hit: Hit, name: str, judged: Sequence[Observation], fresh: Sequence[Observation]) -> bool:
        answered = [seen for seen in judged if seen.answers(name)]
        with quiet():
            # The fresh cases first: the large ones refute most. Of the judged ones without an answer others tell.
            if not all(self._gives(hit, name, seen) for seen in (*reversed(fresh), *answered)):
                return False
        if len(answered) < ENOUGH:
            return False
        # One nan is like another: some wrong number has to be one.
        return any(_has_numbers(seen, name) and not _is_right(seen, name) for seen in answered)

    def _gives(self, hit: Hit, name: str, seen: Observation) -> bool:
        """Whether a formula gives in one case what came back of a gradient, or nothing where nothing did."""
        value = self._value(hit, name, seen)
        if value is None or not seen.answers(name):
            return value is None and not seen.answers(name)
        return _came_back(seen, name, value)

    def _value(self, hit: Hit, name: str, seen: Observation) -> Value | None:
        """What a formula makes of a gradient in one case; None where it raises."""
        book = self.exercise.books[hit.form]
        right = self._fed(hit.form, name, seen)
        new: tuple[Line, ...] = hit.edit.lines
        if self.exercise.network and all(line.target != name for line in new):
            new = (*new, book.by_target[name])
        given = altered(self.exercise, book, right, new, [name])
        return given[name] if name in given else right[name]

    def right(self, form: int, case: Case) -> dict[str, Any]:
        """The values of a form's own lines in a case; `case` is one that lives on."""
        key = form, id(case)
        if key not in self._right:
            self._right[key] = values(self.exercise, self.exercise.books[form], case)
        return self._right[key]


def _answered(name: str, judged: Sequence[Observation]) -> str:
    """In which cases a gradient came back: "19 cases", or "2 cases that are answered" where others aren't."""
    count = sum(seen.answers(name) for seen in judged)
    return f"{count} cases" + (" that are answered" if count < len(judged) else "")


def _says_nothing(name: str, judged: Sequence[Observation]) -> bool:
    """Whether a gradient is one number in every place of every case: any formula that vanishes would do."""
    values = [seen.arrays[name].ravel() for seen in judged if name in seen.arrays]
    return not values or np.unique(np.concatenate(values)).size <= 1


def _has_numbers(seen: Observation, name: str) -> bool:
    return name in seen.arrays and bool(np.isfinite(seen.arrays[name]).any())


def _is_right(seen: Observation, name: str) -> bool:
    return _came_back(seen, name, seen.reference.gradients[name])


def _came_back(seen: Observation, name: str, value: Value) -> bool:
    return seen.got is not None and name in seen.got and agrees(seen.got[name], value, seen.within)


def diagnosis(exercise: Exercise, found: Found, name: str) -> Diagnosis:
    """What is said of a gradient that a near formula explains."""
    edit = found.hit.edit
    said = sentence(exercise, exercise.books[found.hit.form], edit, found.names, found.cases, found.is_own)
    return Diagnosis("formula", name, said.claim, said.question, str(edit), edit.kind)
