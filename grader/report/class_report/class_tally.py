"""A class's summary, gathered one submission after the other, in bounded space."""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any

from grader.report.class_report.answer_ids import answer_id
from grader.report.class_report.class_roster import RosterTally
from grader.report.class_report.class_summary import (
    CONCERNS,
    Circumstances,
    ClassSummary,
    Concern,
    ExerciseTally,
    Mistake,
    SameAnswer,
)
from grader.results import Finding
from grader.text import quote

BINS = 10

MAX_SLOWEST = 10

MAX_NAMED = 20
"""How many submissions are named for each reason to look at them."""

MAX_SETS = 500
"""How many different sets of missing files are told apart."""

MAX_ANSWERS = 50_000
"""How many different wrong answers are told apart: those of thousands of students, in a few tens of megabytes."""

MAX_STUDENTS = 500
"""How many submissions are named that give the same wrong answer."""

ALIKE = 2
"""So many give the same wrong answer at least, where it is worth a line: one alone is seen in their own record."""


class Tally:
    """Takes in the class called `title`, one submission after the other, graded in certain `circumstances`.

    Beside what it counts there are so many points `by_hand`.
    """

    def __init__(self, title: str = "", circumstances: Circumstances | None = None, by_hand: float = 0) -> None:
        self._title = title
        self._by_hand = by_hand
        self._circumstances = circumstances
        self._roster = RosterTally()
        self._max_points = 0.0
        self._marks: Counter[float] = Counter()
        self._statuses: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._points: defaultdict[str, float] = defaultdict(float)
        self._maxima: dict[str, float] = {}
        self._mistakes: Counter[tuple[str, str, str]] = Counter()
        self._answers: dict[tuple[str, str], _Answer] = {}
        self._slowest: list[tuple[float, str]] = []
        self._concerns: defaultdict[str, _Some] = defaultdict(_Some)
        self._missing: defaultdict[frozenset[str], _Some] = defaultdict(_Some)

    def add(
        self,
        name: str,
        exercises: Sequence[Mapping[str, Any]],
        seconds: float,
        concerns: Mapping[str, str],
        findings: Mapping[str, Sequence[Finding]],
    ) -> None:
        """Takes in a submission: its exercises as in the JSON, version 1, and its wall seconds.

        `concerns` has a key of `CONCERNS` for each exercise that a person should look at; those that are missing are
        noted without it. `findings` are those on each exercise that has some.
        """
        for each in exercises:
            self._add_findings(name, each["name"], findings.get(each["name"], ()))
        name = quote.line(name)
        self._roster.add(name, exercises, findings)
        for each in exercises:
            self._add_exercise(name, each, concerns.get(each["name"], ""))
        points, maximum = (sum(each[field] for each in exercises) for field in ("points", "max_points"))
        self._max_points = max(self._max_points, maximum)
        self._marks[round(points / maximum, 4) if maximum else 0.0] += 1
        if missing := frozenset(each["name"] for each in exercises if each["status"] == "missing"):
            known = missing in self._missing or len(self._missing) < MAX_SETS
            self._missing[missing if known else frozenset()].add(name)
        if seconds:
            heapq.heappush(self._slowest, (seconds, name))
            if len(self._slowest) > MAX_SLOWEST:
                heapq.heappop(self._slowest)

    def note(self, kind: str, name: str, why: str) -> None:
        """Takes in why a person should look at a submission: `kind` is a key of `CONCERNS`.

        A submission that is only noted, as "infrastructure", is none of those that were judged.
        """
        name, why = quote.line(name), quote.line(why)
        self._concerns[kind].add(name, why)
        if kind == "infrastructure":
            self._roster.note(name, why)

    def summary(self) -> ClassSummary:
        """What has been taken in."""
        absent = {name for name, statuses in self._statuses.items() if set(statuses) == {"missing"}}
        if len(absent) == len(self._statuses) or self._marks.total() == 1:
            # Then it is no question of which exercises were set.
            absent = set()
        tallies = (
            ExerciseTally(name, dict(statuses), self._points[name], self._maxima[name])
            for name, statuses in self._statuses.items()
            if name not in absent
        )
        submissions = self._marks.total()
        return ClassSummary(
            title=self._title,
            submissions=submissions,
            max_points=self._max_points,
            marks=_tenths(self._marks),
            mean=sum(share * count for share, count in self._marks.items()) / max(submissions, 1),
            median=_median(self._marks),
            exercises=tuple(sorted(tallies, key=lambda each: (each.passed, each.share, each.name))),
            absent=tuple(name for name in self._statuses if name in absent),
            mistakes=tuple(
                Mistake(*key, count) for key, count in sorted(self._mistakes.items(), key=lambda each: (-each[1], each))
            ),
            same=tuple(self._same()),
            slowest=tuple(sorted(self._slowest, key=lambda each: (-each[0], each[1]))),
            concerns=tuple(self._all_concerns(absent)),
            roster=self._roster.roster(),
            circumstances=self._circumstances,
            by_hand=self._by_hand,
        )

    def _add_exercise(self, name: str, exercise: Mapping[str, Any], kind: str) -> None:
        each = exercise["name"]
        self._statuses[each][exercise["status"]] += 1
        self._points[each] += exercise["points"]
        self._maxima[each] = exercise["max_points"]
        if kind:
            self._concerns[kind].add(name, f"{each}: {_message(exercise)}")

    def _add_findings(self, name: str, exercise: str, findings: Sequence[Finding]) -> None:
        """Counts each known mistake of an exercise, and every other wrong answer."""
        known = [each.diagnosis for each in findings if each.diagnosis and not each.diagnosis.is_formula]
        self._mistakes.update({(exercise, each.id, each.claim) for each in known})
        for answer, each in {each.answer: each for each in findings if each.answer}.items():
            key = exercise, answer
            if key not in self._answers and len(self._answers) < MAX_ANSWERS:
                self._answers[key] = _Answer(name, each, answer_id(exercise, each))
            if key in self._answers:
                self._answers[key].add(name)

    def _same(self) -> Iterator[SameAnswer]:
        """What several gave, the most frequent first."""
        several = [(key, each) for key, each in self._answers.items() if each.total >= ALIKE]
        for (exercise, _), each in sorted(several, key=lambda one: (-one[1].total, one[0])):
            yield SameAnswer(exercise, each.anchor, each.text, each.call, each.total, tuple(each.named), each.first)

    def _all_concerns(self, absent: set[str]) -> Iterator[Concern]:
        every = {kind: Concern(kind, some.total, tuple(some.named)) for kind, some in self._concerns.items()}
        missing = _Some()
        for names, some in self._missing.items():
            if names and not names - absent:
                continue
            missing.total += some.total
            text = _missing_text(sorted(names - absent, key=list(self._statuses).index), len(self._statuses))
            missing.named += [(name, text) for name, _ in some.named]
        if missing.total:
            every["missing"] = Concern("missing", missing.total, tuple(missing.named[:MAX_NAMED]))
        return (every[kind] for kind in CONCERNS if kind in every)


