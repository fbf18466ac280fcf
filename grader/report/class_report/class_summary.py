"""What the results of a class say together, as plain records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from grader.report.class_report.answer_ids import mistake_id
from grader.report.class_report.class_roster import Roster
from grader.results import seed_text
from grader.text.numbers import points

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
    "undated": "handed in at a time that can't be read, and not taken as late",
    "zoneless": "handed in at a time whose zone isn't known, and taken as UTC",
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
    def submissions(self) -> int:
        """How many submissions there are."""
        return sum(self.statuses.values())

    @property
    def passed(self) -> float:
        """The share that passed."""
        return self.statuses.get("passed", 0) / self.submissions

    @property
    def mean(self) -> float:
        """The mean of the points."""
        return self.points / self.submissions

    @property
    def share(self) -> float:
        """The mean as a share of what there is to earn; an exercise that is worth nothing has all of it."""
        return self.mean / self.max_points if self.max_points else 1.0


@dataclass(frozen=True)
class Mistake:
    """One known mistake, and how many make it."""

    exercise: str
    id: str
    claim: str
    students: int

    @property
    def anchor(self) -> str:
        """By what it is found in the page."""
        return mistake_id(self.exercise, self.id, self.claim)


@dataclass(frozen=True)
class SameAnswer:
    """One wrong answer that is no known mistake, and the submissions that give it: at least two.

    `anchor` is by what it is found in the page; the beginning of it, `id`, names it in commands. `text` is its formula,
    or else its first wrong number in the smallest failing `call`. `named` are some of the submissions, and `first` is
    one as it is called.
    """

    exercise: str
    anchor: str
    text: str
    call: str
    students: int
    named: tuple[str, ...]
    first: str

    @property
    def id(self) -> str:
        """Its name in commands."""
        return self.anchor[:6]


@dataclass(frozen=True)
class Concern:
    """A reason to look at submissions: how many there are, and some of them with what is said of each."""

    kind: str
    total: int
    named: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        """The reason, in words."""
        return CONCERNS[self.kind]


@dataclass(frozen=True)
class Circumstances:
    """When a class was graded, or last seen to be up to date; with which seed, a secret one by its fingerprint; how."""

    date: str
    seed: str
    isolation: str

    @classmethod
    def now(cls, seed: int, isolation: str) -> Circumstances:
        """Those of a class that is graded now."""
        date = datetime.now().astimezone().isoformat(" ", "minutes")
        return cls(date, seed_text(seed), isolation)


@dataclass(frozen=True)
class ClassSummary:
    """What the results of a class say together; `title` says which class it is.

    `marks` counts submissions by tenths of the points, `mean` and `median` are shares of the points. Exercises stand
    hardest first, known mistakes by frequency, and so do the other wrong answers that several give; the slowest
    submissions with their wall seconds. `absent` are exercises that nobody handed in; they count in the points, and
    nowhere else. The `roster` has a row for each submission. The points that are given `by_hand` are in none of it.
    """

    title: str
    submissions: int
    max_points: float
    marks: tuple[int, ...]
    mean: float
    median: float
    exercises: tuple[ExerciseTally, ...]
    absent: tuple[str, ...]
    mistakes: tuple[Mistake, ...]
    same: tuple[SameAnswer, ...]
    slowest: tuple[tuple[float, str], ...]
    concerns: tuple[Concern, ...]
    roster: Roster
    circumstances: Circumstances | None = None
    by_hand: float = 0

    @property
    def beside(self) -> str:
        """What is said of the points that are given by hand, or ""."""
        count = f"{points(self.by_hand)} point{'' if self.by_hand == 1 else 's'}"
        return f"The {count} that you give by hand aren't counted here." if self.by_hand else ""

    @property
    def unjudged(self) -> int:
        """How many submissions could not be judged; they are not among the others."""
        return sum(concern.total for concern in self.concerns if concern.kind == "infrastructure")
