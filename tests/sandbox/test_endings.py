"""However a submission's process ends, the run says how, and the next submission gets its due."""

from __future__ import annotations

import pytest

from grader.sandbox.host.worker import Sandbox
from grader.sandbox.wire.records import Run, Spot
from tests.sandbox.jobs import HONEST, backward, honest_passes, is_right, job

# Right at the first trial, and then whatever the body does.
ONCE_RIGHT = "global done\nif 'done' not in globals():\n    done = 1\n    return 2 * dout\n"

IGNORING = """
import signal
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    pass
"""

HOARDING = """
global hoard
hoard = []
size = 1 << 28
while size:
    try:
        hoard.append(bytearray(size))
    except MemoryError:
        size //= 2
return 2 * dout
"""

FLOODING = """
import os
while True:
    for fd in range(3, 16):
        try:
            os.write(fd, bytes(1 << 20))
        except OSError:
            pass
"""

PRINTING = """
import sys
print("out", dout[0])
print("err", file=sys.stderr)
sys.stdout.buffer.write(b"raw\\n")
return dout
"""

VANDALISING = """
import builtins, os, sys
np.array_equal = np.array = np.asarray = np.ndarray = lambda *arguments, **named: 1 / 0
os.environ["X"] = "1"
sys.path[:] = []
sys.modules.clear()
np.random.seed(7)
builtins.len = None
return 2 * dout
"""

INSPECTING = """
import os
assert "X" not in os.environ
assert os.getcwd() == os.path.abspath(os.sep)
assert len([0]) == 1
return np.array(2 * dout)
"""


def ending(sandbox: Sandbox, body: str, seconds: float = 10.0) -> Run:
    run = sandbox.run(backward(ONCE_RIGHT + body, seconds=seconds))
    assert run.replies[0] is not None
    assert run.replies[0].error is None
    assert honest_passes(sandbox)
    return run


def test_an_honest_submission_finishes(at_each_level: Sandbox) -> None:
    assert is_right(at_each_level.run(job(HONEST)))


def test_an_exception_does_not_end_it(at_each_level: Sandbox) -> None:
    run = ending(at_each_level, "raise SystemExit")
    assert run.ending.kind == "finished"
    assert run.replies[1] is not None
    assert run.replies[1].error is not None


def test_a_file_that_raises_is_a_load_error(at_each_level: Sandbox) -> None:
    run = at_each_level.run(job("x = 1\n1 / 0"))
    assert run.ending.kind == "load-error"
    assert run.error is not None
    assert run.error.line == 2
    assert run.error.text == "1 / 0"
    assert run.replies == (None, None)


@pytest.mark.parametrize("body", ["while True: pass", "import time\ntime.sleep(1000)"])
def test_a_submission_that_does_not_end_is_a_timeout(at_each_level: Sandbox, body: str) -> None:
    run = ending(at_each_level, body, seconds=0.5)
    assert run.ending.kind == "timeout"
    assert run.replies[1] is None


def test_a_file_that_does_not_end_is_a_timeout_with_the_line_that_ran(at_each_level: Sandbox) -> None:
    run = at_each_level.run(job("x = 1\nwhile True: pass", seconds=1.5))
    assert (run.ending.kind, run.place) == ("timeout", Spot(2, "while True: pass"))


def test_the_alarm_changes_nothing_for_who_ends_in_time() -> None:
    with Sandbox("limits") as sandbox:
        run = ending(sandbox, "import signal\nsignal.raise_signal(signal.SIGALRM)\nreturn 2 * dout")
    assert is_right(run)
    assert run.place is None


def test_signals_that_are_ignored_change_nothing(with_limits: Sandbox) -> None:
    assert ending(with_limits, IGNORING, seconds=0.5).ending.kind == "timeout"


@pytest.mark.parametrize("status", [0, 3, 97])
def test_leaving_early_is_an_exit_with_its_status(at_each_level: Sandbox, status: int) -> None:
    run = ending(at_each_level, f"import os\nos._exit({status})")
    assert run.ending.kind == "exited"
    assert run.ending.detail == str(status)


def test_a_segmentation_fault_is_a_crash(at_each_level: Sandbox) -> None:
    run = ending(at_each_level, "import ctypes\nctypes.string_at(0)")
    assert run.ending.kind == "crashed"
    assert run.ending.detail == "SIGSEGV"


def test_what_was_printed_before_a_crash_is_kept(at_each_level: Sandbox) -> None:
    run = ending(at_each_level, "print('so far', end='')\nimport ctypes\nctypes.string_at(0)")
    assert "so far" in run.printed


def test_what_was_printed_is_told_apart_when_the_process_ends(at_each_level: Sandbox) -> None:
    body = "calls.append(1)\nprint('call', len(calls))\nreturn 2 * dout if len(calls) < 2 else os._exit(3)"
    source = backward(body).source.decode()
    run = at_each_level.run(job(f"import os\ncalls = []\nprint('loading')\n{source}"))
    assert run.replies[0] is not None
    assert (run.replies[0].printed, run.printed) == ("call 1\n", "call 2\n")
    assert run.output == "loading\ncall 1\ncall 2\n"


