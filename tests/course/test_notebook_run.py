"""A notebook's steps share one confined process: what each gives, and what is left when the process dies."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from grader.sandbox.host.levels import LEVELS
from grader.sandbox.host.pace import Pace
from grader.sandbox.host.worker import Sandbox
from grader.sandbox.wire.cells import Cell, NotebookJob, NotebookRun, Trials
from grader.sandbox.wire.job_frames import decode_job, encode_job
from grader.sandbox.wire.records import Ending, Reply, Spot
from tests.proof import needs
from tests.sandbox.jobs import HONEST, honest_passes, job

CHECK = Trials(("double_forward", "double_backward"), job(""))


@pytest.fixture(scope="module", params=LEVELS)
def at_each_level(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with Sandbox(request.param) as sandbox:
        yield sandbox


def notebook(*steps: str | Trials, seconds: float = 20.0, each: float = 5.0) -> NotebookJob:
    made = tuple(
        Cell(f"cell {number}", step, each) if isinstance(step, str) else step for number, step in enumerate(steps)
    )
    return NotebookJob(made, seconds)


def only(run: NotebookRun, step: int) -> Reply:
    (reply,) = run.replies[step]
    assert reply is not None
    return reply


def value(sandbox: Sandbox, *cells: str) -> Any:
    """The value of the last of some cells."""
    return only(sandbox.run_notebook(notebook(*cells)), -1).results.get("value")


def error(sandbox: Sandbox, *cells: str) -> str:
    """What the last of some cells raises."""
    raised = only(sandbox.run_notebook(notebook(*cells)), -1).error
    return f"{raised.type}: {raised.message}" if raised else ""


def test_cells_share_a_namespace_and_a_check_sees_it(at_each_level: Sandbox) -> None:
    run = at_each_level.run_notebook(notebook("x = 1", HONEST, CHECK, "x += 1\nx"))
    assert (run.ending, run.running) == (Ending("finished"), None)
    assert only(run, 3).results["value"] == 2
    for reply in run.replies[2]:
        assert reply is not None
        assert np.array_equal(reply.results["gradients"], [6.0, 8.0, -10.0])


def test_a_warning_names_no_file_of_the_graders(at_each_level: Sandbox) -> None:
    run = at_each_level.run_notebook(notebook("async def f(): ...", "f();", "f()\n1"))
    assert only(run, 1).printed == "RuntimeWarning: coroutine 'f' was never awaited\n"
    assert only(run, 2).printed.startswith("cell 2:")


def test_a_check_sees_the_functions_of_its_moment(sandbox: Sandbox) -> None:
    run = sandbox.run_notebook(notebook(CHECK, HONEST, CHECK, "del double_backward", CHECK))
    errors = [[reply.error.kind if reply and reply.error else None for reply in run.replies[n]] for n in (0, 2, 4)]
    assert errors == [["missing"] * 2, [None] * 2, ["missing"] * 2]


def test_functions_may_have_other_names(sandbox: Sandbox) -> None:
    named = HONEST.replace("double_", "my_")
    run = sandbox.run_notebook(notebook(named, replace(CHECK, given=("my_forward", "my_backward"))))
    assert all(reply is not None and reply.error is None for reply in run.replies[1])


def test_a_cell_that_raises_does_not_stop_the_later_ones(at_each_level: Sandbox) -> None:
    run = at_each_level.run_notebook(
        notebook("1 / 0", "def f(:", "import sys\nsys.exit()", "raise KeyboardInterrupt", "7")
    )
    kinds = [reply.error.type if reply and reply.error else "" for (reply,) in run.replies]
    assert kinds == ["ZeroDivisionError", "SyntaxError", "SystemExit", "KeyboardInterrupt", ""]
    assert only(run, 4).results["value"] == 7


def test_an_error_names_its_line(sandbox: Sandbox) -> None:
    raised = only(sandbox.run_notebook(notebook("def f():\n    return 1 / 0\n", "\n\nf()")), 1).error
    assert raised is not None
    assert (raised.line, raised.text) == (2, "return 1 / 0")


@pytest.mark.parametrize("body", ["while True: pass", "import time; time.sleep(99)", "await asyncio.sleep(99)"])
def test_a_step_has_a_limit_of_its_own(at_each_level: Sandbox, body: str) -> None:
    began = time.monotonic()
    run = at_each_level.run_notebook(notebook("import asyncio", body, "3", each=0.5, seconds=60.0))
    assert (run.ending.kind, run.running) == ("timeout", 1)
    assert run.replies[2] == (None,)
    assert time.monotonic() - began < 10
    assert honest_passes(at_each_level)


def test_a_step_that_does_not_end_has_the_line_that_ran(at_each_level: Sandbox) -> None:
    run = at_each_level.run_notebook(notebook("import time\nwhile True: time.sleep(0.01)", each=1.5))
    assert (run.ending.kind, run.place) == ("timeout", Spot(2, "while True: time.sleep(0.01)"))


def test_a_notebook_has_a_limit_for_all_steps(at_each_level: Sandbox) -> None:
    run = at_each_level.run_notebook(notebook(*["import time; time.sleep(0.3)"] * 9, seconds=1.0))
    assert run.ending.kind == "timeout"
    assert run.running is not None
    assert 0 < run.running < 8


def test_a_check_has_its_exercises_limit(sandbox: Sandbox) -> None:
    slow = HONEST.replace("return 2 * dout", "while True: pass")
    check = replace(CHECK, job=replace(CHECK.job, seconds=0.3))
    run = sandbox.run_notebook(notebook(slow, check, "3"))
    assert (run.ending.kind, run.running) == ("timeout", 1)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("import os; os._exit(3)", "exited"),
        ("import ctypes; ctypes.string_at(0)", "crashed"),
        ("import os; os.write(3, b'rubbish' * 99)", "bad-reply"),
    ],
)
def test_a_death_says_where_it_was(sandbox: Sandbox, body: str, kind: str) -> None:
    run = sandbox.run_notebook(notebook("1", body, "3"))
    assert (run.ending.kind, run.running) == (kind, 1)
    assert only(run, 0).results["value"] == 1
    assert honest_passes(sandbox)


def test_a_stop_that_comes_too_late_harms_no_other_job(sandbox: Sandbox) -> None:
    for tenth in range(8):
        seconds = 0.02 + tenth / 100
        sandbox.run_notebook(notebook(f"import time; time.sleep({seconds})", each=seconds))
        assert honest_passes(sandbox)


def test_what_is_printed_is_each_steps_own(at_each_level: Sandbox) -> None:
    talking = HONEST.replace("return 2 * x, x", "print('forward')\n    return 2 * x, x")
    run = at_each_level.run_notebook(
        notebook("print('one')", "import sys; sys.stderr.write('two'); None", talking, CHECK)
    )
    assert [only(run, 0).printed, only(run, 1).printed] == ["one\n", "two"]
    assert [reply.printed for reply in run.replies[3] if reply] == ["forward\n"] * 2


def test_what_was_printed_where_it_died_is_that_steps_own(at_each_level: Sandbox) -> None:
    run = at_each_level.run_notebook(notebook("print('one')", "import os\nprint('two')\nos._exit(1)", "print('three')"))
    assert (run.running, run.printed) == (1, "two\n")


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("1 + 1",), 2),
        (("x = 3", "x"), 3),
        (("1;",), None),
        (("1;  # silent",), None),
        (("'a;'\n2.5",), 2.5),
        (("None",), None),
        (("x = 1",), None),
        (("",), None),
        (("# nothing",), None),
        (("if True:\n    4",), None),
        (("%%time\nx = 5\nx",), 5),
        (("%%capture kept\nprint('hi')\nx = 6", "len(kept.stdout) + x"), 9),
        (("x = 1\n%timeit x + 1\nx",), 1),
        (("%%timeit\ny = 1", "int('y' in globals())"), 0),
        (("import asyncio\nawait asyncio.sleep(0.01)\n8",), 8),
        (("async def f(): return 9", "await f()"), 9),
        (("import asyncio\nsum(await asyncio.gather(*[asyncio.sleep(0.01, n) for n in range(4)]))",), 6),
        ((">>> x = 2\n>>> x",), 2),
        (("files = !ls\nlen(files)",), 0),
        (("from grader import check\ncheck('relu', None)",), 0.0),
        (("int(__name__ == '__main__')",), 1),
        (("get_ipython().user_ns['x'] = 4", "x"), 4),
    ],
)
def test_a_cells_value_is_that_of_its_last_expression(sandbox: Sandbox, cells: tuple[str, ...], expected: Any) -> None:
    needs("IPython")
    found = value(sandbox, *cells)
    assert found == expected
    assert error(sandbox, *cells) == ""


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("!ls -l", "!ls -l does nothing here: there is no shell"),
        ("%matplotlib inline", "%matplotlib does nothing here: plots are not drawn"),
        ("%pip install torch", "%pip does nothing here: nothing can be installed"),
        ("%load_ext autoreload\n%autoreload 2", "%autoreload does nothing here: extensions are not loaded"),
        ("%%bash\nls", "%%bash does nothing here: there is no shell"),
        ("%%writefile x.py\nx = 1", "%%writefile does nothing here: there are no files"),
        ("len?", "?len does nothing here: help is not shown"),
        ("%made_up 1 2", "%made_up does nothing here: this magic is not known"),
        ("display(1, 'a')", "1\n'a'"),
        ("from IPython.display import Markdown, display\ndisplay(Markdown('x'))", "not drawn here"),
        ("%time 1 + 1", "s (run once)"),
    ],
)
def test_what_does_nothing_says_why(at_each_level: Sandbox, cell: str, said: str) -> None:
    needs("IPython")
    run = at_each_level.run_notebook(notebook(cell))
    assert only(run, 0).error is None
    assert said in only(run, 0).printed


@pytest.mark.parametrize("module", ["torch", "matplotlib.pyplot", "IPython.core.magic", "grader.cases", "nbgrader"])
def test_a_module_that_is_out_of_reach_costs_its_cell(sandbox: Sandbox, module: str) -> None:
    run = sandbox.run_notebook(notebook(f"import {module}", "2"))
    raised = only(run, 0).error
    assert raised is not None
    assert raised.type == "ModuleNotFoundError"
    assert only(run, 1).results["value"] == 2


@pytest.mark.parametrize("cell", ["open('/etc/passwd')", "import os; os.fork()", "import socket; socket.socket()"])
def test_a_notebook_is_confined_as_a_file_is(cell: str) -> None:
    with Sandbox("full") as full:
        assert "Permission" in error(full, cell) or "not permitted" in error(full, cell)


def test_a_job_travels_as_it_is() -> None:
    sent = notebook("x = '∇'\n", CHECK, "'\ud800'")
    received = decode_job(encode_job(sent))
    assert isinstance(received, NotebookJob)
    assert received.steps[0] == sent.steps[0]
    assert received.steps[2] == sent.steps[2]
    assert isinstance(received.steps[1], Trials)
    assert received.steps[1].given == CHECK.given
    assert received.seconds == sent.seconds


def test_an_unknown_driver_is_an_error(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="no driver"):
        sandbox.run_notebook(notebook(replace(CHECK, job=replace(CHECK.job, driver="none"))))


def test_a_pace_counts_whole_frames_only() -> None:
    from grader.sandbox.wire.messages import START, encode_loaded, encode_place, encode_reply

    steps = (Cell("a", "", 1.0), CHECK, Cell("b", "", 3.0))
    pace = Pace(steps)
    loaded, frame = encode_loaded(0), encode_reply(Reply({}), 0)
    first = pace.deadline(START + loaded)
    assert pace.deadline(START + loaded + frame[:-1]) == first
    place = encode_place(Spot(1, "x"))
    assert pace.deadline(START + loaded + place[:-1]) == pace.deadline(START + loaded + place) == first
    loaded += place
    assert pace.deadline(START + loaded + frame) > first + CHECK.seconds - 2
    assert pace.deadline(START + loaded + 2 * frame) > first + CHECK.seconds - 2
    assert pace.deadline(START + loaded + 3 * frame) < first + 4
    assert pace.deadline(START + loaded + 9 * frame + b"x" * 99) < time.monotonic() + 4
