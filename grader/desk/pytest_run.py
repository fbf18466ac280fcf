"""One run of `pytest grader`: the submission runs in its sandboxes, and is judged by PyTorch's answers."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from grader import catalog
from grader.authoring.seal import is_untouched
from grader.cases import DEFAULT_SEED
from grader.desk.kept_answers import KeptAnswers
from grader.desk.last_verdicts import LastVerdicts
from grader.desk.shortness import STATUS, ending_if_short
from grader.exercise import Exercise
from grader.judging.bench import Bench
from grader.judging.judgement import Judgement, judge, not_started
from grader.judging.source import read_all
from grader.reference.forward import import_torch
from grader.report.terminal import WIDTH, Line, Span, is_told, printed_lines, scoreboard, verdict
from grader.report.wrapping import columns, fit
from grader.results import ExerciseResult, SubmissionResult
from grader.sandbox.host.backend import Level
from grader.sandbox.host.levels import IsolationError
from grader.sandbox.host.side_by_side import SideBySide
from grader.sandbox.host.source_file import SubmissionFileError
from grader.sandbox.host.worker import Isolation
from grader.text import quote
from grader.text.spelling import spelled

_MARKUP: dict[str, dict[str, bool]] = {
    "": {},
    "bold": {"bold": True},
    "dim": {"light": True},
    "good": {"green": True},
    "bad": {"red": True, "bold": True},
    "warn": {"yellow": True},
}


AT_ONCE = min(2, os.cpu_count() or 1)
"""So many sandboxes: more start up for longer than they save."""

ALONE = 2
"""So many exercises one sandbox runs sooner than another one starts."""


class GraderRun:
    """The plugin of one run. The submission is `directory`; its results are kept by exercise name.

    Raises UsageError if there is no such folder, or none for `--json` or `--report`, or the submission can't be held as
    asked.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.keeps = False
        self.directory = Path(config.getoption("--submission"))
        self.folder = quote.line(str(self.directory), columns=4096)
        self.json, self.report = _output(config, "--json"), _output(config, "--report")
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
        self.last = LastVerdicts(self.directory) if (own := self.directory == Path("exercises")) else None
        self.sources: dict[str, bytes] = {}
        self.answers = KeptAnswers(own, lambda: self.sandbox.isolation)
        self.benches: dict[str, Bench] = {}
        self.judgements: dict[str, Judgement] = {}
        self.pending: dict[str, Future[Judgement]] = {}
        self.pool: ThreadPoolExecutor | None = None
        self.shows_prints = False

    @pytest.hookimpl(trylast=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Leaves the failures to our own summary: pytest's would say each of them twice more."""
        self.config.option.tbstyle = "no"
        reporter = self.config.pluginmanager.get_plugin("terminalreporter")
        self.shows_prints = self.config.option.capture == "no" or "P" in self.config.option.reportchars
        if isinstance(reporter, pytest.TerminalReporter):
            reporter.reportchars = ""

    @classmethod
    def of(cls, config: pytest.Config) -> GraderRun:
        """The run that `config` belongs to."""
        run = config.pluginmanager.get_plugin("handgrad-run")
        assert isinstance(run, cls)
        return run

    def result(self, name: str) -> ExerciseResult:
        """The verdict on one exercise, which may have to be waited for."""
        if name not in self.judgements:
            with ending_if_short():
                self.judgements[name] = self.pending[name].result()
        return self.judgements[name].result

    def _file(self, exercise: Exercise) -> str:
        return f"{self.folder}/{exercise.file}"

    @property
    def results(self) -> SubmissionResult:
        """The results so far."""
        exercises = tuple(self.judgements[name].result for name in self.benches if name in self.judgements)
        return SubmissionResult(self.folder, self.seed, self._isolation, exercises)

    @property
    def _isolation(self) -> Level:
        with ending_if_short():
            return self.sandbox.isolation

    def pytest_report_header(self) -> str:
        return f"handgrad: submission {self.folder}, seed {self.seed}, isolation {self._isolation}"

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Has everything run that was collected; what that has made stays to the end."""
        self.keeps = True
        if not self.config.option.collectonly:
            self._begin(session)
        gc.freeze()
        gc.enable()

    def _begin(self, session: pytest.Session) -> None:
        """Has the verdicts on all that is begun worked out, and knows at once those on untouched stubs."""
        names = {item.parent.name for item in session.items if item.parent is not None}
        begun: dict[str, bytes | SubmissionFileError] = {}
        for exercise in catalog.every(names):
            self.benches[exercise.name] = Bench(exercise, self.seed, self.answers.sheet)
        for exercise, source in read_all(self.directory, catalog.every(names)):
            if isinstance(source, bytes) and is_untouched(source.decode("utf-8", "replace")):
                self.judgements[exercise.name] = not_started(exercise, self._file(exercise))
            else:
                begun[exercise.name] = source
        self.sources = {name: each for name, each in begun.items() if isinstance(each, bytes)}
        self._judge(begun)
        # For the graphs of a page, or its answers.
        if begun and (self.report or not all(self.benches[name].sheet.is_known for name in begun)):
            self._import_torch()

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

    def pytest_runtest_protocol(self, item: pytest.Item) -> bool | None:
        """Reports a check's verdict: setting up, capturing and tearing down would cost ten times as much."""
        if item.path.parent != Path(__file__).parent:
            return None
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        interrupts = (KeyboardInterrupt, pytest.exit.Exception)
        call = pytest.CallInfo.from_call(item.runtest, when="call", reraise=interrupts)
        item.ihook.pytest_runtest_logreport(report=pytest.TestReport.from_item_and_call(item, call))
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    def pytest_report_teststatus(self, report: pytest.TestReport | pytest.CollectReport) -> tuple[str, str, str] | None:
        if report.skipped and isinstance(report.longrepr, tuple) and report.longrepr[2] == "Skipped: not started":
            return "not started", "-", "not started"
        return None

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
            self.last.keep(self.results.exercises, self.sources)
        for file, form in ((self.json, "json"), (self.report, "html")):
            if file:
                from grader.desk.dossier import dossier
                from grader.report.formats import FORMATS

                judgements = {name: (self.benches[name], each) for name, each in self.judgements.items()}
                with ending_if_short():
                    file.write_text(FORMATS[form](dossier(self.results, judgements)), encoding="utf-8")

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self.judgements:
            if self.config.option.keyword and not self.config.option.collectonly:
                terminalreporter.write_line("No exercise matches; grader list shows them all.")
            return
        results = self.results
        for result in filter(is_told, results.exercises):
            self._write(terminalreporter, ((Span(""),), *verdict(result)))
        if self.shows_prints:
            for name, judgement in self.judgements.items():
                self._write(terminalreporter, printed_lines(name, judgement.printed))
        self._write(terminalreporter, ((Span(""),),))
        terminalreporter.section(f"handgrad: {results.submission}")
        self._write(terminalreporter, scoreboard(results, columns(WIDTH)))
        if self.report:
            terminalreporter.write_line(f"Report: {self.report}")

    def _write(self, terminal: pytest.TerminalReporter, lines: Iterable[Line]) -> None:
        for line in fit(lines, columns(WIDTH)):
            for span in line:
                terminal.write(spelled(span.text, getattr(sys.stdout, "encoding", None)), **_MARKUP[span.style])
            terminal.write("\n")

    def pytest_keyboard_interrupt(self) -> None:
        self.keeps = False

    def pytest_unconfigure(self) -> None:
        """Keeps what PyTorch had to be asked for, unless someone wants an end: by now the verdicts are read."""
        if self.pool:
            self.pool.shutdown(wait=False, cancel_futures=True)
        if self.keeps:
            with suppress(KeyboardInterrupt):
                self.answers.keep_all()
        self.sandbox.close()
        # Pytest collects garbage five times over before it ends.
        gc.freeze()


def _output(config: pytest.Config, option: str) -> Path | None:
    """The file that an option names, if it is given. Raises UsageError if none can be written there."""
    if not config.getoption(option):
        return None
    from grader.desk.dossier import obstacle, page_obstacle

    file = Path(config.getoption(option))
    if reason := page_obstacle(file) if option == "--report" else obstacle(file):
        raise pytest.UsageError(f"{option} {file}: no file can be written there ({reason})")
    return file
