"""One run of `pytest grader`: the submission runs in its sandboxes, and is judged by PyTorch's answers."""

from __future__ import annotations

import gc
import os
from collections import defaultdict
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from functools import cached_property
from pathlib import Path

import pytest

from grader import catalog
from grader.authoring.seal import is_untouched
from grader.cases import DEFAULT_SEED
from grader.catalog.outside import SpecError
from grader.catalog.spec_files import setting
from grader.desk.interrupts import interrupts_between_imports
from grader.desk.kept_answers import KeptAnswers
from grader.desk.last_verdicts import LastVerdicts
from grader.desk.pytest_outputs import Outputs
from grader.desk.shortness import STATUS, ending_if_short
from grader.exercise import Exercise
from grader.judging.bench import Bench
from grader.judging.judgement import Judgement, judge, not_started, placed
from grader.judging.source import read
from grader.reference.forward import import_torch
from grader.results import ExerciseResult, SubmissionResult
from grader.sandbox.host.backend import Level
from grader.sandbox.host.levels import IsolationError
from grader.sandbox.host.side_by_side import SideBySide
from grader.sandbox.host.source_file import OpenFolder, SubmissionFileError, opened
from grader.sandbox.host.worker import Isolation
from grader.text import quote

AT_ONCE = min(2, os.cpu_count() or 1)
"""So many sandboxes: more start up for longer than they save."""

ALONE = 2
"""So many exercises one sandbox runs sooner than another one starts."""


NODE_ID = "grader"
"""What the ids of our items begin with."""


def is_ours(each: pytest.Item | pytest.TestReport | pytest.CollectReport) -> bool:
    """Whether an item is a check of an exercise, or a report is of one."""
    return each.nodeid.startswith(f"{NODE_ID}::")


