"""What is known of a submission while its page is open: judged again whenever a file is saved."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

from grader import catalog
from grader.cases import Case
from grader.desk.explore.fields import FieldError, edited, fields
from grader.desk.explore.trying import tried
from grader.desk.explore.workers import Workers
from grader.exercise import Exercise
from grader.graph.exhibits import exhibits, lesson, shown_cases
from grader.judging.bench import Bench
from grader.judging.judgement import judge
from grader.judging.source import read
from grader.report.page.contents import exercise_data, page_data
from grader.results import ExerciseResult, SubmissionResult
from grader.sandbox.host.source_file import SubmissionFileError
from grader.sandbox.host.worker import Sandbox

Json: TypeAlias = dict[str, Any]
Source: TypeAlias = "bytes | SubmissionFileError"


@dataclass(frozen=True)
class Judged:
    """An exercise's verdict on `source`, what the page shows of it, and the cases of its graphs."""

    source: Source
    result: ExerciseResult
    data: Json
    cases: tuple[Case, ...]


class Desk:
    """The exercises in `directory`, called `called`, judged with the cases of `seed`.

    `say` is called, from any thread, with what has a new verdict or waits for one, or with what the grader itself has
    failed of.
    """

    def __init__(self, directory: Path, called: str, seed: int, say: Callable[[str | BaseException], object]) -> None:
        self.benches = {each.name: Bench(each, seed) for each in catalog.every()}
        self._directory, self._called, self._seed, self._say = directory, called, seed, say
        self._sources: dict[str, Source] = {}
        self._judged: dict[str, Judged] = {}
        self._isolation = ""
        # Held while a source and the verdict on it are compared.
        self._lock = threading.Lock()
        self._workers = Workers()

    @property
    def files(self) -> dict[str, str]:
        """The exercises' names by the names of their files."""
        return {bench.exercise.file: name for name, bench in self.benches.items()}

    @property
    def judged(self) -> int:
        """How many exercises have a verdict."""
        return len(self._judged)

    @property
    def is_complete(self) -> bool:
        """Whether every exercise has a verdict."""
        return self.judged == len(self.benches)

    @property
    def judging(self) -> list[str]:
        """The exercises whose verdict is about a version before the one that is saved."""
        with self._lock:
            return [name for name, each in self._judged.items() if each.source is not self._sources[name]]

    def saved(self, names: tuple[str, ...]) -> None:
        """Reads files that may have changed, and has those judged that did."""
        for name in names:
            source = read(self._directory, self.benches[name].exercise)
            if name not in self._sources or _content(source) != _content(self._sources[name]):
                with self._lock:
                    self._sources[name] = source
                    is_anew = name in self._judged
                if is_anew:
                    self._say(name)
                self._judge_soon(name, source)

    def board(self) -> Json:
        """What the page shows of the submission as a whole, without its exercises."""
        results = [each.result for each in self._in_order()]
        # A result has what the board asks for; the parts of the page that are behind it are there already.
        verdict = SubmissionResult(self._called, self._seed, self._isolation, tuple(results))
        lessons = {name: lesson(bench.exercise) for name, bench in self.benches.items()}
        return page_data(verdict, lessons, {}, catalog.chapters()) | {"exercises": [], "judging": self.judging}

    def page(self) -> Json:
        """Everything that the page shows; only once it is complete."""
        return self.board() | {"exercises": [each.data for each in self._in_order()]}

    def exercise(self, name: str) -> Json:
        """What the page shows of one exercise."""
        return self._judged[name].data

    def edited(self, name: str, number: int, texts: Mapping[str, str]) -> Case:
        """The exercise's case `number`, with the values that the texts say. Raises FieldError."""
        if name not in self._judged or not 0 <= number < len(self._judged[name].cases):
            raise FieldError({"": "this case isn't there any more"})
        return edited(self.benches[name].exercise, self._judged[name].cases[number], texts)

    def trying(self, name: str, case: Case) -> Future[Json]:
        """What the page will show of the exercise for one case; see `tried`."""
        exercise = self.benches[name].exercise

        def work(sandbox: Sandbox) -> Json:
            return tried(self.benches[name], case, self._file(exercise), read(self._directory, exercise), sandbox)

        return self._workers.submit(name, work)

    def _judge_soon(self, name: str, source: Source) -> None:
        done = self._workers.submit(name, lambda sandbox: self._judge(name, source, sandbox), is_urgent=True)
        done.add_done_callback(self._told)

    def _judge(self, name: str, source: Source, sandbox: Sandbox) -> None:
        if self._sources[name] is not source:
            return
        bench = self.benches[name]
        file = self._file(bench.exercise)
        judgement = judge(bench, file, source, sandbox)
        result = judgement.result
        graphs = tuple(exhibits(bench, judgement))
        cases = tuple(bench.cases[number] for number in shown_cases(bench, judgement)) if graphs else ()
        data = exercise_data(result, lesson(bench.exercise), graphs)
        data["fields"] = [[asdict(field) for field in fields(bench.exercise, case)] for case in cases]
        self._isolation = sandbox.isolation
        with self._lock:
            # A newer one may have overtaken this.
            if self._sources[name] is not source:
                return
            self._judged[name] = Judged(source, result, data, cases)
        self._say(name)

    def _told(self, done: Future[None]) -> None:
        if error := done.exception():
            self._say(error)

    def _file(self, exercise: Exercise) -> str:
        return f"{self._called}/{exercise.file}"

    def _in_order(self) -> list[Judged]:
        return [self._judged[name] for name in self.benches if name in self._judged]


def _content(source: Source) -> bytes | str:
    return str(source) if isinstance(source, SubmissionFileError) else source
