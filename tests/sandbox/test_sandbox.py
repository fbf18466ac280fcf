"""The sandbox starts what it needs, restarts what dies, and leaves nothing behind."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from grader.sandbox.child import start
from grader.sandbox.host import fresh_interpreters, launch, pipes, worker
from grader.sandbox.host.backend import BackendError, Ready
from grader.sandbox.host.fork_servers import ForkServers
from grader.sandbox.host.fresh_interpreters import FreshInterpreters
from grader.sandbox.host.levels import LEVELS, IsolationError, probe
from grader.sandbox.host.worker import Sandbox
from grader.sandbox.wire.records import Job, Run
from tests.attacks.canary import work_folder
from tests.patience import PATIENCE
from tests.sandbox.jobs import HONEST, backward, honest_passes, is_right, job

ROOT = Path(__file__).parents[2]

linux = pytest.mark.skipif(sys.platform != "linux", reason="the fork server needs Linux")


def processes_of(grader: int) -> list[int]:
    """The sandbox's processes that a grader has started, and theirs: each has its process id for its last argument."""
    return [
        pid
        for pid, arguments in all_processes()
        if arguments[-1:] == [str(grader).encode()] and start.__file__.encode() in arguments
    ]


def all_processes() -> Iterator[tuple[int, list[bytes]]]:
    """Every process of this machine, and its arguments."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                yield int(entry.name), (entry / "cmdline").read_bytes().split(b"\0")[:-1]


def leaves_nothing_behind(grader: subprocess.Popen[str]) -> bool:
    """Whether all of a dead grader's processes are gone, if need be after a while."""
    deadline = time.monotonic() + PATIENCE
    empty = 0
    # More than once, for a process has no arguments at all for a moment, when it becomes another program.
    while empty < 3 and time.monotonic() < deadline:
        empty = 0 if processes_of(grader.pid) + becoming(grader) else empty + 1
        time.sleep(0.05)
    return empty == 3


def becoming(grader: subprocess.Popen[str]) -> list[int]:
    """The processes that a grader has just made, and that are no other program yet."""
    assert isinstance(grader.args, list)
    own = [os.fsencode(argument) for argument in grader.args]
    return [pid for pid, arguments in all_processes() if arguments == own]


def server_pid(sandbox: Sandbox) -> int:
    backend = sandbox._backend
    assert isinstance(backend, ForkServers)
    return backend.pids[0]


def test_the_best_level_is_what_auto_gives() -> None:
    with Sandbox() as sandbox:
        assert sandbox.isolation == probe().best
        assert honest_passes(sandbox)


@pytest.mark.parametrize("level", LEVELS)
def test_a_level_that_is_asked_for_is_in_force(level: worker.Isolation) -> None:
    with Sandbox(level) as sandbox:
        assert sandbox.isolation == level
        assert bool(sandbox.reason) == (level != "full")


def test_the_probe_says_what_it_found() -> None:
    machine = probe()
    assert list(machine.obstacles) == list(LEVELS)
    assert machine.lines()[-1] == ("isolation", machine.best)


@pytest.mark.parametrize("level", LEVELS)
def test_the_hashes_are_the_same_every_time(level: worker.Isolation) -> None:
    names = "{'q', 'r', 's', 't', 'u', 'v'}"
    source = backward(f"print(*{names})\nreturn 2 * dout")
    printed = set()
    for _ in range(3):
        with Sandbox(level) as sandbox:
            printed.add(sandbox.run(source).replies[0].printed)  # type: ignore[union-attr]
    assert len(printed) == 1


@linux
def test_a_grader_with_many_descriptors_runs_jobs_and_gives_them_none() -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    held = [os.open(os.devnull, os.O_RDONLY) for _ in range(1100)]
    seen = "import os\nfound = []\nfor fd in range(4096):\n    try:\n        os.fstat(fd)\n        found.append(fd)\n"
    body = f"{seen}    except OSError:\n        pass\nprint(found)\nreturn 2 * dout"
    try:
        with Sandbox() as sandbox:
            (reply, *_) = sandbox.run(backward(body)).replies
            assert reply is not None
            assert reply.printed == "[0, 1, 2, 3]\n"
    finally:
        for fd in held:
            os.close(fd)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@linux
def test_a_level_that_is_out_of_reach_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "can_fork", lambda: False)
    with pytest.raises(IsolationError):
        Sandbox("full")


@linux
def test_a_server_that_only_manages_limits_is_no_full_isolation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "ForkServers", lambda wanted: ForkServers("limits"))
    with Sandbox("full") as sandbox, pytest.raises(IsolationError):
        sandbox.run(job(HONEST))