class GraderRun:
    """The plugin of one run. The submission is `directory`, the user's own or not; results are kept by exercise name.

    Raises UsageError if there is no such folder, or none for `--json` or `--report`, or the submission can't be held as
    asked.
    """

    def __init__(self, config: pytest.Config, submission: str, is_own: bool) -> None:
        self.config = config
        self.keeps = False
        self.directory = Path(submission)
        self.folder = quote.line(str(self.directory), columns=4096)
        self.outputs = Outputs.of(config)
        # Path.is_dir fails where a folder above can't be read.
        if not os.path.isdir(self.directory):
            raise pytest.UsageError(
                f"there is no folder {self.folder} in {Path.cwd()}; --submission=DIR names the one to judge"
            )
        self.seed: int = DEFAULT_SEED if config.getoption("--seed") is None else config.getoption("--seed")
        isolation: Isolation = config.getoption("--isolation")
        try:
            with ending_if_short():
                self.sandbox = SideBySide(isolation)
                if isolation != "auto":
                    # Waited for here, where it can be told at once that it isn't to be had.
                    _ = self.sandbox.isolation
        except IsolationError as error:
            raise pytest.UsageError(str(error)) from None
        self.last = LastVerdicts(self.directory) if is_own else None
        self.answers = KeptAnswers(is_own, lambda: self.sandbox.isolation)
        self.sources: dict[str, bytes | SubmissionFileError] = {}
        self.benches: dict[str, Bench] = {}
        self.judgements: dict[str, Judgement] = {}
        self.faults: dict[str, str] = {}
        self.pending: dict[str, Future[Judgement]] = {}
        self.selected: defaultdict[str, set[str]] = defaultdict(set)
        self.pool: ThreadPoolExecutor | None = None
        self._open = ExitStack()
        # Its threads import, too.
        self._open.enter_context(interrupts_between_imports())

    @classmethod
    def of(cls, config: pytest.Config) -> GraderRun:
        """The run that `config` belongs to."""
        run = config.pluginmanager.get_plugin("handgrad-run")
        assert isinstance(run, cls)
        return run

    def result(self, name: str) -> ExerciseResult:
        """The verdict on one exercise, which may have to be waited for."""
        if name not in self.judgements:
            try:
                with ending_if_short():
                    self.judgements[name] = self.pending[name].result()
            except SpecError as error:
                self.faults[name] = str(error)
                raise
        return self.judgements[name].result

    @property
    def left_out(self) -> list[str]:
        """What can't be judged of exercises from outside, and why: sentences."""
        faults = [f"{name} can't be judged: {why}." for name, why in self.faults.items()]
        return faults + [f"Left out: {why}." for why in (catalog.problems() if setting() else ())]

    def source(self, exercise: Exercise) -> bytes | SubmissionFileError:
        """An exercise's file, read once, or why it can't be."""
        if exercise.name not in self.sources:
            self.sources[exercise.name] = self._read(exercise)
        return self.sources[exercise.name]

    def _read(self, exercise: Exercise) -> bytes | SubmissionFileError:
        # From one folder, whatever its name comes to mean meanwhile.
        return self._folder if isinstance(self._folder, SubmissionFileError) else read(self._folder, exercise)

    @cached_property
    def _folder(self) -> OpenFolder | SubmissionFileError:
        try:
            return self._open.enter_context(opened(self.directory))
        except SubmissionFileError as error:
            return error

    def _file(self, exercise: Exercise) -> str:
        return f"{self.folder}/{exercise.file}"

    @property
    def results(self) -> SubmissionResult:
        """The results so far."""
        exercises = tuple(self.judgements[name].result for name in self.benches if name in self.judgements)
        return SubmissionResult(self.folder, self.seed, self.isolation, exercises)

    @property
    def isolation(self) -> Level:
        """The level in force."""
        with ending_if_short():
            return self.sandbox.isolation

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Has everything run that was collected; what that has made stays to the end."""
        self.keeps = True
        if not self.config.option.collectonly:
            self._begin(session)
        gc.freeze()
        gc.enable()

    def _begin(self, session: pytest.Session) -> None:
        """Has the verdicts on all that is begun worked out, and knows at once those on untouched stubs."""
        for item in session.items:
            # Of another test file's items, no exercise is the parent.
            if is_ours(item) and item.parent:
                self.selected[item.parent.name].add(item.name)
        begun: dict[str, bytes | SubmissionFileError] = {}
        for exercise in catalog.every(self.selected):
            self.benches[exercise.name] = self.answers.bench(exercise, self.seed)
            source = self.source(exercise)
            if isinstance(source, bytes) and is_untouched(source.decode("utf-8", "replace")):
                self.judgements[exercise.name] = placed(not_started(exercise, self._file(exercise)), source)
            else:
                begun[exercise.name] = source
        self._judge(begun)
        # For the graphs of a page, or its answers.
        if begun and (self.outputs.page or not all(map(self._is_known, begun))):
            self._import_torch()

    def _is_known(self, name: str) -> bool:
        with suppress(SpecError):
            return self.benches[name].sheet.is_known
        return True

    def _judge(self, sources: Mapping[str, bytes | SubmissionFileError]) -> None:
        if len(sources) > ALONE:
            self.sandbox.widen(AT_ONCE)
        # While one waits for a sandbox, another one judges.
        self.pool = ThreadPoolExecutor(AT_ONCE)
        for name, source in sources.items():
            bench = self.benches[name]
            self.pending[name] = self.pool.submit(judge, bench, self._file(bench.exercise), source, self.sandbox)

    def _import_torch(self) -> None:
        """Raises UsageError if it can't be: whatever is wrong with a broken PyTorch, nothing can be judged then."""
        try:
            import_torch()
        except Exception as error:
            self.keeps = False
            reason = quote.line(f"{type(error).__name__}: {error}", columns=300)
            raise pytest.UsageError(f"PyTorch can't be imported ({reason}); see grader doctor") from None

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        # What still runs, after an interrupt or the first failure of -x, might run for long.
        self.sandbox.give_up()
        self.keeps &= session.exitstatus != STATUS
        if session.exitstatus == STATUS and not self.judgements:
            return
        if session.exitstatus == pytest.ExitCode.OK and any(each.status != "passed" for each in self.results.exercises):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if self.config.option.collectonly:
            return
        if self.last:
            begun = {name: each for name, each in self.sources.items() if name in self.pending}
            sources = {name: each for name, each in begun.items() if isinstance(each, bytes)}
            self.last.keep(self.results.exercises, sources)
        if self.outputs.any:
            judgements = {name: (self.benches[name], each) for name, each in self.judgements.items()}
            with ending_if_short():
                self.outputs.write(self.results, judgements, self.selected)

    def pytest_keyboard_interrupt(self) -> None:
        self.keeps = False

    def pytest_unconfigure(self) -> None:
        """Keeps what PyTorch had to be asked for, unless someone wants an end: by now the verdicts are read.

        What a submission may have put in its place is forgotten even then.
        """
        if self.pool:
            self.pool.shutdown(wait=False, cancel_futures=True)
        if self.keeps:
            with suppress(KeyboardInterrupt):
                self.answers.keep_all()
        self.sandbox.close()
        if not self.keeps:
            # Now nothing runs that could write there.
            self.answers.give_up(self.sandbox.is_loose)
        self._open.close()
        # Pytest collects garbage five times over before it ends.
        gc.freeze()
