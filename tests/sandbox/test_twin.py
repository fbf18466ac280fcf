"""A second sandbox, forked from the first when that is warm, is as good as one that was started by itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.sandbox.host import command, launch
from grader.sandbox.host.fork_servers import ForkServers
from grader.sandbox.host.levels import IsolationError
from grader.sandbox.host.side_by_side import SideBySide
from grader.sandbox.host.worker import Isolation, Sandbox
from tests.sandbox.jobs import HONEST, backward, honest_passes, is_right, job
from tests.sandbox.test_sandbox import ROOT, leaves_nothing_behind, processes_of, server_pid

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the fork server needs Linux")


@pytest.fixture(params=["full", "limits"])
def pair(request: pytest.FixtureRequest) -> Iterator[tuple[Sandbox, Sandbox]]:
    level: Isolation = request.param
    with Sandbox(level) as first, first.twin() as second:
        yield first, second


def children_of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def test_both_run_jobs_at_the_level_that_was_asked_for(pair: tuple[Sandbox, Sandbox]) -> None:
    first, second = pair
    assert first.isolation == second.isolation
    for _ in range(2):
        assert honest_passes(first)
        assert honest_passes(second)
    assert server_pid(first) != server_pid(second)


def test_neither_is_a_child_of_the_other_which_would_kill_it_after_a_job(pair: tuple[Sandbox, Sandbox]) -> None:
    assert all(map(honest_passes, pair))
    assert [children_of(server_pid(sandbox)) for sandbox in pair] == [[], []]


SUBREAPERS = """
import ctypes, os, socket
from grader.sandbox.child import zygote

def say(who, *_):
    state = ctypes.c_int(-1)
    ctypes.CDLL(None).prctl(37, ctypes.byref(state), 0, 0, 0)
    os.write(1, f"{who} {state.value}\\n".encode())

zygote.serve = lambda *_: say("twin")
zygote.become_subreaper()
ours, theirs = socket.socketpair()
zygote.begin_twin(ours, theirs, 0, zygote.Tightness("full", "", None))
ours.recv(1)
say("first")
"""


def test_the_orphans_of_both_ones_jobs_become_their_children() -> None:
    done = subprocess.run([sys.executable, "-c", SUBREAPERS], cwd=ROOT, capture_output=True, text=True, check=True)
    assert sorted(done.stdout.splitlines()) == ["first 1", "twin 1"]


def test_what_is_held_in_the_first_is_held_in_the_second(pair: tuple[Sandbox, Sandbox]) -> None:
    replies = [sandbox.run(backward("open('/etc/passwd', 'a')")).replies[0] for sandbox in pair]
    assert all(reply and reply.error and reply.error.type == "PermissionError" for reply in replies)
    memory = [sandbox.run(backward("np.ones(1 << 30)")).replies[0] for sandbox in pair]
    assert all(reply and reply.error and "memory" in reply.error.type.lower() for reply in memory)
    assert pair[1].run(job("while True: pass", seconds=0.2)).ending.kind == "timeout"
    assert honest_passes(pair[1])


def test_each_outlives_the_other(pair: tuple[Sandbox, Sandbox]) -> None:
    first, second = pair
    assert honest_passes(second)
    os.kill(server_pid(first), signal.SIGKILL)
    assert honest_passes(second)
    assert honest_passes(first)
    os.kill(server_pid(second), signal.SIGKILL)
    assert honest_passes(second)


def test_closing_it_ends_its_process_and_leaves_no_descriptor_open() -> None:
    before = set(os.listdir("/proc/self/fd"))
    with Sandbox("full") as first:
        with first.twin() as second:
            assert honest_passes(second)
            pid = server_pid(second)
            assert pid in processes_of(os.getpid())
        second.close()
        assert pid not in processes_of(os.getpid())
        assert honest_passes(first)
    assert set(os.listdir("/proc/self/fd")) == before


def test_one_that_does_not_go_by_itself_is_ended() -> None:
    with Sandbox("full") as first:
        second = first.twin()
        assert honest_passes(second)
        pid = server_pid(second)
        os.kill(pid, signal.SIGSTOP)
        second.close()
        assert pid not in processes_of(os.getpid())


def test_where_nothing_comes_of_it_a_server_is_started() -> None:
    with Sandbox("full") as first:
        assert honest_passes(first)
        os.kill(server_pid(first), signal.SIGKILL)
        with first.twin() as second:
            assert honest_passes(second)


def test_a_level_that_can_not_be_had_is_told_by_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "environment", lambda: {**command.environment(), "PYTHONHOME": "/nowhere"})
    with Sandbox("full") as first, first.twin() as second:
        for sandbox in (second, first):
            with pytest.raises(IsolationError, match="full can't start here"):
                sandbox.ready()


def test_more_side_by_side_are_twins_of_the_first() -> None:
    pool = SideBySide("full")
    pool.widen(3)
    servers = [sandbox._backend for sandbox in pool._all]
    assert all(isinstance(each, ForkServers) for each in servers)
    assert all(is_right(pool.run(job(HONEST))) for _ in range(6))
    # Only the first is a process that was started here.
    assert [each._servers["everyday"]._process.__class__ for each in servers if isinstance(each, ForkServers)] == [
        subprocess.Popen,
        launch.Forked,
        launch.Forked,
    ]
    pool.close()


GRADER = """
from grader.sandbox.host.worker import Sandbox
from tests.sandbox.jobs import HONEST, job

with Sandbox("full") as sandbox, sandbox.twin() as twin:
    for each in (sandbox, twin):
        print(each.run(job(HONEST)).ending.kind, flush=True)
    twin.run(job("while True: pass", seconds=30.0))
"""


def test_a_grader_that_is_killed_leaves_no_twin_behind() -> None:
    arguments = [sys.executable, "-c", GRADER]
    with subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert [process.stdout.readline().strip() for _ in range(2)] == ["finished", "finished"]
        assert len(processes_of(process.pid)) >= 2
        process.kill()
    assert leaves_nothing_behind(process)
