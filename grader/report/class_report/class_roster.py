"""Students by exercises: how each submission stands in each exercise, and what is said of it, in bounded space."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from grader.report.class_report.answer_ids import answer_id
from grader.results import Finding

MAX_ROWS = 10_000
"""How many submissions have a row: more than anybody reads, in a page that a browser still opens."""

MAX_TEXT = 2_150_000
"""How many bytes of the page verdicts may take: those of a thousand students fit into three megabytes with the rest."""

MAX_BRIEF = 2_350_000
"""The same with verdicts of which only the known mistakes are kept, as soon as there is no room for their text."""

FRAME = 110
"""So many bytes a standing takes beside its text, and so many each finding of it."""


@dataclass(frozen=True)
class Standing:
    """How an exercise stands in a submission, once for all that stand alike.

    Of it is said what the `findings` say, or else a `message`; `answers` are the wrong answers in it, as `answer_id`
    calls them. `is_cut` where what was said is left out.
    """

    status: str
    points: float
    findings: tuple[Finding, ...] = ()
    message: str = ""
    answers: tuple[str, ...] = ()
    is_cut: bool = False

    @property
    def size(self) -> int:
        """How many bytes of a page it takes, at most."""
        text = json.dumps([self.message, self.answers, *map(_words, self.findings)], ensure_ascii=False)
        return len(text.encode("utf-8", "surrogatepass")) + 5 * text.count("<") + FRAME * (1 + len(self.findings))

    def forms(self) -> Iterator[tuple[Standing, int]]:
        """It, and shorter forms of it, each with how much may be kept at most where it is taken."""
        yield self, MAX_TEXT
        known = tuple(
            answer
            for each, answer in zip(self.findings, self.answers, strict=True)
            if each.diagnosis and not each.diagnosis.is_formula
        )
        yield replace(self, findings=(), message="", answers=known, is_cut=True), MAX_BRIEF


def _words(finding: Finding) -> tuple[str, ...]:
    """What a page shows of a finding."""
    known = finding.diagnosis
    said = (known.claim, known.hint) if known else ()
    return (finding.headline, finding.call, finding.fact, finding.agreement, finding.advice, *finding.theirs, *said)


@dataclass(frozen=True)
class RosterRow:
    """A submission: its points, and by exercise the place of its standing; or `why` it could not be judged."""

    name: str
    points: float
    places: tuple[int | None, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class Roster:
    """The rows of a class, the exercises' standings, and of how many more submissions there is no row."""

    standings: Mapping[str, Sequence[Standing]]
    rows: Sequence[RosterRow]
    left_out: int


_Known: TypeAlias = dict[Standing, int]


class RosterTally:
    """Takes in one submission after the other."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}
        self._rows: list[tuple[str, float, dict[str, int], str]] = []
        self._size = 0
        self._total = 0

    def add(
        self,
        name: str,
        exercises: Sequence[Mapping[str, Any]],
        findings: Mapping[str, Sequence[Finding]],
    ) -> None:
        """Takes in a submission: its exercises as in the JSON, version 1, and the findings on each that has some."""
        self._total += 1
        if len(self._rows) < MAX_ROWS:
            places = {each["name"]: self._place(each, findings.get(each["name"], ())) for each in exercises}
            self._rows.append((name, sum(each["points"] for each in exercises), places, ""))

    def note(self, name: str, why: str) -> None:
        """Takes in a submission that could not be judged."""
        self._total += 1
        if len(self._rows) < MAX_ROWS:
            self._rows.append((name, 0.0, {}, why))

    def roster(self) -> Roster:
        """What has been taken in, in its order."""
        rows = [
            RosterRow(name, points, tuple(places.get(each) for each in self._known) if places else (), why)
            for name, points, places, why in self._rows
        ]
        standings = {name: tuple(known) for name, known in self._known.items()}
        return Roster(standings, rows, self._total - len(rows))

    def _place(self, exercise: Mapping[str, Any], findings: Sequence[Finding]) -> int:
        name = exercise["name"]
        known = self._known.setdefault(name, {})
        standing = Standing(
            exercise["status"],
            exercise["points"],
            tuple(findings),
            "" if findings else next((str(each["message"]) for each in exercise["checks"] if each["message"]), ""),
            tuple(answer_id(name, each) for each in findings),
        )
        return self._keep(known, standing)

    def _keep(self, known: _Known, standing: Standing) -> int:
        """The place of a standing among those that are known, in the first of its forms for which there is room."""
        for form, most in standing.forms():
            if form in known:
                return known[form]
            if self._size < most and self._size + (size := form.size) <= most:
                self._size += size
                return known.setdefault(form, len(known))
        bare = Standing(standing.status, standing.points, is_cut=True)
        return known.setdefault(bare, len(known))
