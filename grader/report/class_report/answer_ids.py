"""By what a wrong answer is found again: in a verdict, in the summary, and in the page's links between them."""

from __future__ import annotations

from hashlib import sha256

from grader.results import Finding


def answer_id(exercise: str, finding: Finding) -> str:
    """The same for all who make the same known mistake, or else give the same wrong answer; "" where there is none."""
    known = finding.diagnosis
    if known and not known.is_formula:
        return mistake_id(exercise, known.id, known.claim)
    return _digest(exercise, finding.answer) if finding.answer else ""


def mistake_id(exercise: str, mistake: str, claim: str) -> str:
    """The same for all who make a known mistake of which the same is said."""
    return _digest(exercise, mistake, claim)


def _digest(*words: str) -> str:
    return sha256(" ".join(words).encode()).hexdigest()[:12]
