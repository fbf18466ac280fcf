"""What a student is told about a submission that ran: a fact first, then advice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches

from grader.exercise import Exercise
from grader.judging.comparison import Mismatch
from grader.judging.diagnosis import Diagnostician
from grader.judging.errors import error_finding, form_finding, printed_lines
from grader.judging.marks import Mark
from grader.judging.observation import Observation
from grader.judging.wording import call, forward_call, place
from grader.results import Diagnosis, Finding
from grader.text import quote


def findings(
    exercise: Exercise, judged: Mapping[int, Observation], marks: Sequence[Mark], diagnostician: Diagnostician
) -> list[Finding]:
    """What to tell: an error, a malformed return value, then each wrong gradient, those with one diagnosis together."""
    errors = _errors(exercise, list(judged.values()))
    if misshapen := next((seen for seen in judged.values() if seen.problem), None):
        return [*errors, form_finding(exercise, misshapen)]
    wrong = {each.name: each for each in marks if any(judged[number].got is not None for number in each.faults)}
    diagnoses = diagnostician.diagnose(list(wrong))
    causes = {name: ("missing", "") for name, each in wrong.items() if each.is_missing}
    causes |= {name: (each.id, each.claim.removeprefix(name)) for name, each in diagnoses.items()}
    found, told = errors, set[tuple[str, str]]()
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
        found.append(gradient_finding(exercise, judged, marks, each, alike or [name], diagnoses.get(name)))
        if exercise.network:
            break
    return found


def _errors(exercise: Exercise, judged: Sequence[Observation]) -> list[Finding]:
    """The first error that the student's code raised, if it raised any."""
    raised = next((seen for seen in judged if seen.error), None)
    if raised is None or raised.error is None:
        return []
    # What answers in some cases is written.
    partly = raised.error.kind == "not-written" and not all(seen.error for seen in judged)
    error = replace(raised.error, kind="raised") if partly else raised.error
    return [error_finding(exercise, error, raised.printed, raised.case)]


def gradient_finding(
    exercise: Exercise,
    judged: Mapping[int, Observation],
    marks: Sequence[Mark],
    wrong: Mark,
    alike: Sequence[str],
    diagnosis: Diagnosis | None,
) -> Finding:
    """The finding for a wrong gradient, in its smallest failing case; `alike` are wrong for the same reason."""
    number = next(number for number in wrong.faults if judged[number].got is not None)
    seen, fault = judged[number], wrong.faults[number]
    agreeing = len(judged) - wrong.differs
    return Finding(
        headline=_headline(exercise, judged, wrong, alike, fault),
        call=call(exercise, seen.case),
        case=seen.case.number,
        fact=fault.fact,
        agreement=f"{agreeing} of {len(judged)} cases agree",
        diagnosis=diagnosis,
        advice=_network_advice(exercise, seen, marks, wrong, alike) if exercise.network else "",
        theirs=printed_lines(seen.printed),
    )


def _headline(
    exercise: Exercise, judged: Mapping[int, Observation], wrong: Mark, alike: Sequence[str], fault: Mismatch
) -> str:
    names = " and ".join([", ".join(alike[:-1]), alike[-1]] if len(alike) > 1 else alike)
    verb = "are" if len(alike) > 1 else "is"
    if fault.kind == "shape":
        return f"{names} {'have' if len(alike) > 1 else 'has'} the wrong shape"
    if fault.kind == "missing":
        return f"{names} {verb} missing from what {exercise.functions[-1]} returns"
    if fault.kind == "type":
        return fault.fact
    if fault.kind == "precision":
        return f"{names} {verb} right to a few digits only"
    where = place(exercise, list(judged.values()), wrong.name)
    return f"{names} {verb} wrong" + (f" where {where}" if where else "")


def _network_advice(
    exercise: Exercise, seen: Observation, marks: Sequence[Mark], wrong: Mark, alike: Sequence[str]
) -> str:
    if wrong.is_missing:
        extra = [key for key in seen.got or () if key not in exercise.gradients]
        meant = [(key, close) for key in extra for close in get_close_matches(key, alike, 1)]
        return " ".join(f"You returned {quote.line(key, 20)}: is that {close}?" for key, close in meant)
    before = [each.name for each in marks[: marks.index(wrong)] if not each.differs]
    after = [each.name for each in marks if each.differs and not each.faults and not each.hollow]
    own = [each.name for each in marks if each.faults and not each.is_missing and each.name not in alike]
    missing = [each.name for each in marks if each.is_missing]
    said = []
    if before:
        said.append(f"{wrong.name} is the first wrong node; {', '.join(before)} before it {_is(before)} right.")
    if after:
        said.append(f"{', '.join(after)} {'follows' if len(after) == 1 else 'follow'} rightly from your own values.")
    if own:
        said.append(f"Look at {', '.join(own)} next.")
    if missing:
        said.append(f"{', '.join(missing)} {_is(missing)} missing from what you return.")
    return " ".join(said)


def _is(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def forward_finding(exercise: Exercise, seen: Observation, fault: Mismatch) -> Finding:
    """The finding for a forward that no longer computes what it was given to compute."""
    return Finding(
        headline=f"{exercise.functions[0]} no longer computes {exercise.out.name}",
        call=forward_call(exercise, seen.case),
        case=seen.case.number,
        fact=fault.fact,
        advice=f"The gradients were not judged. `grader reset {exercise.name}` brings the given forward back.",
        theirs=printed_lines(seen.printed),
    )


def change_finding(exercise: Exercise, seen: Observation) -> Finding:
    """The finding for an input or upstream gradient that was changed in place."""
    names = " and ".join(seen.touched)
    made = call(exercise, seen.case)
    if exercise.is_pair and "dout" not in seen.touched:
        # Either of the two may have done it.
        made = f"{forward_call(exercise, seen.case)} and {made}"
    return Finding(
        headline=f"{names} {'were' if len(seen.touched) > 1 else 'was'} changed in place",
        call=made,
        case=seen.case.number,
        diagnosis=Diagnosis(
            "changed-in-place",
            seen.touched[0],
            f"Your code writes into {names}, which other nodes still need.",
            "Assignment gives an array a second name, it makes no copy: work on a .copy(), or compute a new array.",
        ),
    )
