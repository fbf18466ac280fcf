"""Plain records of verdicts, and their JSON, version 1."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal, TypeAlias

Status: TypeAlias = Literal["passed", "failed", "not-started", "error", "timeout", "missing"]
CheckStatus: TypeAlias = Literal["passed", "failed", "skipped"]

State: TypeAlias = Literal["", "right", "coarse", "wrong", "follows", "empty", "missing", "unusable"]
"""What a gradient is in one case, "" where there is none; "empty" follows from zeros, and earns nothing."""

JSON_VERSION = 1

LEAST_SECRET = 1 << 59
"""The least seed of 60 bits: from here on it is a secret, and in no result. To try so many takes a core centuries."""

_ROUNDS = 100_000
"""Of the hash, so that a seed is found by its fingerprint no sooner than by the cases that are drawn from it."""


@dataclass(frozen=True)
class Diagnosis:
    """Which mistake it is: a misconception of the exercise's bank, a near formula, or what a generic probe shows.

    Of a near formula the `id` is "formula"; `formula` has its lines, `kind` what is wrong in them: "sign".
    """

    id: str
    gradient: str
    claim: str
    hint: str
    formula: str = ""
    kind: str = ""

    @property
    def is_formula(self) -> bool:
        """Whether it is a near formula, and no known mistake."""
        return self.id == "formula"


@dataclass(frozen=True)
class Check:
    """One thing that is checked, and what it earned."""

    name: str
    status: CheckStatus
    points: float
    max_points: float
    message: str = ""


@dataclass(frozen=True)
class Finding:
    """What a student is told about one fault: fact first, then advice, each field on its own.

    `headline` "dx is wrong where dout < 0"; `call` the smallest failing case, and `case` its number; `fact` the first
    wrong number; `agreement` "2 of 12 cases agree"; `theirs` lines of the student's own: an error with its line, or
    what was printed. `altered` is the given function that no longer is as it was given.

    `probed` is what a generic probe shows where the diagnosis is a formula, for students who are told none; `digest`,
    where there is no diagnosis, is the same for all who have the same wrong numbers. `is_blank` where there is
    nothing in the file.
    """

    headline: str
    call: str = ""
    fact: str = ""
    agreement: str = ""
    diagnosis: Diagnosis | None = None
    advice: str = ""
    theirs: tuple[str, ...] = ()
    case: int | None = None
    altered: str = ""
    probed: Diagnosis | None = None
    digest: str = ""
    is_blank: bool = False

    @property
    def answer(self) -> str:
        """What is the same for all who give the same wrong answer: its formula, or a digest; "" for a known mistake."""
        if self.diagnosis:
            return self.diagnosis.formula if self.diagnosis.is_formula else ""
        return self.digest

    def to_json(self) -> dict[str, Any]:
        """All that is in it; no part of the JSON, version 1."""
        found = {name: value for name, value in vars(self).items() if value not in ("", (), None)}
        return found | {name: vars(found[name]) for name in ("diagnosis", "probed") if name in found}

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Finding:
        """What `to_json` gave."""
        diagnoses = {name: Diagnosis(**found[name]) for name in ("diagnosis", "probed") if name in found}
        return cls(**{**found, **diagnoses, "theirs": tuple(found.get("theirs", ()))})


@dataclass(frozen=True)
class Lesson:
    """What an exercise says of itself; `formula` is LaTeX."""

    name: str
    number: int
    chapter: str
    title: str
    statement: str
    formula: str
    hints: tuple[str, ...]


@dataclass(frozen=True)
class ExerciseResult:
    """The verdict on one exercise of one submission. `source` is where to read: "004 §8".

    `line` is that of its file, counted from 1, on which the first function begins that the student writes.
    """

    name: str
    file: str
    source: str
    status: Status
    points: float
    max_points: float
    checks: tuple[Check, ...]
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    line: int = 1

    @property
    def diagnosis(self) -> Diagnosis | None:
        """The first diagnosis that a finding has."""
        return next((finding.diagnosis for finding in self.findings if finding.diagnosis), None)

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing in the file."""
        return any(finding.is_blank for finding in self.findings)

    def worth(self, most: float) -> ExerciseResult:
        """The same verdict where the exercise has so many points: what was earned is to all as it was before."""
        factor = most / self.max_points if self.max_points else 0.0
        checks = tuple(
            replace(each, points=each.points * factor, max_points=each.max_points * factor) for each in self.checks
        )
        earned = most if self.status == "passed" else round(most * self.points / (self.max_points or 1), 4)
        return replace(self, points=earned, max_points=most, checks=checks)

    def to_json(self) -> dict[str, Any]:
        """Its part of the JSON, version 1."""
        return {
            "name": self.name,
            "file": self.file,
            "line": self.line,
            "status": self.status,
            "points": round(self.points, 6),
            "max_points": self.max_points,
            "checks": [
                {
                    "name": check.name,
                    "status": check.status,
                    "points": round(check.points, 6),
                    "max_points": round(check.max_points, 6),
                    "message": check.message,
                }
                for check in self.checks
            ],
            "diagnosis": vars(self.diagnosis) if self.diagnosis else None,
        }


@dataclass(frozen=True)
class SubmissionResult:
    """The verdict on a submission: every exercise that was judged."""

    submission: str
    seed: int
    isolation: str
    exercises: tuple[ExerciseResult, ...]

    @property
    def points(self) -> float:
        """The sum of the points earned."""
        return sum(exercise.points for exercise in self.exercises)

    @property
    def max_points(self) -> float:
        """The sum of the points that there are."""
        return sum(exercise.max_points for exercise in self.exercises)

    def to_json(self) -> dict[str, Any]:
        """The JSON, version 1, of `pytest grader --json` and `grader grade`."""
        return {
            "version": JSON_VERSION,
            "submission": self.submission,
            **seed_fields(self.seed),
            "isolation": self.isolation,
            "points": round(self.points, 6),
            "max_points": self.max_points,
            "exercises": [exercise.to_json() for exercise in self.exercises],
        }


def seed_fields(seed: int) -> dict[str, Any]:
    """What a result has of its seed: of a secret one its fingerprint, by which two are told apart."""
    if seed < LEAST_SECRET:
        return {"seed": seed}
    return {"seed": None, "seed_fingerprint": seed_fingerprint(seed)}


def seed_text(seed: int) -> str:
    """A seed, or of a secret one that it is one and its fingerprint."""
    fields = seed_fields(seed)
    return f"secret, with the fingerprint {fields['seed_fingerprint']}" if fields["seed"] is None else str(seed)


@cache
def seed_fingerprint(seed: int) -> str:
    """A digest of a seed, the same wherever it is used; whoever looks for the seed of one needs long for each try."""
    return hashlib.pbkdf2_hmac("sha256", str(seed).encode(), b"handgrad seed", _ROUNDS, 16).hex()
