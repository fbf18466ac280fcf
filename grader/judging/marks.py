"""Observations make points: gradient by gradient, group by group."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from grader.cases import Case
from grader.exercise import SHARES, UNCHANGED_SHARE, Array, Exercise
from grader.judging.comparison import Mismatch, Row, agrees, array_of, mismatch, tolerance
from grader.judging.diagnosis import Diagnostician, Predictions
from grader.judging.findings import changed, errored, forward_wrong, gradient_wrong, malformed
from grader.judging.observation import Marked, Observation
from grader.judging.precision import coarseness, is_fine
from grader.reference.oracle import Following, Reference
from grader.results import Check, ExerciseResult, Finding
from grader.text import quote


def check_names(exercise: Exercise) -> dict[str, float]:
    """The names of an exercise's checks with their points; they don't depend on the submission."""
    names = {"forward": 0.0} if exercise.is_pair else {}
    each = exercise.points * (1 - UNCHANGED_SHARE) / len(exercise.gradients)
    total = sum(SHARES[group] for group in exercise.groups)
    for gradient in exercise.gradients:
        for group in exercise.groups:
            names[f"{gradient} {group}"] = each * SHARES[group] / total
    return {**names, "unchanged": exercise.points * UNCHANGED_SHARE}


def rows(exercise: Exercise, cases: Sequence[Case], references: Sequence[Reference]) -> dict[str, Row]:
    """Everything that is expected of a gradient, and of the forward under "", where it is one array in every case."""
    judged = [each for each in zip(cases, references, strict=True) if each[0].group != "unchanged"]
    made: dict[str, Row] = {}
    # With `settle`, what is expected depends on the answer.
    for name in ("", *exercise.gradients) if exercise.settle is None else ():
        expected = [
            (reference.gradients[name] if name else reference.out, tolerance(case.float32, exercise.rtol))
            for case, reference in judged
        ]
        if all(isinstance(value, np.ndarray) for value, _ in expected):
            made[name] = Row(expected)
    return made


def mark(
    exercise: Exercise,
    file: str,
    observations: Sequence[Observation],
    expected: Mapping[str, Row],
    predictions: Predictions,
    following: Following,
) -> ExerciseResult:
    """The result of an exercise whose cases were answered; `expected` is what `rows` makes of these cases.

    Raises what `following` raises, which is asked only about a network that has a wrong node.
    """
    judged = [seen for seen in observations if seen.case.group != "unchanged"]
    read_only = [seen for seen in observations if seen.case.group == "unchanged"]
    forward = _forward_fault(exercise, judged, expected.get(""))
    follow = cache(lambda number: following(exercise, judged[number].case, _arrays(judged[number].got)))
    marked = [_mark(exercise, judged, name, expected.get(name), follow) for name in exercise.gradients]
    diagnostician = Diagnostician(exercise, judged, predictions)
    keeps, mutation = _unchanged(exercise, judged, read_only, marked)
    found = [forward] if forward else [*_findings(diagnostician, marked), *([mutation] if mutation else [])]
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


def _forward_fault(exercise: Exercise, judged: Sequence[Observation], row: Row | None) -> Finding | None:
    if not exercise.is_pair or (row and row.is_met([seen.out for seen in judged])):
        return None
    for seen in judged:
        if seen.out is None:
            continue
        within = tolerance(seen.case.float32, exercise.rtol)
        if wrong := mismatch(exercise.out.name, seen.out, seen.reference.out, within):
            return forward_wrong(exercise, seen, wrong)
    return None


def _mark(
    exercise: Exercise,
    judged: Sequence[Observation],
    name: str,
    row: Row | None,
    follow: Callable[[int], Mapping[str, Array]],
) -> Marked:
    answers = [seen.got.get(name) if seen.got else None for seen in judged]
    met = row is not None and row.is_met(answers)
    faults: dict[int, Mismatch] = {}
    follows: set[int] = set()
    empty: set[int] = set()
    for number, seen in enumerate(() if met else judged):
        within = tolerance(seen.case.float32, exercise.rtol)
        if seen.got is None:
            faults[number] = Mismatch("type", seen.problem)
        elif name not in seen.got:
            faults[number] = Mismatch("missing", f"{name} is missing")
        elif wrong := mismatch(name, seen.got[name], seen.reference.gradients[name], within, seen.reference.says):
            followed = follow(number).get(name) if exercise.network else None
            expected = seen.reference.gradients[name]
            if followed is None or not np.isfinite(followed).all() or not agrees(seen.got[name], followed, within):
                faults[number] = wrong
            elif np.any((np.abs(followed) <= within.atol) & (np.abs(expected) > within.atol)):
                # What is as small as the tolerance agrees with anything.
                empty.add(number)
            else:
                follows.add(number)
    if follows and _is_one_number(judged, name):
        follows, empty = set(), empty | follows
    # In one go, for most gradients are right: a closer look would say the same.
    fine = row is not None and met and is_fine(row.errors(answers))
    nearly = not fine and all(judged[number].case.float32 or judged[number].case.group == "edges" for number in faults)
    # A tolerance of its own allows an exercise's gradients to be coarse.
    if nearly and not (follows or empty) and not exercise.driver and exercise.rtol is None:
        faults = coarseness(judged, name, faults) | faults
    telling = [seen for seen in judged if np.any(seen.reference.gradients[name])] if empty else []
    return Marked(
        name, faults, frozenset(follows), frozenset(empty), hollow=5 * (len(telling) - len(empty)) < len(telling)
    )


def _arrays(got: Mapping[str, object] | None) -> dict[str, Array]:
    return {name: each for name, value in (got or {}).items() if isinstance(each := array_of(value), np.ndarray)}


def _is_one_number(judged: Sequence[Observation], name: str) -> bool:
    """Whether a gradient is the same number in every place of every case.

    A single case proves nothing: there a gradient of one number is right in the ordinary way.
    """
    if len(judged) < 2:
        return False
    values = [arrays[name].ravel() for seen in judged if name in (arrays := _arrays(seen.got))]
    return np.unique(np.concatenate(values)).size == 1


def _findings(diagnostician: Diagnostician, marked: Sequence[Marked]) -> list[Finding]:
    """What to tell: an error, a malformed return value, then each wrong gradient, those with one diagnosis together."""
    exercise, judged = diagnostician.exercise, diagnostician.observations
    raised = next((seen for seen in judged if seen.error), None)
    errors: list[Finding] = []
    if raised and raised.error:
        # What answers in some cases is written.
        partly = raised.error.kind == "not-written" and not all(seen.error for seen in judged)
        error = replace(raised.error, kind="raised") if partly else raised.error
        errors = [errored(exercise, error, raised.printed, raised.case)]
    if misshapen := next((seen for seen in judged if seen.problem), None):
        return [*errors, malformed(exercise, misshapen)]
    wrong = {each.name: each for each in marked if any(judged[number].got is not None for number in each.faults)}
    diagnoses = diagnostician.diagnose(list(wrong))
    causes = {name: ("missing", "") for name, each in wrong.items() if each.is_missing}
    causes |= {name: (each.id, each.claim.removeprefix(name)) for name, each in diagnoses.items()}
    found, told = errors, set()
    if errors and diagnoses:
        # A diagnosis holds in every case, so its program raises where the submission does: one cause.
        first = next(iter(diagnoses))
        found, told = [replace(errors[0], diagnosis=diagnoses[first])], {causes[first]}
    for name, each in wrong.items():
        cause = causes.get(name)
        if cause in told:
            continue
        alike = [other for other in wrong if cause and causes.get(other) == cause]
        told |= {cause} if cause else set()
        found.append(gradient_wrong(exercise, judged, marked, each, alike or [name], diagnoses.get(name)))
        if exercise.network:
            break
    return found


def _unchanged(
    exercise: Exercise, judged: Sequence[Observation], read_only: Sequence[Observation], marked: Sequence[Marked]
) -> tuple[bool, Finding | None]:
    """Whether inputs and dout were left as they were, and otherwise what to tell."""
    if touched := next((seen for seen in (*judged, *read_only) if seen.touched), None):
        return False, changed(exercise, touched)
    if any(seen.error for seen in judged):
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
        for group in exercise.groups:
            name = f"{each.name} {group}"
            numbers = [number for number, seen in enumerate(judged) if seen.case.group == group]
            faults = [each.faults[number] for number in numbers if number in each.faults]
            if forward or (group == "edges" and not general):
                why = "the forward is not as it was given" if forward else "judged once the random cases are right"
                checks.append(Check(name, "skipped", 0.0, points[name], why))
                continue
            # What follows from zeros or a constant is no one's fault, but earns nothing where it is most of the answer.
            empty = each.hollow and each.empty.intersection(numbers)
            if faults:
                message, coarse = _message(each.name, faults[0], found), faults[0].kind == "precision"
                checks.append(Check(name, "failed", 0.0, points[name], message, coarse))
            elif empty:
                why = f"{each.name} follows from a gradient that is 0, or one number, nearly everywhere"
                checks.append(Check(name, "failed", 0.0, points[name], why))
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
    ignored = (f"{exercise.name}_backward returns more than is asked: {named} ignored",) if extra else ()
    return (*ignored, *_remarks(exercise, judged))


def _remarks(exercise: Exercise, judged: Sequence[Observation]) -> tuple[str, ...]:
    """The first thing that there is to say about what came back."""
    if exercise.remark is None:
        return ()
    said = (exercise.remark(seen.got, seen.reference.gradients) for seen in judged if seen.got is not None)
    return tuple(each for each in said if each)[:1]
