"""Observations make points: gradient by gradient, group by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from grader import quote
from grader.compare import Mismatch, agrees, array_of, mismatch, tolerance
from grader.diagnosis import diagnose
from grader.exercise import GROUPS, SHARES, UNCHANGED_SHARE, Array, Exercise
from grader.findings import changed, errored, forward_wrong, gradient_wrong, malformed
from grader.observation import Marked, Observation
from grader.reference import following
from grader.results import Check, ExerciseResult, Finding


def check_names(exercise: Exercise) -> dict[str, float]:
    """The names of an exercise's checks with their points; they don't depend on the submission."""
    names = {"forward": 0.0} if exercise.is_pair else {}
    each = exercise.points * (1 - UNCHANGED_SHARE) / len(exercise.gradients)
    total = sum(SHARES[group] for group in exercise.groups)
    for gradient in exercise.gradients:
        for group in exercise.groups:
            names[f"{gradient} {group}"] = each * SHARES[group] / total
    return {**names, "unchanged": exercise.points * UNCHANGED_SHARE}


def mark(exercise: Exercise, file: str, observations: Sequence[Observation]) -> ExerciseResult:
    """The result of an exercise whose cases were answered, at least some of them."""
    judged = [seen for seen in observations if seen.case.group != "unchanged"]
    read_only = [seen for seen in observations if seen.case.group == "unchanged"]
    forward = _forward_fault(exercise, judged)
    marked = [_mark(exercise, judged, name) for name in exercise.gradients]
    keeps, mutation = _unchanged(exercise, observations, read_only, marked)
    found = [forward] if forward else [*_findings(exercise, judged, marked), *([mutation] if mutation else [])]
    checks = _checks(exercise, judged, marked, forward, keeps, found)
    points = sum(check.points for check in checks)
    passed = all(check.status == "passed" for check in checks)
    return ExerciseResult(
        exercise.name,
        file,
        exercise.source,
        "passed" if passed else "failed",
        exercise.points if passed else points,
        exercise.points,
        checks,
        tuple(found),
        _notes(exercise, judged),
    )


def _forward_fault(exercise: Exercise, judged: Sequence[Observation]) -> Finding | None:
    if not exercise.is_pair:
        return None
    for seen in judged:
        if seen.out is None:
            continue
        within = tolerance(seen.case.float32, exercise.rtol)
        if wrong := mismatch(exercise.out.name, seen.out, seen.reference.out, within):
            return forward_wrong(exercise, seen, wrong)
    return None


def _mark(exercise: Exercise, judged: Sequence[Observation], name: str) -> Marked:
    faults: dict[int, Mismatch] = {}
    follows: set[int] = set()
    empty: set[int] = set()
    for number, seen in enumerate(judged):
        within = tolerance(seen.case.float32, exercise.rtol)
        if seen.got is None:
            faults[number] = Mismatch("type", seen.problem)
        elif name not in seen.got:
            faults[number] = Mismatch("type", f"{name} is missing")
        elif wrong := mismatch(name, seen.got[name], seen.reference.gradients[name], within):
            followed = following(exercise, seen.case, _arrays(seen.got)).get(name) if exercise.network else None
            if followed is None or not np.isfinite(followed).all() or not agrees(seen.got[name], followed, within):
                faults[number] = wrong
            elif np.any((followed == 0) & (seen.reference.gradients[name] != 0)):
                empty.add(number)
            else:
                follows.add(number)
    return Marked(name, faults, frozenset(follows), frozenset(empty))


def _arrays(got: Mapping[str, object]) -> dict[str, Array]:
    return {name: each for name, value in got.items() if isinstance(each := array_of(value), np.ndarray)}


def _findings(exercise: Exercise, judged: Sequence[Observation], marked: Sequence[Marked]) -> list[Finding]:
    """What to tell: an error, a malformed return value, then each wrong gradient, those with one diagnosis together."""
    raised = next((seen for seen in judged if seen.error), None)
    errors = [errored(exercise, raised.error, raised.printed, raised.case)] if raised and raised.error else []
    if misshapen := next((seen for seen in judged if seen.problem), None):
        return [*errors, malformed(exercise, misshapen)]
    wrong = {each.name: each for each in marked if any(judged[number].got is not None for number in each.faults)}
    diagnoses = diagnose(exercise, judged, list(wrong))
    if errors and (first := next(iter(diagnoses.values()), None)):
        # A diagnosis holds in every case, so its program raises where the submission does: one cause.
        return [replace(errors[0], diagnosis=first)]
    found = errors
    told: set[str] = set()
    for name, each in wrong.items():
        diagnosis = diagnoses.get(name)
        if diagnosis and diagnosis.id in told:
            continue
        alike = [other for other in wrong if diagnosis and other in diagnoses and diagnoses[other].id == diagnosis.id]
        told |= {diagnosis.id} if diagnosis else set()
        found.append(gradient_wrong(exercise, judged, marked, each, alike or [name], diagnosis))
        if exercise.network:
            break
    return found


def _unchanged(
    exercise: Exercise, observations: Sequence[Observation], read_only: Sequence[Observation], marked: Sequence[Marked]
) -> tuple[bool, Finding | None]:
    """Whether inputs and dout were left as they were, and otherwise what to tell."""
    if touched := next((seen for seen in observations if seen.touched), None):
        return False, changed(exercise, touched)
    if any(seen.error for seen in observations if seen.case.group != "unchanged"):
        return True, None
    right = [each.name for each in marked if not each.differs]
    for seen in read_only:
        if seen.error:
            return False, errored(exercise, seen.error, seen.printed, seen.case)
        within = tolerance(seen.case.float32, exercise.rtol)
        for name in right:
            if seen.got and (wrong := mismatch(name, seen.got[name], seen.reference.gradients[name], within)):
                return False, Finding(f"{name} is wrong with read-only arrays", fact=wrong.fact)
    return True, None


def _checks(
    exercise: Exercise,
    judged: Sequence[Observation],
    marked: Sequence[Marked],
    forward: Finding | None,
    keeps: bool,
    found: Sequence[Finding],
) -> tuple[Check, ...]:
    points = check_names(exercise)
    checks: list[Check] = []
    if exercise.is_pair:
        checks.append(
            Check("forward", "failed" if forward else "passed", 0.0, 0.0, forward.headline if forward else "")
        )
    random_right = False
    for each in marked:
        general = True
        for group in [group for group in GROUPS if group in exercise.groups]:
            name = f"{each.name} {group}"
            numbers = [number for number, seen in enumerate(judged) if seen.case.group == group]
            faults = [each.faults[number] for number in numbers if number in each.faults]
            if forward or (group == "edges" and not general):
                why = "the forward is not as it was given" if forward else "judged once the random cases are right"
                checks.append(Check(name, "skipped", 0.0, points[name], why))
                continue
            # Zeros that follow from zeros are no one's fault, but earn nothing where they are most of the answer.
            empty = each.empty.intersection(numbers) if 2 * len(each.empty) > len(judged) else ()
            if faults:
                checks.append(Check(name, "failed", 0.0, points[name], _message(each.name, faults[0], found)))
            elif empty:
                checks.append(
                    Check(name, "failed", 0.0, points[name], f"{each.name} is 0 because what it follows from is")
                )
            else:
                note = "follows from your own upstream gradient" if each.follows.intersection(numbers) else ""
                checks.append(Check(name, "passed", points[name], points[name], note))
            if group == "random":
                general = not faults and not empty
                random_right |= general
    if not random_right:
        checks.append(Check("unchanged", "skipped", 0.0, points["unchanged"], "judged once a gradient is right"))
    else:
        why = "" if keeps else next((finding.headline for finding in reversed(found)), "")
        earned = points["unchanged"] if keeps else 0.0
        checks.append(Check("unchanged", "passed" if keeps else "failed", earned, points["unchanged"], why))
    return tuple(checks)


def _message(name: str, fault: Mismatch, found: Sequence[Finding]) -> str:
    claim = next((each.diagnosis.claim for each in found if each.diagnosis and each.diagnosis.gradient == name), "")
    return f"{fault.fact or found[0].headline}. {claim}".strip()


def _notes(exercise: Exercise, judged: Sequence[Observation]) -> tuple[str, ...]:
    extra = sorted({str(key) for seen in judged for key in seen.got or () if key not in exercise.gradients})
    named = ", ".join(quote.line(key, 20) for key in extra[:5]) + (", …" if len(extra) > 5 else "")
    return (f"{exercise.name}_backward returns more than is asked: {named} ignored",) if extra else ()