def test_a_first_case_that_ends_the_process_has_nothing_of_the_loading(at_each_level: Sandbox) -> None:
    source = backward("print('call')\nos._exit(3)").source.decode()
    assert at_each_level.run(job(f"import os\nprint('loading')\n{source}")).printed == "call\n"


@pytest.mark.parametrize("end", ["1 / 0", "import os; os._exit(3)"])
def test_where_loading_fails_what_it_printed_is_told(at_each_level: Sandbox, end: str) -> None:
    assert at_each_level.run(job(f"print('loading')\n{end}")).printed == "loading\n"


def test_a_flood_before_the_last_case_is_not_taken_for_its_own(at_each_level: Sandbox) -> None:
    source = backward("print('x' * 100_000)\nreturn 2 * dout if len(calls) else os._exit(3)").source.decode()
    run = at_each_level.run(job(f"import os\ncalls = [1]\n{source.replace('len(calls)', 'calls and calls.pop()')}"))
    assert run.replies[0] is not None
    assert (len(run.output), run.printed) == (64 << 10, "")


def test_deep_recursion_is_a_crash_or_an_error(at_each_level: Sandbox) -> None:
    # Through C code: a recursion of Python alone takes no stack, and no end, in many versions.
    body = "import sys\nsys.setrecursionlimit(10**9)\nf = lambda x: sorted([x], key=f)\nf(1)"
    run = ending(at_each_level, body)
    assert run.ending.kind in ("crashed", "finished", "memory")


def test_an_allocation_beyond_the_limit_is_a_memory_error(with_limits: Sandbox) -> None:
    run = ending(with_limits, "hoard = []\nwhile True: hoard.append(np.ones(10_000_000))")
    assert run.replies[1] is not None
    assert run.replies[1].error is not None
    assert run.replies[1].error.type == "MemoryError"


def test_a_gibibyte_is_enough_for_an_honest_half(with_limits: Sandbox) -> None:
    assert is_right(with_limits.run(backward("np.ones(60_000_000)\nreturn 2 * dout")))


def test_hoarding_memory_until_none_is_left_is_survived(with_limits: Sandbox) -> None:
    assert ending(with_limits, HOARDING).ending.kind in ("finished", "memory", "exited")


@pytest.mark.parametrize(
    "written", ["b'nonsense' * 10", "b'HGR1' + b'\\xff' * 12", "b'HGR1' + bytes(12)", "b'\\x80\\x04K\\x01.' * 100"]
)
def test_a_word_on_the_replies_pipe_is_a_bad_reply(at_each_level: Sandbox, written: str) -> None:
    body = (
        f"import os\nfor fd in range(3, 16):\n    try: os.write(fd, {written})\n    except OSError: pass\nreturn dout"
    )
    assert ending(at_each_level, body).ending.kind == "bad-reply"


def test_more_replies_than_the_cap_are_a_bad_reply(at_each_level: Sandbox) -> None:
    run = ending(at_each_level, FLOODING, seconds=2.0)
    assert run.ending.kind == "bad-reply"


def test_a_flood_of_output_is_capped(at_each_level: Sandbox) -> None:
    run = ending(at_each_level, "for _ in range(100_000): print('x' * 100)\nreturn 2 * dout")
    assert is_right(run)
    assert len(run.output) == 64 << 10
    assert run.replies[1] is not None
    assert len(run.replies[1].printed) <= 4000


def test_a_flood_past_the_capped_writer_is_capped(at_each_level: Sandbox) -> None:
    run = ending(at_each_level, "import os\nfor _ in range(1000): os.write(1, b'x' * 10_000)\nreturn 2 * dout")
    assert is_right(run)
    assert len(run.output) == 64 << 10


def test_each_reply_has_what_its_trial_printed(at_each_level: Sandbox) -> None:
    run = at_each_level.run(backward(PRINTING))
    for reply in run.replies:
        assert reply is not None
        assert reply.printed == "out 3.0\nerr\nraw\n"


def test_closed_pipes_are_survived(at_each_level: Sandbox) -> None:
    run = ending(at_each_level, "import os\nos.closerange(0, 64)\nreturn 2 * dout")
    assert run.ending.kind in ("exited", "finished")


def test_a_monkeypatched_numpy_is_gone_for_the_next_job(at_each_level: Sandbox) -> None:
    ending(at_each_level, VANDALISING)
    assert is_right(at_each_level.run(backward(INSPECTING)))


def test_the_random_state_is_the_same_for_every_job(at_each_level: Sandbox) -> None:
    body = "import random\nprint(np.random.rand(), random.random())\nreturn 2 * dout"
    assert at_each_level.run(backward(body)).output == at_each_level.run(backward(body)).output
