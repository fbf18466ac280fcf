"""Which near formula a wrong gradient comes from: the one that gives the submission's own numbers in every case.

A formula is looked up by what the submission gives on two fixed cases, and then has to fit all: see `evidence`.

In a network a gradient's formula is fed with the submission's own gradients from before it. Where one formula accounts
for several gradients it is said of them together.

Faults reach into each other: a gradient may be made of another that is wrong, and where one line raises an error, none
of the gradients is answered. So what is left is looked for once more with what is known of the others.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from grader.cases import Case
from grader.exercise import Exercise
from grader.exercise.quiet import quiet
from grader.exercise.textbook import Line
from grader.formula.edits import Edit
from grader.formula.grow import grown
from grader.formula.index import PROBES, Hit, Index, load
from grader.formula.near import near_edits_naming, values
from grader.formula.sentences import known_names, sentence
from grader.judging.digest import identity
from grader.judging.evidence import Evidence, Found, Known
from grader.judging.observation import Observation
from grader.results import Diagnosis

MOST_REMEMBERED = 1_000
"""Answers of one exercise whose formulas are remembered: a class gives the same wrong answer again and again."""

MOST_GROWN = 8
"""So many of the grown formulas are tried: they are nearly the same, written otherwise."""


@dataclass
class Formulas:
    """The near formulas of an exercise, and the right values of its cases: worked out once, and kept."""

    exercise: Exercise
    _right: dict[tuple[int, int], dict[str, Any]] = field(default_factory=dict, repr=False)
    _found: dict[Hashable, Mapping[str, Found]] = field(default_factory=dict, repr=False)

    def explain(
        self, wrong: Sequence[str], judged: Sequence[Observation], fresh: Sequence[Observation]
    ) -> Mapping[str, Found]:
        """By each wrong gradient for which there is one, the formula that explains it; `wrong` is in backward order.

        The first of `fresh` are the probes.
        """
        key = (*wrong, identity((*judged, *fresh)))
        if key not in self._found:
            if len(self._found) >= MOST_REMEMBERED:
                self._found.clear()
            self._found[key] = self._search(wrong, judged, fresh)
        return self._found[key]

    def _search(
        self, wrong: Sequence[str], judged: Sequence[Observation], fresh: Sequence[Observation]
    ) -> Mapping[str, Found]:
        index = load(self.exercise.name)
        if index is None or not fresh:
            return {}
        evidence = Evidence(self.exercise, judged, fresh, self.right)
        search = Search(evidence, index, [name for name in wrong if not evidence.says_nothing(name)])
        with quiet():
            search.one_by_one()
            search.together()
            search.grow()
        return search.found

    def right(self, form: int, case: Case) -> dict[str, Any]:
        """The values of a form's own lines in a case; `case` is one that lives on."""
        key = form, id(case)
        if key not in self._right:
            self._right[key] = values(self.exercise, self.exercise.books[form], case)
        return self._right[key]