class _Some:
    """How many there are, and the first of them."""

    def __init__(self) -> None:
        self.total = 0
        self.named: list[tuple[str, str]] = []

    def add(self, name: str, text: str = "") -> None:
        self.total += 1
        if len(self.named) < MAX_NAMED:
            self.named.append((name, text))


class _Answer:
    """A wrong answer, who gave it first, and how many do."""

    def __init__(self, first: str, finding: Finding, anchor: str) -> None:
        self.first = first
        self.anchor = anchor
        self.text = _answer_text(finding)
        # A formula says it of every case.
        self.call = "" if finding.diagnosis else finding.call.replace("\u00a0", " ")
        self.total = 0
        self.named: list[str] = []

    def add(self, name: str) -> None:
        self.total += 1
        if len(self.named) < MAX_STUDENTS:
            self.named.append(quote.line(name))


def _answer_text(finding: Finding) -> str:
    """A wrong answer in a few words: "dz2 = da2 * a2", "dX is wrong where X < 0: dX[0, 1] = 0, PyTorch says -5"."""
    known = finding.diagnosis
    if known:
        whole = known.formula.startswith(f"{known.gradient} = ")
        return known.formula if whole else f"{finding.headline}: {known.formula}"
    # Of a large array its surroundings are told, too.
    fact = finding.fact.partition("; ")[0]
    return f"{finding.headline}: {fact}" if " where " in finding.headline else fact or finding.headline


def _message(exercise: Mapping[str, Any]) -> str:
    return next((str(check["message"]) for check in exercise["checks"] if check["message"]), str(exercise["status"]))


def _missing_text(names: list[str], total: int) -> str:
    if not names:
        return "some files"
    if len(names) == total:
        return "every file"
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")


def _tenths(marks: Mapping[float, int]) -> tuple[int, ...]:
    """How many shares lie in each tenth; the whole is in the last."""
    bins = [0] * BINS
    for share, count in marks.items():
        bins[min(int(share * BINS), BINS - 1)] += count
    return tuple(bins)


def _median(marks: Mapping[float, int]) -> float:
    shares = sorted(marks)
    ends = list(accumulate(marks[share] for share in shares))
    count = ends[-1] if ends else 0
    middle = [shares[bisect_right(ends, place)] for place in ((count - 1) // 2, count // 2)] if count else [0.0]
    return sum(middle) / len(middle)
