"""What is run, and in which order, while files are saved faster than they are judged."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import SimpleQueue
from threading import Event

from grader import catalog
from grader.desk.explore.open_page import Desk
from grader.desk.explore.workers import MOST_AT_ONCE, WORKERS, Workers
from grader.judging.bench import Bench
from grader.sandbox.host.worker import Sandbox
from grader.sandbox.wire.records import Job
from tests.faces.running import write
from tests.submissions import solution

SECONDS = 60.0


@dataclass(frozen=True)
class Noting(Bench):
    """A bench that notes what it is asked to have run."""

    ran: list[bytes] = field(default_factory=list, compare=False)

    def job(self, source: bytes) -> Job:
        self.ran.append(source)
        return super().job(source)


def test_of_many_versions_that_loop_only_those_are_run_that_no_later_one_has_replaced(tmp_path: Path) -> None:
    said: SimpleQueue[str | BaseException] = SimpleQueue()
    desk = Desk(tmp_path / "exercises", "exercises", 0, said.put)
    bench = Noting(replace(catalog.get("relu"), seconds=1.0))
    desk.benches["relu"] = bench
    right = solution(catalog.get("relu")).decode()
    for number in range(12):
        write(tmp_path, "relu", f"while True: pass  # {number}")
        desk.saved(("relu",))
    write(tmp_path, "relu", right)
    desk.saved(("relu",))
    assert said.get(timeout=SECONDS) == "relu"
    assert desk.exercise("relu")["status"] == "passed"
    assert bench.ran[-1] == right.encode()
    assert len(bench.ran) <= MOST_AT_ONCE + 1


def test_a_verdict_is_about_a_version_before_until_the_new_one_is_judged(tmp_path: Path) -> None:
    said: SimpleQueue[str | BaseException] = SimpleQueue()
    desk = Desk(tmp_path / "exercises", "exercises", 0, said.put)
    judging = []
    for source in (solution(catalog.get("relu")).decode(), "while True: pass"):
        write(tmp_path, "relu", source)
        desk.saved(("relu",))
        assert said.get(timeout=SECONDS) == "relu"
        judging.append((desk.judging, desk.exercise("relu")["status"]))
    assert said.get(timeout=SECONDS) == "relu"
    judging.append((desk.judging, desk.exercise("relu")["status"]))
    assert judging == [([], "passed"), (["relu"], "passed"), ([], "timeout")]


def test_an_exercise_that_is_stuck_leaves_a_thread_to_the_others_and_is_judged_before_its_cases_are_tried() -> None:
    workers, go_on, order = Workers(), Event(), list[str]()
    begun: SimpleQueue[None] = SimpleQueue()

    def stuck(sandbox: Sandbox) -> None:
        begun.put(None)
        go_on.wait()

    tries = [workers.submit("max", stuck) for _ in range(2 * WORKERS)]
    for _ in range(MOST_AT_ONCE):
        begun.get(timeout=SECONDS)
    last = workers.submit("max", lambda sandbox: order.append("a case"))
    verdict = workers.submit("max", lambda sandbox: order.append("a verdict"), is_urgent=True)
    try:
        workers.submit("relu", lambda sandbox: order.append("another exercise")).result(SECONDS)
    finally:
        go_on.set()
    for each in (*tries, last, verdict):
        each.result(SECONDS)
    assert order == ["another exercise", "a verdict", "a case"]
