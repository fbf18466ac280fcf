"""A submission's judgement, made once: everything that anybody sees of a verdict is a view of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import Protocol

from grader.exercise import Exercise
from grader.judging.answers import Answer, answers
from grader.judging.bench import Bench
from grader.judging.checks import checks
from grader.judging.comparison import Row, mismatch
from grader.judging.diagnosis import Diagnostician
from grader.judging.errors import end_finding, error_finding
from grader.judging.findings import change_finding, findings, forward_finding
from grader.judging.marks import Mark, mark
from grader.judging.observation import Observation, observe
from grader.judging.second_run import Again, SecondRun
from grader.judging.source import written_line
from grader.judging.unmarked import unmarked_result, unread_result
from grader.results import CheckStatus, ExerciseResult, Finding, Status
from grader.sandbox.host.source_file import SubmissionFileError
from grader.sandbox.wire.records import Job, Reply, Run
from grader.text import quote
from grader.text.language import say


class Runner(Protocol):
    """A sandbox, or several."""

    def run(self, job: Job) -> Run:
        """The run of one job, whatever the submission does."""


@dataclass(frozen=True)
class Judgement:
    """What one submission's answers to an exercise are worth.

    `observations` has every case that was answered, by its number; `marks` every gradient in the judged ones, in the
    order of the exercise. Both are empty where nothing came back that could be compared. `printed` is what was printed
    in each case that was answered, by its number.
    """

    exercise: Exercise
    result: ExerciseResult
    observations: Mapping[int, Observation] = field(default_factory=dict)
    marks: tuple[Mark, ...] = ()
    printed: Mapping[int, str] = field(default_factory=dict)

    @property
    def failing(self) -> int | None:
        """The number of the case that the first finding shows, if it shows one."""
        return self.result.findings[0].case if self.result.findings else None

    def answers(self, number: int) -> dict[str, Answer]:
        """What the submission has at the nodes of a case's graph, by their names; nothing where none came back."""
        seen = self.observations.get(number)
        return answers(self.exercise, seen, self.marks) if seen else {}


def judge(bench: Bench, file: str, source: bytes | SubmissionFileError, sandbox: Runner) -> Judgement:
    """The judgement on a submission's source, or on why it can't be read; results call it `file`."""
    readable = source if isinstance(source, bytes) else None
    made = judgement(bench, file, run(bench, source, sandbox), again(bench, source, sandbox), readable)
    return placed(made, source)


def placed(judgement: Judgement, source: bytes | SubmissionFileError) -> Judgement:
    """The judgement, which says where in the source the student's part begins."""
    return replace(judgement, result=replace(judgement.result, line=written_line(source, judgement.exercise)))


def run(bench: Bench, source: bytes | SubmissionFileError, sandbox: Runner) -> Run | SubmissionFileError:
    """What comes back of a submission's source; what can't be read isn't run."""
    return source if isinstance(source, SubmissionFileError) else sandbox.run(bench.job(source))


def again(bench: Bench, source: bytes | SubmissionFileError, sandbox: Runner) -> Again:
    """What runs a submission once more, on the fresh cases, when that is asked for."""
    return lambda: sandbox.run(bench.job(source if isinstance(source, bytes) else b"", fresh=True))


def judgement(
    bench: Bench,
    file: str,
    run: Run | SubmissionFileError,
    again: Again | None = None,
    source: bytes | None = None,
) -> Judgement:
    """The judgement on what the sandbox brought back.

    `again` runs the submission on the bench's fresh cases: without it no formula is looked for. With `source` none
    is where the bench knows what was found earlier of this source with the same answers.

    Raises TorchNeededError for a bench whose sheet does.
    """
    if isinstance(run, SubmissionFileError):
        return Judgement(bench.exercise, unread_result(bench.exercise, file, run))
    run = run.settled()
    second = again and SecondRun(bench, run, again, source)
    printed = {number: reply.printed for number, reply in enumerate(run.replies) if reply and reply.printed.strip()}
    return replace(_judgement(bench, file, run, second), printed=printed)


def _judgement(bench: Bench, file: str, run: Run, second: SecondRun | None) -> Judgement:
    exercise = bench.exercise
    if run.error:
        finding = error_finding(exercise, run.error, run.printed)
        forward: CheckStatus = "failed" if run.error.stage in ("load", exercise.functions[0]) else "skipped"
        return Judgement(exercise, unmarked_result(exercise, file, "error", finding, forward=forward))
    if reply := _error_everywhere(run):
        return Judgement(exercise, _error_result(bench, file, reply, run.replies))
    observations = {seen.number: seen for seen in observe(exercise, bench.cases, bench.references, run.replies)}
    judged = {number: seen for number, seen in observations.items() if seen.case.group != "unchanged"}
    is_whole = run.ending.kind == "finished"
    marks = _marks(bench, judged, bench.rows if is_whole else {})
    if is_whole:
        return Judgement(exercise, _result(bench, file, observations, marks, second), observations, marks)
    status: Status = "timeout" if run.ending.kind == "timeout" else "error"
    result = unmarked_result(exercise, file, status, end_finding(exercise, bench.cases, run), forward="skipped")
    return Judgement(exercise, result, observations, marks)


def not_started(exercise: Exercise, file: str) -> Judgement:
    """The judgement on a stub that nobody has touched: it needn't be run for that."""
    return Judgement(exercise, unmarked_result(exercise, file, "not-started"))


