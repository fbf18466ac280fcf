"""What `pytest grader` reports: each check to pytest and its plug-ins, and the verdicts to who reads the terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Literal

import pytest

from grader.desk.pytest_names import perhaps_meant
from grader.desk.pytest_run import GraderRun, is_ours
from grader.report.terminal import WIDTH, Line, Span, is_told, printed_lines, scoreboard, verdict
from grader.report.wrapping import columns, fit
from grader.text.language import say
from grader.text.spelling import spelled

_MARKUP: dict[str, dict[str, bool]] = {
    "": {},
    "bold": {"bold": True},
    "dim": {"light": True},
    "good": {"green": True},
    "bad": {"red": True, "bold": True},
    "warn": {"yellow": True},
}

_UNASKED = "fE"
"""What pytest's short summary shows unless `-r` says something else."""

_NOT_STARTED = "not started"


class Reporting:
    """The plugin of one run that reports it."""

    def __init__(self, config: pytest.Config, run: GraderRun) -> None:
        self.config = config
        self.run = run
        self.aside: dict[str, list[pytest.TestReport]] = {}
        # Who runs without pytest's terminal or capture has no such option.
        asked_for = getattr(config.option, "reportchars", "")
        self.shows_prints = getattr(config.option, "capture", "") == "no" or "P" in asked_for
        # Nothing is to be done about it in a folder that can't be written, and nothing is lost but `--lf`.
        config.addinivalue_line("filterwarnings", "ignore::pytest.PytestCacheWarning")

    def pytest_report_header(self) -> str:
        run = self.run
        return say(
            "handgrad: submission {folder}, seed {seed}, isolation {isolation}",
            folder=run.folder,
            seed=run.seed,
            isolation=run.isolation,
        )

    def pytest_runtest_protocol(self, item: pytest.Item) -> bool | None:
        """Reports a check's verdict: setting up, capturing and tearing down would cost ten times as much."""
        if not is_ours(item):
            return None
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        interrupts = (KeyboardInterrupt, pytest.exit.Exception)
        called = pytest.CallInfo.from_call(item.runtest, when="call", reraise=interrupts)
        report = item.ihook.pytest_runtest_logreport
        # Some plug-ins write a test down when its teardown is reported.
        report(report=_nothing(item, "setup"))
        report(report=pytest.TestReport.from_item_and_call(item, called))
        report(report=_nothing(item, "teardown"))
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    def pytest_report_teststatus(self, report: pytest.TestReport | pytest.CollectReport) -> tuple[str, str, str] | None:
        if report.skipped and is_ours(report) and report.longrepr[2] == f"Skipped: {_NOT_STARTED}":  # type: ignore[index]
            return _NOT_STARTED, "-", _NOT_STARTED
        return None

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
        """Keeps our checks out of pytest's summaries, where each would be told twice more."""
        stats = terminalreporter.stats
        for category in ("failed", "passed", "skipped", _NOT_STARTED):
            self.aside[category] = stats.pop(category, [])
            if others := [each for each in self.aside[category] if not is_ours(each)]:
                stats[category] = others
        try:
            return (yield)
        finally:
            stats.update((category, each) for category, each in self.aside.items() if each)

    def tell(self, terminal: pytest.TerminalReporter, exitstatus: int) -> None:
        """Writes the verdicts, and lets pytest go on with what it was asked for."""
        for said in self.run.left_out:
            terminal.write_line(spelled(said, getattr(sys.stdout, "encoding", None)))
        if self.run.judgements:
            self._tell(terminal, exitstatus)
        elif exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and self.config.option.keyword:
            similar = perhaps_meant(self.config.option.keyword)
            terminal.write_line(
                say("No exercise matches; did you mean {name}?", name=similar)
                if similar
                else say("No exercise matches; grader list shows them all.")
            )
        if self.config.option.reportchars != _UNASKED:
            terminal.stats.update(self.aside, skipped=self.aside["skipped"] + self.aside[_NOT_STARTED])

    def _tell(self, terminal: pytest.TerminalReporter, exitstatus: int) -> None:
        results = self.run.results
        for result in filter(is_told, results.exercises):
            _write(terminal, ((Span(""),), *verdict(result)))
        if self.shows_prints:
            for name, judgement in self.run.judgements.items():
                _write(terminal, printed_lines(name, judgement.printed))
        _write(terminal, ((Span(""),),))
        terminal.section(f"handgrad: {results.submission}")
        _write(terminal, scoreboard(results, columns(WIDTH), is_all=exitstatus == pytest.ExitCode.OK))
        if self.run.outputs.page:
            terminal.write_line(say("Report: {file}", file=self.run.outputs.page))


class Verdicts:
    """The plugin that writes the verdicts amid pytest's summaries, of which `reporting` sees the begin and the end."""

    def __init__(self, reporting: Reporting) -> None:
        self.reporting = reporting

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter, exitstatus: int) -> None:
        self.reporting.tell(terminalreporter, exitstatus)


def _nothing(item: pytest.Item, when: Literal["setup", "teardown"]) -> pytest.TestReport:
    """The report of a phase in which nothing is done."""
    return pytest.TestReport(item.nodeid, item.location, {}, "passed", None, when)


def _write(terminal: pytest.TerminalReporter, lines: Iterable[Line]) -> None:
    for line in fit(lines, columns(WIDTH)):
        for span in line:
            terminal.write(spelled(span.text, getattr(sys.stdout, "encoding", None)), **_MARKUP[span.style])
        terminal.write("\n")
