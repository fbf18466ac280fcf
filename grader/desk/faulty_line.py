"""On which line of a student's file one change would make every case right: where it is, never what.

Changes are tried in a sandbox, which holds inputs only, and what comes back is judged here as any submission's answers
are. Many are tried in one process, on a few cases that tell most; those that get through have a process of their own,
on all cases. A change that never ends, or kills its process, costs itself alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from grader.formula.program import Program, Span, UnsearchableError
from grader.formula.repair import COMPENSATING, MEANS, Repair
from grader.formula.repairs import repairs
from grader.judging.bench import Bench
from grader.judging.comparison import mismatch
from grader.judging.judgement import Judgement, judgement, run
from grader.judging.observation import Observation, observe
from grader.judging.source import why_unread
from grader.reference.sheet import Sheet
from grader.sandbox.host.source_file import SubmissionFileError
from grader.sandbox.host.worker import Sandbox
from grader.sandbox.wire.cells import Cell, NotebookJob, Step, Trials
from grader.sandbox.wire.records import Job, Reply
from grader.text import quote
from grader.text.language import say

SEARCH_SECONDS = 12.0
"""How long is searched: nobody waits longer for a line number, and most searches take a fourth of it."""

CHANGE_SECONDS = 0.25
"""How long one change may run on the telling cases: fifty times as long as worked solutions do."""

AT_ONCE = 150
"""So many changes are tried in one process: what they leave behind in its memory stays within its limits."""

BATCH_SECONDS = 5.0
"""How long one process may run: `AT_ONCE` ordinary changes take a tenth of it."""

CANDIDATES = 6
"""So many changes of one line are tried on all cases: those that pass the telling ones are mostly the same thing."""


@dataclass(frozen=True)
class FaultyLine:
    """A line, or a statement from `first` to `last`, a change on which would make every case right; `text` is it."""

    first: int
    last: int
    text: str

    @property
    def place(self) -> str:
        """ "line 12", or "lines 12 to 14"."""
        if self.first == self.last:
            return say("line {line}", line=self.first)
        return say("lines {first} to {last}", first=self.first, last=self.last)


@dataclass(frozen=True)
class Whereabouts:
    """What a search came to: a sentence, and the lines that it is about."""

    sentence: str
    lines: tuple[FaultyLine, ...] = ()


def whereabouts(
    bench: Bench,
    file: str,
    source: bytes | SubmissionFileError,
    sandbox: Sandbox,
    is_wanted: Callable[[], bool] = lambda: True,
    seconds: float = SEARCH_SECONDS,
) -> Whereabouts:
    """Where the mistake of a submission, called `file`, is; nothing is tried any more once it isn't wanted."""
    if isinstance(source, SubmissionFileError):
        return Whereabouts(why_unread(source))
    judged = judgement(bench, file, run(bench, source, sandbox))
    if no_search := _without_search(judged, file):
        return Whereabouts(no_search)
    try:
        program = Program(bench.exercise, source)
    except UnsearchableError as error:
        return Whereabouts(f"{file} {error}.")
    deadline = time.monotonic() + seconds
    search = _Search(bench, program, judged, sandbox, lambda: time.monotonic() < deadline and is_wanted())
    return _told(file, search.lines(), search.is_whole)


def _without_search(judged: Judgement, file: str) -> str:
    """Why there is no line to look for; "" if there is."""
    match judged.result.status:
        case "passed":
            return say("{file}: every case is right; there is no line to look for.", file=file)
        case "not-started":
            return say("{file}: nothing is written yet; there is no line to look for.", file=file)
        case "timeout":
            return say("{file}: it does not come to an end in time; no change is tried before it does.", file=file)
    if any(each.altered for each in judged.result.findings):
        return say(
            "{file}: the given forward is no longer as it was given; no change is tried before it is.", file=file
        )
    if not judged.observations:
        headline = judged.result.findings[0].headline if judged.result.findings else say("nothing came back")
        return say(
            "{file}: there is no case with an answer, so no change is tried: {headline}.", file=file, headline=headline
        )
    return ""


def _told(file: str, found: Sequence[FaultyLine], is_whole: bool) -> Whereabouts:
    """What is said of the lines that were found; as whole as the search was."""
    rest = "" if is_whole else say("There was no time to try all changes: one on another line may do it, too.")
    if not found and is_whole:
        return Whereabouts(
            say(
                "{file}: No single change that was tried makes every case right, on any line. There may be two "
                "mistakes, or one that takes more than a small change.",
                file=file,
            )
        )
    if not found:
        return Whereabouts(say("{file}: nothing was found in time. There was no time to try all changes.", file=file))
    if len(found) == 1:
        said = say("{file}, {place}: a change here alone would make every case right.", file=file, place=found[0].place)
        return Whereabouts(f"{said} {rest}".rstrip(), tuple(found))
    said = say(
        "{file}: a change on {places} or {last} alone would make every case right.",
        file=file,
        places=", ".join(each.place for each in found[:-1]),
        last=found[-1].place,
    )
    return Whereabouts(f"{said} {rest}".rstrip(), tuple(found))