def _error_everywhere(run: Run) -> Reply | None:
    """The first reply, if the run went to its end and every one is an error of one kind, with no answer beside it."""
    replies = [reply for reply in run.replies if reply is not None]
    kinds = {(reply.error.kind, reply.error.stage, reply.error.type) if reply.error else None for reply in replies}
    answers = any(set(reply.results) - {"out", "changed"} for reply in replies)
    alike = len(kinds) == 1 and None not in kinds and not answers
    return replies[0] if alike and run.ending.kind == "finished" else None


def _error_result(bench: Bench, file: str, reply: Reply, replies: Sequence[Reply | None]) -> ExerciseResult:
    assert reply.error is not None
    if reply.error.kind == "not-written":
        return not_started(bench.exercise, file).result
    finding = error_finding(bench.exercise, reply.error, reply.printed, bench.cases[0])
    forward: CheckStatus = "skipped"
    if reply.error.kind != "missing":
        seen = observe(bench.exercise, bench.cases, bench.references, replies)
        raises = reply.error.stage == bench.exercise.functions[0]
        forward = "failed" if raises or _forward_fault(bench.exercise, seen, None) else "passed"
    return unmarked_result(bench.exercise, file, "error", finding, forward=forward)


def _marks(bench: Bench, judged: Mapping[int, Observation], rows: Mapping[str, Row]) -> tuple[Mark, ...]:
    exercise = bench.exercise
    follow = cache(lambda number: bench.sheet.following(judged[number].case, judged[number].arrays))
    return tuple(mark(exercise, judged, name, rows.get(name), follow) for name in exercise.gradients)


def _result(
    bench: Bench, file: str, observations: Mapping[int, Observation], marks: Sequence[Mark], second: SecondRun | None
) -> ExerciseResult:
    exercise = bench.exercise
    judged = {number: seen for number, seen in observations.items() if seen.case.group != "unchanged"}
    forward = _forward_fault(exercise, list(judged.values()), bench.rows.get(""))
    mutation = _mutation(exercise, observations, judged, marks)
    explain = partial(second.explain, list(judged.values())) if second else None
    diagnostician = Diagnostician(
        exercise, list(judged.values()), marks, bench.predictions, explain, second.recall if second else None
    )
    found = [forward] if forward else findings(exercise, judged, marks, diagnostician)
    if mutation and not forward:
        found.append(mutation)
    made = checks(exercise, judged, marks, forward, mutation, found, diagnostician.explained is not None)
    passed = all(check.status == "passed" for check in made)
    return ExerciseResult(
        exercise.name,
        file,
        exercise.source,
        "passed" if passed else "failed",
        exercise.points if passed else sum(check.points for check in made),
        exercise.points,
        made,
        tuple(found),
        _notes(exercise, list(judged.values())),
    )


def _forward_fault(exercise: Exercise, judged: Sequence[Observation], row: Row | None) -> Finding | None:
    if not exercise.is_pair or (row and row.is_met([seen.out for seen in judged])):
        return None
    for seen in judged:
        if seen.out is None:
            continue
        wrong = mismatch(exercise.out.name, seen.out, seen.reference.out, seen.within)
        if wrong and wrong.kind != "width":
            return forward_finding(exercise, seen, wrong)
    return None


def _mutation(
    exercise: Exercise,
    observations: Mapping[int, Observation],
    judged: Mapping[int, Observation],
    marks: Sequence[Mark],
) -> Finding | None:
    """What to tell where inputs and dout were not left as they were."""
    read_only = [seen for number, seen in observations.items() if number not in judged]
    if touched := next((seen for seen in (*judged.values(), *read_only) if seen.touched), None):
        return change_finding(exercise, touched)
    # What fails elsewhere, too, is no change.
    elsewhere = {_failure(seen) for seen in judged.values()}
    right = [each.name for each in marks if not each.differing]
    for seen in read_only:
        if (seen.error or seen.problem) and _failure(seen) in elsewhere:
            continue
        if seen.error:
            return error_finding(exercise, seen.error, seen.printed, seen.case)
        for name in right:
            if seen.got is None or name not in seen.got:
                return Finding(say("{name} is missing with read-only arrays", name=name))
            if wrong := mismatch(name, seen.got[name], seen.reference.gradients[name], seen.within):
                return Finding(say("{name} is wrong with read-only arrays", name=name), fact=wrong.fact)
    return None


def _failure(seen: Observation) -> tuple[str, int, str]:
    """What kept a case from an answer, be its numbers what they may: the error's type and line, or the odd form."""
    return (seen.error.type, seen.error.line, "") if seen.error else ("", 0, seen.problem)


def _notes(exercise: Exercise, judged: Sequence[Observation]) -> tuple[str, ...]:
    extra = sorted({str(key) for seen in judged for key in seen.got or () if key not in exercise.gradients})
    named = ", ".join(quote.line(key, 20) for key in extra[:5]) + (", …" if len(extra) > 5 else "")
    function = f"{exercise.name}_backward"
    said = say("{function} returns more than is asked: {named} ignored", function=function, named=named)
    ignored = (said,) if extra else ()
    remarks = (
        exercise.remark(seen.got, seen.reference.gradients)
        for seen in judged
        if exercise.remark and seen.got is not None
    )
    return (*ignored, *[each for each in remarks if each][:1])