@linux
def test_limits_hold_without_a_fork_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "can_fork", lambda: False)
    with Sandbox("limits") as sandbox:
        assert sandbox.isolation == "limits"
        assert honest_passes(sandbox)
        hoard = job(HONEST.replace("2 * dout", "np.ones(10**9)"))
        reply = sandbox.run(hoard).replies[0]
        assert reply is not None
        assert reply.error is not None
        assert reply.error.type == "MemoryError"


@linux
def test_auto_does_without_a_server_that_can_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "command", lambda *arguments: [sys.executable, "-c", "pass"])
    with Sandbox() as sandbox:
        assert sandbox.isolation == "limits"
        assert isinstance(sandbox._backend, FreshInterpreters)
        assert honest_passes(sandbox)


@linux
def test_a_dead_server_is_replaced_and_the_job_runs_again(full: Sandbox) -> None:
    first = server_pid(full) if honest_passes(full) else 0
    os.kill(first, signal.SIGKILL)
    assert honest_passes(full)
    assert server_pid(full) != first


@linux
def test_a_server_that_dies_during_a_job_is_replaced_and_the_job_runs_again() -> None:
    with Sandbox("full") as sandbox:
        first = server_pid(sandbox)
        assert sandbox.isolation == "full"
        timer = threading.Timer(0.3, os.kill, (first, signal.SIGKILL))
        timer.start()
        run = sandbox.run(job("import time; time.sleep(1)\n" + HONEST))
        timer.join()
        assert is_right(run)
        assert server_pid(sandbox) != first


def test_a_job_that_kills_the_server_twice_is_nobodys_fault_but_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    class Dying:
        def ready(self) -> object:
            return Ready("full", "")

        def run(self, job: Job) -> object:
            raise BackendError("gone")

        def close(self) -> None:
            pass

    monkeypatch.setattr(worker, "start", lambda isolation: Dying())
    run = Sandbox("full").run(job(HONEST))
    assert (run.ending.kind, run.ending.detail) == ("infrastructure", "gone")
    assert run.replies == (None, None)


@linux
def test_an_interrupted_job_does_not_answer_for_the_next(full: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(self: object, *arguments: object) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(pipes.Pipes, "wait", interrupt)
        with pytest.raises(KeyboardInterrupt):
            full.run(job("import time; time.sleep(1)"))
    assert honest_passes(full)


@pytest.mark.parametrize("level", LEVELS)
def test_a_job_that_is_given_up_ends_at_once_and_no_other_begins(level: worker.Isolation) -> None:
    with Sandbox(level) as sandbox:
        sandbox.ready()
        endless = job("while True: pass", seconds=2 * PATIENCE)
        waiting = threading.Thread(target=sandbox.run, args=(endless,), daemon=True)
        waiting.start()
        time.sleep(0.1)
        sandbox.give_up()
        waiting.join(PATIENCE)
        assert not waiting.is_alive()
        assert sandbox.isolation == level
        assert sandbox.run(endless).ending.kind == "infrastructure"


def test_what_takes_the_place_of_a_backend_that_is_given_up_runs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone(FreshInterpreters):
        def ready(self) -> Ready:
            sandbox.give_up()
            raise BackendError("gone")

    monkeypatch.setattr(worker, "start", lambda isolation: Gone("limits", "none"))
    sandbox = Sandbox()
    assert sandbox.run(job(HONEST)).ending.kind == "infrastructure"


@linux
def test_a_job_that_is_given_up_is_not_waited_for_though_something_holds_its_pipes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fresh_interpreters, "DRAIN_SECONDS", 2 * PATIENCE)
    folder = work_folder()
    folder.chmod(0o777)
    begun = folder / "begun"
    # It leaves the group that is killed.
    code = f"""
    import os, time
    if not os.fork():
        os.setsid()
        open({str(folder / "pid")!r}, "w").write(str(os.getpid()))
        os.rename({str(folder / "pid")!r}, {str(begun)!r})
        time.sleep({4 * PATIENCE})
    while True: pass
    """
    with Sandbox("process") as sandbox:
        waiting = threading.Thread(target=sandbox.run, args=(job(code, seconds=PATIENCE),), daemon=True)
        waiting.start()
        while not begun.exists():
            assert waiting.is_alive()
            time.sleep(0.01)
        sandbox.give_up()
        waiting.join(PATIENCE)
        os.kill(int(begun.read_text()), signal.SIGKILL)
        shutil.rmtree(folder)
        assert not waiting.is_alive()


