"""What a student is told about a fault: a fact first, then advice."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from grader.cases import Case
from grader.exercise import Exercise
from grader.judging.comparison import Mismatch
from grader.judging.observation import Marked, Observation
from grader.judging.wording import call, forward_call, place
from grader.results import Diagnosis, Finding
from grader.sandbox.wire.records import Run, StudentError
from grader.text import quote


def gradient_wrong(
    exercise: Exercise,
    judged: Sequence[Observation],
    marked: Sequence[Marked],
    wrong: Marked,
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
        advice=_network_advice(exercise, seen, marked, wrong, alike) if exercise.network else "",
        theirs=_output(seen.printed),
    )


def _headline(
    exercise: Exercise, judged: Sequence[Observation], wrong: Marked, alike: Sequence[str], fault: Mismatch
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
    where = place(exercise, judged, wrong.name)
    return f"{names} {verb} wrong" + (f" where {where}" if where else "")


def _network_advice(
    exercise: Exercise, seen: Observation, marked: Sequence[Marked], wrong: Marked, alike: Sequence[str]
) -> str:
    if wrong.is_missing:
        extra = [key for key in seen.got or () if key not in exercise.gradients]
        meant = [(key, close) for key in extra for close in get_close_matches(key, alike, 1)]
        return " ".join(f"You returned {quote.line(key, 20)}: is that {close}?" for key, close in meant)
    before = [each.name for each in marked[: marked.index(wrong)] if not each.differs]
    after = [each.name for each in marked if each.differs and not each.faults and not each.hollow]
    own = [each.name for each in marked if each.faults and not each.is_missing and each.name not in alike]
    missing = [each.name for each in marked if each.is_missing]
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


def forward_wrong(exercise: Exercise, seen: Observation, fault: Mismatch) -> Finding:
    """The finding for a forward that no longer computes what it was given to compute."""
    return Finding(
        headline=f"{exercise.functions[0]} no longer computes {exercise.out.name}",
        call=forward_call(exercise, seen.case),
        case=seen.case.number,
        fact=fault.fact,
        advice=f"The gradients were not judged. `grader reset {exercise.name}` brings the given forward back.",
        theirs=_output(seen.printed),
    )


def malformed(exercise: Exercise, seen: Observation) -> Finding:
    """The finding for a backward that returns something else than gradients."""
    return Finding(
        headline=f"{exercise.functions[-1]} {seen.problem}",
        call=call(exercise, seen.case),
        case=seen.case.number,
        advice="Every way through it has to end in a return." if seen.problem.startswith("returns None") else "",
        theirs=_output(seen.printed),
    )


def changed(exercise: Exercise, seen: Observation) -> Finding:
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


def errored(exercise: Exercise, error: StudentError, printed: str, case: Case | None = None) -> Finding:
    """The finding for an error that the student's code raised, shown as theirs, with its line."""
    stage, kind = quote.line(error.stage, 60), quote.line(error.type, 60)
    made = "" if case is None else forward_call(exercise, case) if stage.endswith("_forward") else call(exercise, case)
    number = case.number if case else None
    output = _output(printed)
    if error.kind == "missing":
        name, similar = quote.line(error.message, 60), quote.line(error.text, 60)
        return Finding(
            f"there is no function {name} in {exercise.file}",
            advice=f"There is {similar}: was it renamed?" if similar and similar not in exercise.functions else "",
            theirs=output,
        )
    if error.kind == "not-written":
        return Finding(f"{stage} is not written yet", theirs=output)
    if error.kind == "finite-differences":
        return Finding(
            f"{exercise.functions[-1]} calls {exercise.functions[0]} at other values than its own",
            call=made,
            case=number,
            advice="A backward pass takes the forward's values as they were. A numerical difference can only check it.",
            theirs=(*_line(error), *output),
        )
    headline = f"the file can't be loaded: {kind}" if stage == "load" else f"{stage} raises {kind}"
    said = f"{kind}: {quote.line(error.message)}" if error.message else kind
    return Finding(headline, call=made, theirs=(*_line(error), said, *output), case=number)


def _output(printed: str) -> tuple[str, ...]:
    """The first lines of what a student's code printed."""
    return quote.lines(printed, most=4)


def _line(error: StudentError) -> tuple[str, ...]:
    """The line of the student's that an error names, if it names one."""
    return (f"line {error.line}: {quote.line(error.text.strip())}",) if error.line else ()


def run_ended(exercise: Exercise, cases: Sequence[Case], run: Run) -> Finding:
    """The finding for a submission whose process did not live to the end."""
    answered = sum(1 for reply in run.replies if reply is not None)
    case = cases[answered] if answered < len(cases) else None
    detail = quote.line(run.ending.detail, 80)
    headline = {
        "timeout": f"stopped after {exercise.seconds:g} seconds: an endless loop, or far too slow",
        "exited": f"the code ended its own process, with exit status {detail}",
        "crashed": f"the code crashed its process ({detail})",
        "memory": "the code asked for more memory than there is for it",
        "bad-reply": "the code spoilt its own answers",
    }.get(run.ending.kind, f"the grader could not run the code ({detail}); try again")
    if case is None or not answered:
        return Finding(headline, theirs=_output(run.printed))
    return Finding(headline, call=call(exercise, case), theirs=_output(run.printed), case=case.number)
