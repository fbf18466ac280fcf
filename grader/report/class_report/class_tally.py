"""A class's summary, gathered one submission after the other, in a space that doesn't grow with the class."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from grader.report.class_report.class_summary import CONCERNS, ClassSummary, Concern, ExerciseTally, Mistake
from grader.text import quote

BINS = 10

MAX_SLOWEST = 10

MAX_NAMED = 20
"""How many submissions are named for each reason to look at them."""

MAX_SETS = 500
"""How many different sets of missing files are told apart."""


class Tally:
    """Takes in the class called `title`, one submission after the other, and keeps no list of them."""

    def __init__(self, title: str = "") -> None:
        self._title = title
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
        self, name: str, exercises: Sequence[Mapping[str, Any]], seconds: float, concerns: Mapping[str, str]
    ) -> None:
        """Takes in a submission: its exercises as in the JSON, version 1, and its wall seconds.

        `concerns` has a key of `CONCERNS` for each exercise that a person should look at; those that are missing are
        noted without it.
        """
        name = quote.line(name)
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
            title=self._title,
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

    def _add_exercise(self, name: str, exercise: Mapping[str, Any], kind: str) -> None:
        each = exercise["name"]
        self._statuses[each][exercise["status"]] += 1
        self._points[each] += exercise["points"]
        self._maxima[each] = exercise["max_points"]
        if found := exercise["diagnosis"]:
            self._mistakes[each, found["id"], found["claim"]] += 1
        if kind:
            self._concerns[kind].add(name, f"{each}: {_message(exercise)}")

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
