"""What a student is told about a submission that ran: a fact first, then advice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from itertools import islice

import numpy as np

from grader.exercise import Exercise
from grader.judging.comparison import Mismatch
from grader.judging.diagnosis import Diagnoses, Diagnostician
from grader.judging.digest import digest
from grader.judging.errors import error_finding, form_finding, printed_lines
from grader.judging.marks import Mark
from grader.judging.observation import Observation
from grader.judging.wording import call, forward_call, place
from grader.results import Diagnosis, Finding
from grader.text import quote
from grader.text.language import listed, say, say_many

MAX_EXTRA = 20
"""Of more names than a network has that were returned beside the right ones, no other is looked at."""


def findings(
    exercise: Exercise, judged: Mapping[int, Observation], marks: Sequence[Mark], diagnostician: Diagnostician
) -> list[Finding]:
    """What to tell: each wrong gradient, those with one diagnosis together, and the first case without an answer.

    A wrong number comes first, for a person can check it; what is wrong at conventions, or in its form alone, last.
    """
    diagnoses, probed = diagnostician.diagnoses, diagnostician.probed
    silent = [seen for seen in judged.values() if seen.error or seen.problem]
    refusals = [_refusal(exercise, silent, judged)] if silent else []
    if known := diagnostician.explained:
        # One cause: it shows as a wrong number, if there is any.
        wrong = any(each.mismatches for each in marks)
        refusals = [] if wrong else [replace(each, diagnosis=known) for each in refusals]
    found: dict[bool, list[Finding]] = {True: [], False: []}
    told: set[str] = set()
    wrong_marks = [each for each in marks if each.mismatches]
    minors = {each.name: _is_conventional(judged, each) for each in wrong_marks}
    for each in sorted(wrong_marks, key=lambda mark: minors[mark.name]):
        if each.name in told:
            continue
        alike = [other.name for other in wrong_marks if _cause(other, diagnoses) == _cause(each, diagnoses)]
        if exercise.network and told:
            if known := diagnoses.get(each.name):
                headline, instead = _wrong(alike), probed.get(each.name)
                found[minors[each.name]].append(Finding(headline, diagnosis=known, probed=instead))
            told.update(alike)
            continue
        # In a network the node that is wrong first is the one to look at.
        first = each if exercise.network else min((mark for mark in wrong_marks if mark.name in alike), key=_first)
        shown = gradient_finding(exercise, judged, marks, first, alike, diagnoses.get(each.name))
        found[minors[each.name]].append(replace(shown, probed=probed.get(each.name)))
        told.update(alike)
    return [*found[False], *refusals, *found[True]]


def _is_conventional(judged: Mapping[int, Observation], mark: Mark) -> bool:
    """Whether a gradient is wrong at conventions, or in its form, alone."""
    return all(judged[number].case.group == "conventions" for number in mark.faults)


def _first(mark: Mark) -> int:
    """The smallest case in which a gradient is wrong, in its form alone only where there is no other."""
    return min(mark.faults or mark.forms)


def _cause(mark: Mark, diagnoses: Diagnoses) -> tuple[str, ...]:
    """What gradients that are told together have in common."""
    if mark.is_missing:
        return ("missing",)
    if not mark.faults:
        return (mark.forms[next(iter(mark.forms))].kind,)
    known = diagnoses.get(mark.name)
    return (known.id, known.claim.removeprefix(mark.name)) if known else ("", mark.name)


def _refusal(exercise: Exercise, silent: Sequence[Observation], judged: Mapping[int, Observation]) -> Finding:
    """The first case that was not answered: the error that was raised in it, or the odd value that was returned."""
    seen = silent[0]
    if seen.error is None:
        return form_finding(exercise, seen)
    # What answers in some cases is written.
    partly = seen.error.kind == "not-written" and len(silent) < len(judged)
    error = replace(seen.error, kind="raised") if partly else seen.error
    found = error_finding(exercise, error, seen.printed, seen.case, _unsaid(exercise, seen))
    if len(silent) == len(judged):
        return found
    return replace(
        found,
        agreement=say(
            "{answered} of {count} cases are answered", answered=len(judged) - len(silent), count=len(judged)
        ),
    )


def _unsaid(exercise: Exercise, seen: Observation) -> str:
    """The first entry that did not come back of a result whose entries do one by one; "" where there is none.

    Of several functions the one that raised says more.
    """
    if len(exercise.functions) > 1:
        return ""
    for name in exercise.apart:
        got = (seen.got or {}).get(name)
        for key in seen.reference.gradients[name]:
            if not isinstance(got, Mapping) or key not in got:
                return f"{name}[{key!r}]"
    return ""


def gradient_finding(
    exercise: Exercise,
    judged: Mapping[int, Observation],
    marks: Sequence[Mark],
    wrong: Mark,
    alike: Sequence[str],
    diagnosis: Diagnosis | None,
) -> Finding:
    """The finding for a wrong gradient, in its smallest failing case; `alike` are wrong for the same reason."""
    number = _first(wrong)
    seen, fault = judged[number], wrong.mismatches[number]
    agreeing = len(judged) - len(wrong.differing | wrong.unanswered)
    return Finding(
        headline=_headline(exercise, judged, wrong, alike, fault),
        call=call(exercise, seen.case, fault.of or wrong.name),
        case=seen.case.number,
        fact=fault.fact,
        agreement=""
        if fault.is_form
        else say("{agreeing} of {count} cases agree", agreeing=agreeing, count=len(judged)),
        diagnosis=diagnosis,
        advice=_network_advice(exercise, seen, marks, wrong, alike) if exercise.network else _sum_advice(judged, wrong),
        theirs=printed_lines(seen.printed),
        digest=digest(judged.values(), alike) if wrong.faults and not diagnosis else "",
    )


def _sum_advice(judged: Mapping[int, Observation], wrong: Mark) -> str:
    """What is said where a gradient is wrong in that it is the number 0 in cases without a sample."""
    if not all(_is_empty_sum(judged[number], wrong.name) for number in wrong.mismatches):
        return ""
    return say(
        "Here is nothing to add up: of that, np.sum along an axis makes zeros of the shape that is left, and Python's "
        "sum the number 0."
    )


def _is_empty_sum(seen: Observation, name: str) -> bool:
    both = seen.pair(name)
    return both is not None and both[0].shape == () != both[1].shape and not both[0] and np.size(seen.case.dout) == 0


def _headline(
    exercise: Exercise, judged: Mapping[int, Observation], wrong: Mark, alike: Sequence[str], fault: Mismatch
) -> str:
    if fault.kind == "shape":
        return say_many("{names} has the wrong shape", "{names} have the wrong shape", len(alike), names=listed(alike))
    if fault.is_form and not exercise.is_pair:
        return fault.fact
    if fault.kind == "axes":
        return say_many(
            "{names} is right but for its shape",
            "{names} are right but for their shape",
            len(alike),
            names=listed(alike),
        )
    if fault.kind == "width":
        return say_many(
            "{names} is right, but in float32", "{names} are right, but in float32", len(alike), names=listed(alike)
        )
    if fault.kind == "missing":
        return say_many(
            "{names} is missing from what {function} returns",
            "{names} are missing from what {function} returns",
            len(alike),
            names=listed(alike),
            function=exercise.functions[-1],
        )
    if fault.kind == "type":
        return fault.fact
    if fault.kind == "precision":
        return say_many(
            "{names} is right to a few digits only",
            "{names} are right to a few digits only",
            len(alike),
            names=listed(alike),
        )
    where = place(exercise, list(judged.values()), wrong.name)
    return _wrong(alike, where)


def _wrong(names: Sequence[str], where: str = "") -> str:
    """That gradients are wrong, and where."""
    if not where:
        return say_many("{names} is wrong", "{names} are wrong", len(names), names=listed(names))
    return say_many(
        "{names} is wrong where {where}",
        "{names} are wrong where {where}",
        len(names),
        names=listed(names),
        where=where,
    )


def _network_advice(
    exercise: Exercise, seen: Observation, marks: Sequence[Mark], wrong: Mark, alike: Sequence[str]
) -> str:
    if wrong.is_missing:
        extra = islice((key for key in seen.got or () if key not in exercise.gradients), MAX_EXTRA)
        meant = [(key, close) for key in extra for close in get_close_matches(key, alike, 1)]
        return " ".join(
            say("You returned {key}: is that {close}?", key=quote.line(key, 20), close=close) for key, close in meant
        )
    before = [each.name for each in marks[: marks.index(wrong)] if not each.differing]
    after = [each.name for each in marks if each.differing and not each.mismatches and not each.hollow]
    own = [each.name for each in marks if each.mismatches and not each.is_missing and each.name not in alike]
    missing = [each.name for each in marks if each.is_missing]
    said = []
    if before:
        said.append(
            say_many(
                "{name} is the first wrong node; {names} before it is right.",
                "{name} is the first wrong node; {names} before it are right.",
                len(before),
                name=wrong.name,
                names=", ".join(before),
            )
        )
    if after:
        said.append(
            say_many(
                "{names} follows rightly from your own values.",
                "{names} follow rightly from your own values.",
                len(after),
                names=", ".join(after),
            )
        )
    if own:
        said.append(say("Look at {names} next.", names=", ".join(own)))
    if missing:
        said.append(
            say_many(
                "{names} is missing from what you return.",
                "{names} are missing from what you return.",
                len(missing),
                names=", ".join(missing),
            )
        )
    return " ".join(said)


def forward_finding(exercise: Exercise, seen: Observation, fault: Mismatch) -> Finding:
    """The finding for a forward that no longer computes what it was given to compute."""
    return Finding(
        headline=say("{forward} no longer computes {out}", forward=exercise.functions[0], out=exercise.out.name),
        call=forward_call(exercise, seen.case),
        case=seen.case.number,
        fact=fault.fact,
        advice=say("The gradients were not judged."),
        altered=exercise.functions[0],
        theirs=printed_lines(seen.printed),
    )


def change_finding(exercise: Exercise, seen: Observation) -> Finding:
    """The finding for an input or upstream gradient that was changed in place."""
    names, count = listed(seen.touched), len(seen.touched)
    return Finding(
        headline=say_many("{names} was changed in place", "{names} were changed in place", count, names=names),
        call=call(exercise, seen.case),
        case=seen.case.number,
        diagnosis=Diagnosis(
            "changed-in-place",
            seen.touched[0],
            say_many(
                "After the call {names} is no longer what went in.",
                "After the call {names} are no longer what went in.",
                count,
                names=names,
            ),
            say("Assignment gives a value a second name, it makes no copy: work on one, or make something new."),
        ),
    )
