"""What is run, and in which order, while files are saved faster than they are judged."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from threading import Event

import pytest

from grader import catalog
from grader.desk.explore.open_page import THREADS, OpenPage
from grader.desk.live.threads import MOST_AT_ONCE, JudgeThreads, Rank
from grader.judging.bench import Bench
from grader.reference import kept_folder
from grader.reference.kept_folder import write_whole
from grader.sandbox.host.worker import Sandbox
from grader.sandbox.wire.records import Job
from tests.classes.waiting import until
from tests.faces.running import write
from tests.patience import PATIENCE
from tests.submissions import solution


@dataclass(frozen=True)
class Noting(Bench):
    """A bench that notes what it is asked to have run."""

    ran: list[bytes] = field(default_factory=list, compare=False)

    def job(self, source: bytes, fresh: bool = False) -> Job:
        self.ran.append(source)
        return super().job(source, fresh)


def live_page(folder: Path) -> tuple[OpenPage, SimpleQueue[str]]:
    """The page of a folder, and the exercises that it tells of."""
    news: SimpleQueue[str] = SimpleQueue()
    return OpenPage(folder / "exercises", "exercises", 0, True, lambda act: act(), news.put), news


def test_of_many_versions_that_loop_only_those_are_run_that_no_later_one_has_replaced(tmp_path: Path) -> None:
    page, news = live_page(tmp_path)
    bench = Noting(replace(catalog.get("relu"), seconds=1.0))
    page.session.benches["relu"] = bench
    right = solution(catalog.get("relu")).decode()
    for source in (*(f"while True: pass  # {number}" for number in range(12)), right):
        write(tmp_path, "relu", source)
        page.session.update(["relu"])
    assert news.get(timeout=PATIENCE) == "relu"
    assert page.exercise("relu")["status"] == "passed"
    assert bench.ran[-1] == right.encode()
    assert len(bench.ran) <= MOST_AT_ONCE + 1


def test_a_verdict_is_about_a_version_before_until_the_new_one_is_judged(tmp_path: Path) -> None:
    page, news = live_page(tmp_path)
    judging = []
    for source in (solution(catalog.get("relu")).decode(), "while True: pass"):
        write(tmp_path, "relu", source)
        page.session.update(["relu"])
        assert news.get(timeout=PATIENCE) == "relu"
        judging.append((page.judging, page.exercise("relu")["status"]))
    assert news.get(timeout=PATIENCE) == "relu"
    judging.append((page.judging, page.exercise("relu")["status"]))
    assert judging == [([], "passed"), (["relu"], "passed"), ([], "timeout")]


def test_what_was_asked_and_found_for_a_verdict_is_kept_while_the_page_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    page, news = live_page(tmp_path)

    def kept() -> set[bytes]:
        return {path.read_bytes() for path in tmp_path.rglob("*_relu.diagnoses")}

    for source in (b"dout * np.maximum(x, 0)", b"dout + (x > 0)"):
        before = kept()
        write(tmp_path, "relu", solution(catalog.get("relu")).replace(b"dout * (x > 0)", source).decode())
        page.session.update(["relu"])
        assert news.get(timeout=PATIENCE) == "relu"
        until(partial(lambda before: kept() - before, before))
    assert [*tmp_path.rglob("*_relu.sheet")]


def test_once_all_is_given_up_nothing_begins_any_more() -> None:
    threads, begun, go_on = JudgeThreads(1), Event(), Event()

    def wait(sandbox: Sandbox) -> None:
        begun.set()
        go_on.wait()

    running = threads.submit("relu", wait, Rank.CASE)
    assert begun.wait(PATIENCE)
    waiting = threads.submit("relu", wait, Rank.CASE)
    threads.give_up()
    assert waiting.cancelled()
    assert threads.submit("relu", wait, Rank.CASE).cancelled()
    go_on.set()
    running.result(PATIENCE)
    with threads.new_sandbox() as sandbox:
        run = sandbox.run(Bench(catalog.get("relu")).job(solution(catalog.get("relu"))))
        assert run.ending.kind == "infrastructure"


def test_the_end_waits_for_what_is_being_kept_and_nothing_is_kept_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    writing, ended = SimpleQueue[None](), Event()

    def write_slowly(path: Path, content: bytes) -> None:
        writing.put(None)
        # Its end can't come before this is written.
        assert not ended.wait(0.5)
        write_whole(path, content)

    monkeypatch.setattr(kept_folder, "write_whole", write_slowly)
    page, news = live_page(tmp_path)
    write(tmp_path, "relu", solution(catalog.get("relu")).decode())
    page.session.update(["relu"])
    assert news.get(timeout=PATIENCE) == "relu"
    writing.get(timeout=PATIENCE)
    page.session.end()
    ended.set()
    (kept,) = tmp_path.rglob("*_relu.sheet")
    kept.unlink()
    page.session._answers.keep()
    assert not [*tmp_path.rglob("*.sheet")]


def test_an_exercise_that_is_stuck_leaves_a_thread_to_the_others_and_is_judged_before_its_cases_are_tried() -> None:
    threads, go_on, order = JudgeThreads(THREADS), Event(), list[str]()
    begun: SimpleQueue[None] = SimpleQueue()

    def stuck(sandbox: Sandbox) -> None:
        begun.put(None)
        go_on.wait()

    tries = [threads.submit("max", stuck, Rank.CASE) for _ in range(2 * THREADS)]
    for _ in range(MOST_AT_ONCE):
        begun.get(timeout=PATIENCE)
    last = threads.submit("max", lambda sandbox: order.append("a case"), Rank.CASE)
    verdict = threads.submit("max", lambda sandbox: order.append("a verdict"), Rank.VERDICT)
    try:
        threads.submit("relu", lambda sandbox: order.append("another exercise"), Rank.CASE).result(PATIENCE)
    finally:
        go_on.set()
    for each in (*tries, last, verdict):
        each.result(PATIENCE)
    assert order == ["another exercise", "a verdict", "a case"]


def test_a_submission_that_has_run_for_long_gives_its_place_to_what_is_asked_for_next() -> None:
    threads, begun = JudgeThreads(1, patience=0.1), Event()
    job = Bench(catalog.get("relu")).job(b"while True: pass")

    def run_for_ever(sandbox: Sandbox) -> None:
        sandbox.ready()
        begun.set()
        sandbox.run(job)

    endless = threads.submit("relu", run_for_ever, Rank.VERDICT)
    assert begun.wait(PATIENCE)
    time.sleep(0.5)
    assert not threads.submit("relu", lambda sandbox: endless.done(), Rank.VERDICT).result(PATIENCE)
    endless.result(PATIENCE)


def test_what_is_looked_at_is_judged_before_the_rest_and_the_rest_before_anything_is_prepared() -> None:
    threads, go_on, order = JudgeThreads(1), Event(), list[str]()

    def note(text: str) -> Callable[[Sandbox], None]:
        return lambda sandbox: order.append(text)

    threads.submit("square", lambda sandbox: go_on.wait(), Rank.VERDICT)
    for rank in (Rank.PREPARATION, Rank.CASE, Rank.VERDICT):
        for name in ("max", "relu"):
            last = threads.submit(name, note(f"{name} {rank.name}"), rank)
    threads.first = "relu"
    go_on.set()
    threads.submit("", lambda sandbox: None, Rank.PREPARATION).result(PATIENCE)
    assert last.done()
    assert order == [f"{name} {rank.name}" for rank in Rank for name in ("relu", "max")]