@dataclass
class Search:
    """The search for the formulas of a submission's `wrong` gradients, and what is `found` so far."""

    evidence: Evidence
    index: Index
    wrong: Sequence[str]
    found: dict[str, Found] = field(default_factory=dict)

    @property
    def left(self) -> list[str]:
        """The gradients that nothing is found for yet."""
        return [name for name in self.wrong if name not in self.found]

    def one_by_one(self) -> None:
        """Finds what fits a gradient by itself; of several formulas, the one that accounts for most of them."""
        fitting = {
            name: {hit.place: hit for hit in self._near(name) if self.evidence.fits(hit, name)} for name in self.wrong
        }
        for name in self.wrong:
            if name in self.found or not fitting[name]:
                continue
            # What accounts for more gradients at once is the one cause of them.
            shared = {place: sum(place in fitting[other] for other in self.wrong) for place in fitting[name]}
            place = max(shared, key=lambda each: (shared[each], -each))
            hit = fitting[name][place]
            # The index has of several formulas that are alike in its cases but one: another may be the cause of both.
            names = tuple(each for each in self.left if self.evidence.fits(hit, each))
            is_own = any(map(self.evidence.is_own_before, names))
            self.found |= dict.fromkeys(names, Found(hit, names, self.evidence.cases(name), is_own))

    def _near(self, name: str) -> list[Hit]:
        """The formulas of the index that may have given a gradient."""
        # What is made of a wrong gradient gives nothing that could have been known before.
        if self.evidence.is_own_before(name):
            return self.index.of(name)
        return self.index.lookup(name, [seen.arrays.get(name) for seen in self.evidence.fresh[:PROBES]])

    def together(self) -> None:
        """Finds what fits a gradient where others are as wrong as they are.

        It may be made of them; and where it gives numbers but nothing came back, one of their formulas has to raise, or
        no other formula fits: else those that differ where nothing came back can't be told apart.
        """
        left = self.left
        known = {name: self.found.get(name) for name in self.evidence.exercise.gradients if name not in left}
        new: dict[str, Found] = {}
        while found := next(filter(None, (self._beside(name, known) for name in self.left if name not in new)), None):
            new |= dict.fromkeys(found.names, found)
            known |= dict.fromkeys(found.names, found)
        is_sure = all(self._is_accounted_for(seen, known) for name in new for seen in self.evidence.silent(name))
        self.found |= {name: found for name, found in new.items() if is_sure or self._is_the_only_one(name)}

    def _beside(self, name: str, known: Known) -> Found | None:
        """A formula that fits what came back of a gradient, if others are what is known of them."""
        if not any(seen.answers(name) for seen in self.evidence.fresh):
            return None
        return self._of_answers(name, known) or self._of_others(name, known)

    def _of_answers(self, name: str, known: Known) -> Found | None:
        """A formula of the index that fits what came back: rather one that raises where nothing did."""
        evidence = self.evidence
        if not evidence.silent(name):
            return None
        unsaid = [seen for seen in evidence.silent(name) if not self._is_accounted_for(seen, known)]
        fitting = [hit for hit in self._near(name) if evidence.fits_answers(hit, name)]
        hit = min(
            fitting, key=lambda each: sum(evidence.value(each, name, seen) is not None for seen in unsaid), default=None
        )
        if hit is None:
            return None
        names = tuple(each for each in self.left if each not in known and evidence.fits_answers(hit, each))
        return Found(hit, names, evidence.cases(name), any(map(evidence.is_own_before, names)))

    def _of_others(self, name: str, known: Known) -> Found | None:
        """A formula that is made of other gradients as the submission has them, not as the textbook does."""
        evidence, exercise = self.evidence, self.evidence.exercise
        for form, book in enumerate(exercise.books):
            # What is itself made of this gradient can't be what it is made of.
            apart = {*known} - {*evidence.before(name), *book.concerned([name])}
            others = [each for each in known if each in apart and evidence.is_apart(form, each)]
            if not others:
                continue
            sample = evidence.right(form, evidence.fresh[0].case)
            for edit in near_edits_naming(exercise, form, sample, name, others):
                hit = Hit(-1, form, edit)
                if evidence.fits_answers(hit, name, others):
                    (line,) = edit.lines
                    own = tuple(each for each in others if each in line.names)
                    is_own = evidence.is_own_before(name) or bool(book.by_target[name].names & set(own))
                    return Found(hit, (name,), evidence.cases(name), is_own, own)
        return None

    def _is_accounted_for(self, seen: Observation, known: Known) -> bool:
        """Whether some known formula raises in a case, so that nothing comes back of any gradient."""
        return any(
            found is not None and self.evidence.predicted(found, name, seen, known) is None
            for name, found in known.items()
        )

    def _is_the_only_one(self, name: str) -> bool:
        """Whether one formula of the index alone fits what came back."""
        return sum(self.evidence.fits_answers(hit, name) for hit in self._near(name)) == 1

    def grow(self) -> None:
        """Finds formulas that lie near no right one."""
        for name in self.left:
            if found := self._grown(name):
                self.found[name] = found

    def _grown(self, name: str) -> Found | None:
        """A formula that lies near no right one and can be shown; its values are the exercise's own."""
        evidence, exercise = self.evidence, self.evidence.exercise
        answers = [seen.arrays.get(name) for seen in evidence.fresh]
        given = [each for each in answers if each is not None]
        if len(given) < len(answers):
            return None
        book = exercise.books[0]
        known = known_names(exercise, book) - {*exercise.gradients} | {*evidence.before(name)}
        made_of = [
            {each: value for each, value in evidence.fed(0, name, seen).items() if each in known}
            for seen in evidence.fresh
        ]
        for text in islice(grown(made_of, given), MOST_GROWN):
            hit = Hit(-1, 0, Edit("other", (Line(name, text),)))
            shown = sentence(exercise, book, hit.edit, [name], "").shown
            if shown and evidence.fits(hit, name):
                if evidence.shows_right(name, hit.edit.lines[0]):
                    # So would the others, otherwise written.
                    return None
                return Found(hit, (name,), evidence.cases(name), evidence.is_own_before(name))
        return None


def diagnosis(exercise: Exercise, found: Found, name: str) -> Diagnosis:
    """What is said of a gradient that a near formula explains."""
    edit = found.hit.edit
    book = exercise.books[found.hit.form]
    said = sentence(exercise, book, edit, found.names, found.cases, found.is_own, found.own)
    return Diagnosis("formula", name, said.claim, said.question, str(edit), edit.kind)
