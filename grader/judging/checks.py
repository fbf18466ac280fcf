"""What an exercise's points are shared among, and what a submission earns of it.

Each gradient has a check for every group of cases, in the order examples, random, edges; all of them are judged, but:

1. If the forward no longer computes what it was given to compute, every gradient's checks are skipped.
2. A gradient's edges are skipped unless its random cases are right: zeros would pass the sigmoid's at ±1000.
3. Leaving the inputs as they were counts only where a gradient is right in its random cases: who computes nothing
   changes nothing.

An example: an `affine` whose dW is right, and whose db is right in the worked example alone. dW earns its three checks;
db earns "examples", fails "random", and its "edges" are skipped; "unchanged" is judged, for dW is right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader.exercise import SHARES, UNCHANGED_SHARE, Exercise, Group
from grader.judging.comparison import Mismatch
from grader.judging.marks import Mark
from grader.judging.observation import Observation
from grader.results import Check, Finding


def check_names(exercise: Exercise) -> dict[str, float]:
    """The names of an exercise's checks with their points; they don't depend on the submission."""
    names = {"forward": 0.0} if exercise.is_pair else {}
    each = exercise.points * (1 - UNCHANGED_SHARE) / len(exercise.gradients)
    total = sum(SHARES[group] for group in exercise.groups)
    for gradient in exercise.gradients:
        for group in exercise.groups:
            names[_name(gradient, group)] = each * SHARES[group] / total
    return {**names, "unchanged": exercise.points * UNCHANGED_SHARE}


def checks(
    exercise: Exercise,
    judged: Mapping[int, Observation],
    marks: Sequence[Mark],
    forward: Finding | None,
    keeps: bool,
    found: Sequence[Finding],
) -> tuple[Check, ...]:
    """Every check of an exercise.

    `forward` is what is wrong with the forward; `keeps`, whether the inputs were left as they were; `found`, what is
    told.
    """
    points = check_names(exercise)
    groups = {
        group: [number for number, seen in judged.items() if seen.case.group == group] for group in exercise.groups
    }
    right = {mark.name: not forward and not _fails(mark, groups["random"]) for mark in marks}
    skipped = "the forward is not as it was given" if forward else ""
    made = [_plain("forward", 0.0, forward.headline if forward else "")] if exercise.is_pair else []
    for mark in marks:
        for group, numbers in groups.items():
            name = _name(mark.name, group)
            is_early = group == "edges" and not right[mark.name]
            why = skipped or ("judged once the random cases are right" if is_early else "")
            skip = Check(name, "skipped", 0.0, points[name], why)
            made.append(skip if why else _check(name, points[name], mark, numbers, found))
    return (*made, _unchanged(points["unchanged"], any(right.values()), keeps, found))


def _fails(mark: Mark, numbers: Sequence[int]) -> bool:
    """Whether a gradient is wrong in any of these cases, or says nothing where it says hardly anything at all."""
    return any(number in mark.faults or (mark.hollow and number in mark.empty) for number in numbers)


def _check(name: str, points: float, mark: Mark, numbers: Sequence[int], found: Sequence[Finding]) -> Check:
    if fault := next((mark.faults[number] for number in numbers if number in mark.faults), None):
        return Check(name, "failed", 0.0, points, _message(mark.name, fault, found))
    if _fails(mark, numbers):
        return _plain(name, points, f"{mark.name} follows from a gradient that is 0, or one number, nearly everywhere")
    note = "follows from your own upstream gradient" if mark.follows.intersection(numbers) else ""
    return Check(name, "passed", points, points, note)


def _unchanged(points: float, is_right: bool, keeps: bool, found: Sequence[Finding]) -> Check:
    if not is_right:
        return Check("unchanged", "skipped", 0.0, points, "judged once a gradient is right")
    return _plain("unchanged", points, "" if keeps else next((each.headline for each in reversed(found)), ""))


def _plain(name: str, points: float, why: str) -> Check:
    """A check that is passed unless `why` says why it isn't."""
    return Check(name, "failed" if why else "passed", 0.0 if why else points, points, why)


def _message(name: str, fault: Mismatch, found: Sequence[Finding]) -> str:
    claim = next((each.diagnosis.claim for each in found if each.diagnosis and each.diagnosis.gradient == name), "")
    return f"{fault.fact or found[0].headline}. {claim}".strip()


def _name(gradient: str, group: Group) -> str:
    return f"{gradient} {group}"
