"""Results of what can't be judged check by check: it isn't started, can't be read, or didn't come back."""

from __future__ import annotations

from grader.exercise import Exercise
from grader.judging.checks import check_names
from grader.judging.source import why_unread
from grader.results import Check, CheckStatus, ExerciseResult, Finding, Status
from grader.sandbox.host.source_file import EmptyFile, MissingFile, SubmissionFileError
from grader.text.language import say


def unread_result(exercise: Exercise, file: str, error: SubmissionFileError) -> ExerciseResult:
    """The result of a file that is missing or not fit to be read."""
    status: Status = "missing" if isinstance(error, MissingFile) else "error"
    finding = Finding(why_unread(error).rstrip("."), is_blank=isinstance(error, EmptyFile))
    return unmarked_result(exercise, file, status, finding)


def unmarked_result(
    exercise: Exercise, file: str, status: Status, *findings: Finding, forward: CheckStatus = "failed"
) -> ExerciseResult:
    """The result of an exercise that can't be judged check by check: no points, and why.

    `forward` is what can be said of that, at least.
    """
    message = findings[0].headline if findings else say("not started")
    otherwise: CheckStatus = "skipped" if status == "not-started" else "failed"
    states = dict.fromkeys(check_names(exercise), otherwise)
    states |= {"conventions": "skipped", "unchanged": "skipped"}
    if exercise.is_pair and findings:
        states["forward"] = forward
    unmarked = tuple(
        Check(name, states[name], 0.0, points, "" if states[name] == "passed" else message)
        for name, points in check_names(exercise).items()
    )
    return ExerciseResult(exercise.name, file, exercise.source, status, 0.0, exercise.points, unmarked, findings)