def test_it_may_be_used_from_another_thread(at_each_level: Sandbox) -> None:
    runs: list[Run] = []
    threads = [threading.Thread(target=lambda: runs.append(at_each_level.run(job(HONEST)))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(runs) == 3
    assert all(map(is_right, runs))


@linux
def test_a_server_outlives_the_thread_that_started_it() -> None:
    made: list[Sandbox] = []
    thread = threading.Thread(target=lambda: made.append(Sandbox("full")))
    thread.start()
    thread.join()
    with made[0] as sandbox:
        assert sandbox.isolation == "full"
        first = server_pid(sandbox)
        assert honest_passes(sandbox)
        assert server_pid(sandbox) == first


def test_closing_it_twice_is_fine_and_a_later_job_starts_it_again(at_each_level: Sandbox) -> None:
    at_each_level.close()
    at_each_level.close()
    assert honest_passes(at_each_level)


@linux
def test_closing_it_ends_its_processes() -> None:
    with Sandbox("full") as sandbox:
        assert honest_passes(sandbox)
        pid = server_pid(sandbox)
        assert pid in processes_of(os.getpid())
    assert pid not in processes_of(os.getpid())


@linux
def test_it_leaves_no_descriptor_open() -> None:
    before = set(os.listdir("/proc/self/fd"))
    for level in LEVELS:
        with Sandbox(level) as sandbox:
            honest_passes(sandbox)
            sandbox.run(job("1 / 0"))
            sandbox.run(job("while True: pass", seconds=0.2))
    assert set(os.listdir("/proc/self/fd")) == before


def test_an_unknown_driver_is_an_error(at_each_level: Sandbox) -> None:
    with pytest.raises(ValueError, match="no driver"):
        at_each_level.run(replace(job(HONEST), driver="none"))


def test_an_input_that_can_not_be_sent_is_an_error(at_each_level: Sandbox) -> None:
    work = job(HONEST)
    trial = replace(work.trials[0], inputs={"x": object()})
    with pytest.raises(TypeError):
        at_each_level.run(replace(work, trials=(trial,)))
    assert honest_passes(at_each_level)


def test_a_job_larger_than_a_pipe_arrives(at_each_level: Sandbox) -> None:
    assert is_right(at_each_level.run(job("#" * 1_000_000 + HONEST)))


GRADER = """
import sys
from grader.sandbox.host.worker import Sandbox
from tests.sandbox.jobs import HONEST, job

with Sandbox(sys.argv[1]) as sandbox:
    print("made", flush=True)
    sandbox.isolation
    print("ready", flush=True)
    while True:
        print(sandbox.run(job("import time; time.sleep(0.02)" + HONEST)).ending.kind, flush=True)
        sandbox.run(job("while True: pass", seconds=30.0))
"""


def grader(level: str) -> subprocess.Popen[str]:
    """A grader that goes on for ever, and says what it has reached."""
    arguments = [sys.executable, "-c", GRADER, level, f"started by {os.getpid()}"]
    return subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True)


@linux
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("moment", ["made", "ready", "finished"])
def test_a_grader_that_is_killed_leaves_no_process_behind(level: str, moment: str) -> None:
    with grader(level) as process:
        assert process.stdout is not None
        assert moment in map(str.strip, process.stdout)
        process.kill()
    assert leaves_nothing_behind(process)


@linux
@pytest.mark.parametrize("level", LEVELS)
def test_a_grader_that_is_killed_at_any_moment_leaves_no_process_behind(level: str) -> None:
    rng = random.Random(level)
    for _ in range(3):
        with grader(level) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(rng.uniform(0.0, 0.6))
            process.kill()
        assert leaves_nothing_behind(process)


WITHOUT_POSIX = """
import sys, os, subprocess, socket, select, signal, tempfile, pathlib, numpy
for module in ("resource", "fcntl", "pwd", "grp", "termios"):
    sys.modules[module] = None
for name in ("fork", "memfd_create", "pidfd_open", "killpg", "setsid", "getuid", "getppid", "O_NOFOLLOW"):
    delattr(os, name)
sys.platform = "win32"
from grader.sandbox.host.levels import probe
from grader.sandbox.host.worker import Sandbox
from tests.sandbox.jobs import HONEST, honest_passes, job

with Sandbox() as sandbox:
    assert honest_passes(sandbox)
    assert sandbox.run(job("while True: pass", seconds=0.2)).ending.kind == "timeout"
    assert sandbox.isolation == probe().best == "process"
assert "torch" not in sys.modules
"""


@linux
def test_the_graders_side_needs_nothing_of_posix_and_no_torch() -> None:
    subprocess.run([sys.executable, "-W", "error", "-c", WITHOUT_POSIX], cwd=ROOT, check=True)


def test_the_sandboxs_processes_import_nothing_else_of_the_grader() -> None:
    code = """
import runpy, sys
runpy.run_path(sys.argv[1])["make_importable"](sys.argv[2])
import grader.sandbox.child.zygote, grader.sandbox.child.interpreter
print(*(name for name in sys.modules if name.startswith(("grader", "torch"))))
"""
    arguments = [start.__file__, str(Path(np.__file__).parents[1])]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, *arguments], check=True, capture_output=True, text=True
    )
    assert all(name == "grader" or name.startswith("grader.sandbox") for name in done.stdout.split())
