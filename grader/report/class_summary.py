"""What the results of a class say together. It is gathered one submission after the other, and stays as small."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from grader.text import quote

BINS = 10

MAX_SLOWEST = 10

MAX_NAMED = 20
"""How many submissions are named for each reason to look at them."""

MAX_SETS = 500
"""How many different sets of missing files are told apart."""

CONCERNS: Mapping[str, str] = {
    "infrastructure": "not judged",
    "timeout": "timed out",
    "memory": "out of memory",
    "crashed": "crashed",
    "exited": "ended its own process",
    "bad-reply": "spoilt its answers",
    "finite-differences": "numerical differences",
    "load-error": "can't be loaded",
    "unreadable": "can't be read",
    "restored": "cells were missing, edited or doubled",
    "missing": "missing",
}
"""Why a person should look at a submission, the most pressing first: a word, and what it says."""


@dataclass(frozen=True)
class ExerciseTally:
    """How a class did in one exercise: how many have each status, and the points of all together."""

    name: str
    statuses: Mapping[str, int]
    points: float
    max_points: float

    @property
    def judged(self) -> int:
        """How many submissions there are."""
        return sum(self.statuses.values())

    @property
    def passed(self) -> float:
        """The share that passed."""
        return self.statuses.get("passed", 0) / self.judged

    @property
    def mean(self) -> float:
        """The mean of the points."""
        return self.points / self.judged


@dataclass(frozen=True)
class Mistake:
    """One misconception, and how many have it."""

    exercise: str
    id: str
    claim: str
    students: int


@dataclass(frozen=True)
class Concern:
    """A reason to look at submissions: how many there are, and some of them with what is said of each."""

    kind: str
    total: int
    named: tuple[tuple[str, str], ...]

    @property
    def said(self) -> str:
        """The reason, in words."""
        return CONCERNS[self.kind]


@dataclass(frozen=True)
class ClassSummary:
    """What the results of a class say together.

    `marks` counts submissions by tenths of the points, `mean` and `median` are shares of the points. Exercises stand
    hardest first, mistakes by frequency, the slowest submissions with their wall seconds. `absent` are exercises that
    nobody handed in; they count in the points, and nowhere else.
    """

    submissions: int
    max_points: float
    marks: tuple[int, ...]
    mean: float
    median: float
    exercises: tuple[ExerciseTally, ...]
    absent: tuple[str, ...]
    mistakes: tuple[Mistake, ...]
    slowest: tuple[tuple[float, str], ...]
    concerns: tuple[Concern, ...]

    @property
    def unjudged(self) -> int:
        """How many submissions could not be judged; they are not among the others."""
        return sum(concern.total for concern in self.concerns if concern.kind == "infrastructure")


class Tally:
    """Takes in a class, one submission after the other, and keeps no list of them; `summary` at the end."""

    def __init__(self) -> None:
        self._max_points = 0.0
        self._marks: Counter[float] = Counter()
        self._statuses: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._points: defaultdict[str, float] = defaultdict(float)
        self._maxima: dict[str, float] = {}
        self._mistakes: Counter[tuple[str, str, str]] = Counter()
        self._slowest: list[tuple[float, str]] = []
        self._concerns: defaultdict[str, _Some] = defaultdict(_Some)
        self._missing: defaultdict[frozenset[str], _Some] = defaultdict(_Some)

    def add(
        self, name: str, exercises: Iterable[Mapping[str, Any]], seconds: float, concerns: Mapping[str, str]
    ) -> None:
        """Takes in a submission: its exercises as in the JSON, version 1, and its wall seconds.

        `concerns` has a key of `CONCERNS` for each exercise that a person should look at; those that are missing are
        noted without it.
        """
        name = quote.line(name)
        points = maximum = 0.0
        missing = set()
        for exercise in exercises:
            each = exercise["name"]
            points += exercise["points"]
            maximum += exercise["max_points"]
            self._statuses[each][exercise["status"]] += 1
            self._points[each] += exercise["points"]
            self._maxima[each] = exercise["max_points"]
            if exercise["status"] == "missing":
                missing.add(each)
            if found := exercise["diagnosis"]:
                self._mistakes[each, found["id"], found["claim"]] += 1
            if kind := concerns.get(each):
                self._concerns[kind].add(name, f"{each}: {_message(exercise)}")
        self._max_points = max(self._max_points, maximum)
        self._marks[round(points / maximum, 4) if maximum else 0.0] += 1
        if missing:
            known = frozenset(missing)
            self._missing[known if known in self._missing or len(self._missing) < MAX_SETS else frozenset()].add(name)
        if seconds:
            heapq.heappush(self._slowest, (seconds, name))
            if len(self._slowest) > MAX_SLOWEST:
                heapq.heappop(self._slowest)

    def note(self, kind: str, name: str, why: str) -> None:
        """Takes in why a person should look at a submission: `kind` is a key of `CONCERNS`.

        A submission that is only noted, as "infrastructure", is none of those that were judged.
        """
        self._concerns[kind].add(quote.line(name), quote.line(why))

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
            submissions=submissions,
            max_points=self._max_points,
            marks=_tenths(self._marks),
            mean=sum(share * count for share, count in self._marks.items()) / max(submissions, 1),
            median=_median(self._marks),
            exercises=tuple(sorted(tallies, key=lambda each: (each.passed, each.mean / each.max_points, each.name))),
            absent=tuple(name for name in self._statuses if name in absent),
            mistakes=tuple(
                Mistake(*key, count) for key, count in sorted(self._mistakes.items(), key=lambda each: (-each[1], each))
            ),
            slowest=tuple(sorted(self._slowest, key=lambda each: (-each[0], each[1]))),
            concerns=tuple(self._all_concerns(absent)),
        )

    def _all_concerns(self, absent: set[str]) -> Iterator[Concern]:
        every = {kind: Concern(kind, some.total, tuple(some.named)) for kind, some in self._concerns.items()}
        missing = _Some()
        for names, some in self._missing.items():
            if names and not names - absent:
                continue
            missing.total += some.total
            said = _missing_said(sorted(names - absent, key=list(self._statuses).index), len(self._statuses))
            missing.named += [(name, said) for name, _ in some.named]
        if missing.total:
            every["missing"] = Concern("missing", missing.total, tuple(missing.named[:MAX_NAMED]))
        return (every[kind] for kind in CONCERNS if kind in every)


class _Some:
    """How many there are, and the first of them."""

    def __init__(self) -> None:
        self.total = 0
        self.named: list[tuple[str, str]] = []

    def add(self, name: str, said: str = "") -> None:
        self.total += 1
        if len(self.named) < MAX_NAMED:
            self.named.append((name, said))


def _message(exercise: Mapping[str, Any]) -> str:
    return next((str(check["message"]) for check in exercise["checks"] if check["message"]), str(exercise["status"]))


def _missing_said(names: list[str], total: int) -> str:
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
    half, seen, below = sum(marks.values()) / 2, 0, None
    for share, count in sorted(marks.items()):
        seen += count
        if below is not None:
            return (below + share) / 2
        if seen == half:
            below = share
        elif seen > half:
            return share
    return below or 0.0
