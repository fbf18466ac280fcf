"""What a student is told where there is no gradient to judge: an error, an odd return value, a process that ended."""

from __future__ import annotations

from collections.abc import Sequence

from grader.cases import Case
from grader.exercise import Exercise
from grader.judging.observation import Observation
from grader.judging.wording import call, forward_call
from grader.results import Finding
from grader.sandbox.wire.records import Run, Spot, StudentError
from grader.text import quote
from grader.text.language import later, say

_RETURN = later(
    "Every way through it has to end in a return of a value; a method that works in place, and print, give None."
)


def form_finding(exercise: Exercise, seen: Observation) -> Finding:
    """The finding for a backward that returns something else than gradients."""
    return Finding(
        headline=f"{exercise.functions[-1]} {seen.problem}",
        call=call(exercise, seen.case),
        case=seen.case.number,
        advice=say(_RETURN) if seen.problem.startswith(say("returns None")) else "",
        theirs=printed_lines(seen.printed),
    )


def error_finding(
    exercise: Exercise, error: StudentError, printed: str, case: Case | None = None, result: str = ""
) -> Finding:
    """The finding for an error that the student's code raised, shown as theirs, with its line.

    `result` is what did not come back, where that is known.
    """
    stage, kind = quote.line(error.stage, 60), quote.line(error.type, 60)
    made = "" if case is None else _raising_call(exercise, case, stage, result)
    number = case.number if case else None
    output = printed_lines(printed)
    if error.kind == "missing":
        name, similar = quote.line(error.message, 60), quote.line(error.text, 60)
        return Finding(
            say("there is no function {name} in {file}", name=name, file=exercise.file),
            advice=say("There is {similar}: was it renamed?", similar=similar)
            if similar and similar not in exercise.functions
            else "",
            theirs=output,
        )
    if error.kind == "not-written":
        return Finding(say("{stage} is not written yet", stage=stage), theirs=output)
    if error.kind == "returned":
        return Finding(quote.line(error.message), call=made, theirs=output, case=number)
    if error.kind == "finite-differences":
        return Finding(
            say(
                "{backward} calls {forward} at other values than its own",
                backward=exercise.functions[-1],
                forward=exercise.functions[0],
            ),
            call=made,
            case=number,
            advice=say(
                "A backward pass takes the forward's values as they were. A numerical difference can only check it."
            ),
            theirs=(*error_lines(error)[:-1], *output),
        )
    headline = (
        say("the file can't be loaded: {kind}", kind=kind)
        if stage == "load"
        else say("{stage} raises {kind}", stage=stage, kind=kind)
    )
    # Most submissions raise nothing.
    from grader.judging.error_advice import error_advice

    advice = error_advice(exercise, error, case)
    return Finding(headline, call=made, advice=advice, theirs=(*error_lines(error), *output), case=number)


def _raising_call(exercise: Exercise, case: Case, stage: str, result: str) -> str:
    if exercise.is_pair and stage == exercise.functions[0]:
        return forward_call(exercise, case)
    made = next((each.result for each in exercise.calls if each.function == stage), stage)
    return call(exercise, case, result or made)


_ENDINGS = {
    "timeout": later("stopped after {seconds:g} seconds: an endless loop, or far too slow"),
    "exited": later("the code ended its own process, with exit status {detail}"),
    "crashed": later("the code crashed its process ({detail})"),
    "memory": later("the code asked for more memory than there is for it"),
    "bad-reply": later("the code spoilt its own answers"),
}
_NOT_RUN = later("the grader could not run the code ({detail}); try again")


def end_finding(exercise: Exercise, cases: Sequence[Case], run: Run) -> Finding:
    """The finding for a submission whose process did not live to the end."""
    answered = sum(1 for reply in run.replies if reply is not None)
    case = cases[answered] if answered < len(cases) else None
    detail = quote.line(run.ending.detail, 80)
    headline = say(_ENDINGS.get(run.ending.kind, _NOT_RUN), seconds=exercise.seconds, detail=detail)
    place, said = run.place, printed_lines(run.printed)
    theirs = (place_line(place), *said) if place else said
    advice = say("This is the line that ran when the time was nearly over.") if place else ""
    if case is None or not answered:
        return Finding(headline, advice=advice, theirs=theirs)
    return Finding(headline, call=call(exercise, case), advice=advice, theirs=theirs, case=case.number)


def place_line(place: Spot) -> str:
    """A line of the student's, with its number."""
    return say("line {line}: {text}", line=place.line, text=quote.line(place.text))


def printed_lines(printed: str) -> tuple[str, ...]:
    """The first lines of what a student's code printed."""
    return quote.lines(printed, most=4)


def error_lines(error: StudentError) -> tuple[str, ...]:
    """The line of the student's that an error names, if it names one, and the error itself."""
    kind = quote.line(error.type, 60)
    where = (say("line {line}: {text}", line=error.line, text=quote.line(error.text.strip())),) if error.line else ()
    message = quote.line(" ".join(quote.broken(error.message)))
    return (*where, f"{kind}: {message}" if message else kind)