class _Search:
    """One search, until it is over, no longer wanted, or its deadline has come; `is_whole` says which."""

    def __init__(
        self, bench: Bench, program: Program, judged: Judgement, sandbox: Sandbox, goes_on: Callable[[], bool]
    ) -> None:
        self.is_whole = False
        self._bench, self._program, self._sandbox, self._goes_on = bench, program, sandbox, goes_on
        numbers = _telling(bench, judged)
        self._first, self._others = _of(bench, numbers[:1]), _of(bench, numbers[1:])
        wrong = [each.name for each in judged.marks if each.differing]
        right = [each.name for each in judged.marks if not each.differing and not each.unanswered]
        self._repairs = repairs(program, wrong, right)

    def lines(self) -> list[FaultyLine]:
        """The lines, in the order of the file."""
        places: list[Span] = []
        repairing = [each for each in MEANS if each not in COMPENSATING]
        for means in (repairing, *([each] for each in COMPENSATING)):
            places = places or self._places([each for each in self._repairs if each.means in means])
        self.is_whole = self._goes_on()
        return [
            FaultyLine(*place, quote.line(self._program.line(place[0]).strip())) for place in sorted(_inmost(places))
        ]

    def _places(self, tried: Sequence[Repair]) -> list[Span]:
        """The first and last lines of the changes that make every case right, as far as there is time."""
        left: dict[Span, int] = {}
        found: list[Span] = []
        for start in range(0, len(tried), AT_ONCE):
            for each in self._passing(self._others, self._passing(self._first, tried[start : start + AT_ONCE])):
                place = each.first, each.last
                left[place] = left.get(place, CANDIDATES) - 1
                if place not in found and left[place] >= 0 and self._cures(each):
                    found.append(place)
        return found

    def _passing(self, bench: Bench, tried: Sequence[Repair]) -> list[Repair]:
        """The changes that make the cases of a bench right."""
        waiting, found = list(tried), list[Repair]()
        job = replace(bench.job(b""), seconds=CHANGE_SECONDS)
        while bench.cases and waiting and self._goes_on():
            steps = list(self._steps(waiting, job))
            done = self._sandbox.run_notebook(NotebookJob(tuple(steps), BATCH_SECONDS))
            answered = done.replies if done.running is None else done.replies[: done.running]
            replies = [each for step, each in zip(steps, answered, strict=False) if isinstance(step, Trials)]
            found += [each for each, mine in zip(waiting, replies, strict=False) if _is_right(bench, mine)]
            # The one that was running when the process ended is to blame for that.
            waiting = waiting[len(replies) + (done.running is not None) :]
        return found if bench.cases else waiting

    def _steps(self, batch: Sequence[Repair], job: Job) -> Iterator[Step]:
        """The file, not as a main program; then each change and its trials."""
        program = self._program
        yield Cell("name", f"__name__ = {self._bench.exercise.module!r}", CHANGE_SECONDS)
        yield Cell("file", program.source.decode(), CHANGE_SECONDS)
        before: Repair | None = None
        for each in batch:
            text = each.statement(program)
            if before and before.unit != each.unit:
                first, last = program.unit(before.unit)
                text = f"{program.source[first:last].decode()}\n{text}"
            yield Cell("change", text, CHANGE_SECONDS)
            yield Trials(self._bench.exercise.functions, job)
            before = each

    def _cures(self, repair: Repair) -> bool:
        """Whether a change makes every case right."""
        if not self._goes_on():
            return False
        run = self._sandbox.run(self._bench.job(repair.whole(self._program)))
        return judgement(self._bench, "", run).result.status == "passed"


def _is_right(bench: Bench, replies: Sequence[Reply | None]) -> bool:
    """Whether all replies agree with the references."""
    seen = observe(bench.exercise, bench.cases, bench.references, replies)
    return len(seen) == len(replies) and all(map(_agrees, seen))


def _agrees(seen: Observation) -> bool:
    if seen.error or seen.got is None or seen.touched:
        return False
    got = seen.got
    return all(
        name in got and mismatch(name, got[name], expected, seen.within) is None
        for name, expected in seen.reference.gradients.items()
    )


def _telling(bench: Bench, judged: Judgement) -> list[int]:
    """The cases to try changes on: of those that fail one in the middle, the first and the last; and one that is right.

    The smallest are no good for a beginning: in one number many formulas agree.
    """
    wrong = {number for number, seen in judged.observations.items() if seen.touched or not _agrees(seen)}
    ordinary = [number for number, case in enumerate(bench.cases) if not case.float32]
    failing = [number for number in ordinary if number in wrong] or sorted(wrong)
    right = [number for number in ordinary if number not in wrong]
    return list(dict.fromkeys([*failing[len(failing) // 2 :][:1], *failing[:1], *failing[-1:], *right[-1:]]))


def _of(bench: Bench, numbers: Sequence[int]) -> Bench:
    """A bench with some of another's cases."""
    cases = [replace(bench.cases[number], number=place) for place, number in enumerate(numbers)]
    references = [bench.references[number] for number in numbers]
    return bench.of(Sheet.known(bench.exercise, cases, references))


def _inmost(places: Sequence[Span]) -> list[Span]:
    """Places without those that hold others: a statement of several lines comes down to the one of them."""
    return [
        (first, last)
        for first, last in places
        if not any((first, last) != each and first <= each[0] and each[1] <= last for each in places)
    ]
