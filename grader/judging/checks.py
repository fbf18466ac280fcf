"""What an exercise's points are shared among, and what a submission earns of it.

Each gradient has a check for every group of cases, in the order examples, random, edges; all of them are judged, but:

1. If the forward no longer computes what it was given to compute, every gradient's checks are skipped.
2. A gradient's edges are skipped unless its random cases are right: zeros would pass the sigmoid's at ±1000.
3. "conventions", what is wrong at degenerate edges or in its form alone, and "unchanged", inputs that were not left as
   they were, count only where a gradient is right in its random cases: who computes nothing changes nothing.
4. A case without an answer, be it an error or an odd return value, is somebody's failure. Of a forward/backward pair
   all gradients come back together, and who computed them one by one would have got one of them wrong: so those pay
   that are wrong elsewhere, or else the one that is diagnosed, or else the first. Of other exercises the first result
   that did not come back pays. The others are judged by the cases that were answered, if these are one in `ONE_IN` of
   the random ones at least, or by any, where a known mistake accounts for the rest.
5. Of a result that is a dict of things that are written one by one, such as an engine's operations, each entry earns
   its share.

An example: an `affine` whose dW is right, and whose db is right in the worked example alone. dW earns its three checks;
db earns "examples", fails "random", and its "edges" are skipped; "conventions" and "unchanged" are judged, for dW is
right. Had computing db raised an error in some random cases, and nothing else been wrong, dX would pay for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader.exercise import CONVENTIONS_SHARE, SHARES, UNCHANGED_SHARE, Exercise, Group
from grader.judging.errors import error_finding
from grader.judging.marks import Mark
from grader.judging.observation import Observation
from grader.results import Check, Finding
from grader.text.language import say

ONE_IN = 5
"""One random case in so many has to be answered. A product that only works in square shapes does in so many; what can
do with a single sample alone, and so shows no gradient of a batch, doesn't."""


def check_names(exercise: Exercise) -> dict[str, float]:
    """The names of an exercise's checks with their points; they don't depend on the submission."""
    names = {"forward": 0.0} if exercise.is_pair else {}
    each = exercise.points * (1 - CONVENTIONS_SHARE - UNCHANGED_SHARE) / len(exercise.gradients)
    total = sum(SHARES[group] for group in exercise.groups)
    for gradient in exercise.gradients:
        for group in exercise.groups:
            names[_name(gradient, group)] = each * SHARES[group] / total
    shared = {"conventions": exercise.points * CONVENTIONS_SHARE, "unchanged": exercise.points * UNCHANGED_SHARE}
    return names | shared


def checks(
    exercise: Exercise,
    judged: Mapping[int, Observation],
    marks: Sequence[Mark],
    forward: Finding | None,
    mutation: Finding | None,
    found: Sequence[Finding],
    explained: bool,
) -> tuple[Check, ...]:
    """Every check of an exercise.

    `forward` is what is wrong with the forward; `mutation`, how the inputs were not left as they were; `found`, what
    is told; `explained`, whether a known mistake accounts for all cases without an answer.
    """
    points = check_names(exercise)
    groups: dict[Group, list[int]] = {}
    for number, seen in judged.items():
        groups.setdefault(seen.case.group, []).append(number)
    paying = _paying(exercise, judged, marks, found)
    silent = {mark.name: mark.name in paying or not _is_shown(mark, groups, explained) for mark in marks}
    failing = {
        mark.name: {group: _failing(mark, numbers, silent[mark.name]) for group, numbers in groups.items()}
        for mark in marks
    }
    right = {mark.name: not forward and not failing[mark.name].get("random") for mark in marks}
    skipped = say("the forward is not as it was given") if forward else ""
    made = []
    if exercise.is_pair:
        raised = next((each.error for each in judged.values() if each.fails_forward(exercise)), None)
        broken = forward or (error_finding(exercise, raised, "") if raised else None)
        made.append(_plain("forward", 0.0, broken.headline if broken else ""))
    for mark in marks:
        for group in exercise.groups:
            name = _name(mark.name, group)
            is_early = group == "edges" and not right[mark.name]
            why = skipped or (say("judged once the random cases are right") if is_early else "")
            skip = Check(name, "skipped", 0.0, points[name], why)
            numbers = groups.get(group, [])
            made.append(
                skip if why else _check(name, points[name], mark, numbers, failing[mark.name].get(group, []), found)
            )
    conventional = [mark for mark in marks if right[mark.name]]
    against = next((each for mark in conventional if (each := _unconventional(mark, failing, found))), "")
    for name, why in (("conventions", against), ("unchanged", mutation.headline if mutation else "")):
        early = Check(name, "skipped", 0.0, points[name], say("judged once a gradient is right"))
        made.append(_plain(name, points[name], why) if conventional else early)
    return tuple(made)


def _paying(
    exercise: Exercise, judged: Mapping[int, Observation], marks: Sequence[Mark], found: Sequence[Finding]
) -> set[str]:
    """The gradients that pay for the cases without an answer."""
    silent = {number for mark in marks for number in mark.unanswered}
    firsts = {next(mark.name for mark in marks if number in mark.unanswered) for number in silent}
    if not exercise.is_pair:
        return firsts
    wrong = {mark.name for mark in marks if any(judged[each].case.group != "conventions" for each in mark.faults)}
    known = {each.diagnosis.gradient for each in found if each.diagnosis}.intersection(exercise.gradients)
    return wrong or known or firsts


def _is_shown(mark: Mark, groups: Mapping[Group, Sequence[int]], explained: bool) -> bool:
    """Whether enough of a gradient came back in the random cases to judge it by what was answered."""
    random = groups.get("random", [])
    answered = sum(each not in mark.unanswered for each in random)
    return answered > 0 if explained else ONE_IN * answered >= len(random)


def _failing(mark: Mark, numbers: Sequence[int], silent: bool) -> list[int]:
    """The cases among `numbers` that a gradient fails; those without an answer, if its silence counts.

    It fails where it is wrong, and where it says nothing, if it says hardly anything at all.
    """
    return [
        each
        for each in numbers
        if each in mark.faults or (mark.hollow and each in mark.empty) or (silent and each in mark.unanswered)
    ]


def _unconventional(mark: Mark, failing: Mapping[str, Mapping[Group, Sequence[int]]], found: Sequence[Finding]) -> str:
    """What a right gradient gets wrong by convention, in words."""
    numbers = failing[mark.name].get("conventions", [])
    if numbers:
        return _message(mark, numbers, found)
    return next((fault.fact for fault in mark.forms.values()), "")


def _check(
    name: str, points: float, mark: Mark, numbers: Sequence[int], failing: Sequence[int], found: Sequence[Finding]
) -> Check:
    if failing:
        apart = [mark.parts[number] for number in numbers if number in mark.parts]
        right = [all(each[key] for each in apart if key in each) for key in {key for each in apart for key in each}]
        earned = points * sum(right) / len(right) if right else 0.0
        return Check(name, "failed", earned, points, _message(mark, failing, found))
    note = say("follows from your own upstream gradient") if mark.follows.intersection(numbers) else ""
    return Check(name, "passed", points, points, note)


def _plain(name: str, points: float, why: str) -> Check:
    """A check that is passed unless `why` says why it isn't."""
    return Check(name, "failed" if why else "passed", 0.0 if why else points, points, why)


def _message(mark: Mark, failing: Sequence[int], found: Sequence[Finding]) -> str:
    claim = next(
        (each.diagnosis.claim for each in found if each.diagnosis and each.diagnosis.gradient == mark.name), ""
    )
    number = next((each for each in failing if each in mark.faults), failing[0])
    if fault := mark.faults.get(number):
        return f"{fault.fact}. {claim}".strip()
    if number in mark.unanswered:
        refusal = next((each for each in found if each.case in mark.unanswered), found[0])
        return f"{refusal.headline}. {claim}".strip() if claim else refusal.headline
    return say("{name} follows from a gradient that is 0, or one number, nearly everywhere", name=mark.name)


def _name(gradient: str, group: Group) -> str:
    return f"{gradient} {group}"
