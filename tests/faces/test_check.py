"""`check`, in a notebook or a REPL."""

from __future__ import annotations

import bdb
import importlib.util
import subprocess
import sys
import types
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader import catalog, check
from grader.judging.judgement import judge
from grader.report.terminal import plain, verdict
from grader.sandbox.host.worker import Sandbox
from tests import submissions
from tests.conftest import bench
from tests.faces.running import hand_out
from tests.judge.written import backward, edited, file

SUBMISSIONS = {
    "right": ("relu", backward("relu", "return dout * (cache > 0)")),
    "wrong": ("relu", backward("relu", "print(dout)\nreturn dout * (cache >= 0)")),
    "unfinished": ("relu", backward("relu", "raise NotImplementedError")),
    "raising": ("relu", backward("relu", "return dout @ cache @ cache")),
    "leaving": ("relu", backward("relu", "import sys\nsys.exit()")),
    "changing its input": ("relu", backward("relu", "dout[cache <= 0] = 0\nreturn dout")),
    "a changed forward": ("relu", edited("relu", "np.maximum(x, 0)", "np.abs(x)")),
    "by finite differences": (
        "square",
        backward("square", "return dout * (square_forward(cache + 1e-6)[0] - square_forward(cache)[0]) * 1e6"),
    ),
    "right where the upstream gradient is 1": ("square", backward("square", "return 2 * cache")),
    "half right": ("affine", backward("affine", "X, W = cache\nreturn dout @ W.T, X.T @ dout, dout.mean(axis=0)")),
    "a network": ("linear_neuron", edited("linear_neuron", "dout * d", "2 * dout * d")),
    "no pair": ("relu_jacobian", edited("relu_jacobian", "J.T @ dout", "J @ dout")),
}


def functions(name: str, source: str | bytes, folder: Path) -> list[Callable[..., Any]]:
    """The functions of a submission, as a notebook has them: defined in this process."""
    exercise = catalog.get(name)
    path = folder / f"{exercise.module}.py"
    path.write_bytes(source if isinstance(source, bytes) else source.encode())
    spec = importlib.util.spec_from_file_location(exercise.module, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return [getattr(module, function) for function in exercise.functions]


@pytest.mark.parametrize("kind", SUBMISSIONS)
def test_the_verdict_is_that_of_the_sandbox(
    kind: str, sandbox: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name, source = SUBMISSIONS[kind]
    code = source if isinstance(source, bytes) else source.encode()
    there = judge(bench(name), file(catalog.get(name)), code, sandbox).result
    here = check(name, *functions(name, source, tmp_path))
    # A function has no file of its own here.
    assert replace(here.result, file=there.file, line=there.line) == there
    assert float(here) == there.worth(there.max_points).points
    assert capsys.readouterr().out.endswith(plain(verdict(there, of_a_file=False)) + "\n")


def test_no_file_is_to_be_brought_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    points = check("relu", *functions("relu", SUBMISSIONS["a changed forward"][1], tmp_path))
    for said in (capsys.readouterr().out, points._repr_html_()):
        assert "The gradients were not judged. Put the given forward back." in said
        assert "reset" not in said


def test_its_repr_is_that_of_a_float(tmp_path: Path) -> None:
    points = check("relu", *functions("relu", submissions.solution(catalog.get("relu")), tmp_path))
    assert isinstance(points, float)
    assert (repr(points), str(points), f"{points:.1f}", points) == ("2.0", "2.0", "2.0", 2.0)


def test_an_exercise_may_be_worth_other_points(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = functions("relu", submissions.solution(catalog.get("relu")), tmp_path)
    assert float(check("relu", *given, points=5)) == 5
    assert capsys.readouterr().out == "relu   5/5   agrees with PyTorch\n"
    wrong = functions("relu", SUBMISSIONS["wrong"][1].replace("print(dout)", "pass"), tmp_path)
    assert float(check("relu", *wrong, points=1)) == pytest.approx(check("relu", *wrong) / 2)


def test_a_repl_shows_the_verdict_and_then_the_points(tmp_path: Path) -> None:
    lines = [
        "from grader import check",
        "import sys; sys.path.insert(0, 'exercises')",
        "from ex21_relu import *",
        "check('relu', relu_forward, relu_backward)",
        "relu_backward = lambda dout, x: dout * (x > 0)",
        "check('relu', relu_forward, relu_backward)",
    ]
    command = [sys.executable, "-i", "-q", "-c", ""]
    done = subprocess.run(
        command, input="\n".join(lines) + "\n", cwd=hand_out(tmp_path), capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        "relu   0/2   not started",
        "  004 §8 · grader hint relu",
        "0.0",
        "relu   2/2   agrees with PyTorch",
        "2.0",
    ]


def test_a_notebook_gets_html_and_nothing_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shell = type("ZMQInteractiveShell", (), {})()
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))
    points = check("relu", *functions("relu", SUBMISSIONS["wrong"][1].replace("print(dout)", "pass"), tmp_path))
    assert capsys.readouterr().out == ""
    html = points._repr_html_()
    assert html.startswith("<pre")
    assert html.index("</pre>") < html.index("<svg")
    assert "dx is wrong where x = 0" in html
    assert "Your mask lets the gradient through at x = 0." in html


def test_whatever_a_student_wrote_is_escaped(tmp_path: Path) -> None:
    evil = "<script>alert(1)</script><img src=x onerror='alert(2)'>&amp;\\x1b[31m"
    for body in (f"raise ValueError({evil!r})", f"print({evil!r})\nreturn dout", f"return {{{evil!r}: dout}}"):
        html = check("relu", *functions("relu", backward("relu", body), tmp_path))._repr_html_()
        assert "<script" not in html
        assert "<img" not in html
        assert "\x1b" not in html
    source = edited("linear_neuron", 'return {"dd"', f"return {{{evil!r}: 0, 'dd'")
    html = check("linear_neuron", *functions("linear_neuron", source, tmp_path))._repr_html_()
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_an_unknown_exercise_is_answered_with_a_similar_one() -> None:
    with pytest.raises(ValueError, match="there is no exercise 'rleu'; did you mean relu"):
        check("rleu", len, len)
    with pytest.raises(ValueError, match="there is no exercise 'zzz'; `grader list` shows them all"):
        check("zzz")


@pytest.mark.parametrize("given", [(), (len,), (len, len, len), (len, 3)])
def test_anything_but_the_functions_of_the_exercise_is_refused(given: tuple[Any, ...]) -> None:
    with pytest.raises(ValueError, match=r"check\('relu', …\) takes relu_forward, relu_backward, in this order"):
        check("relu", *given)


def test_an_interrupt_is_the_users(tmp_path: Path) -> None:
    source = backward("relu", "raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        check("relu", *functions("relu", source, tmp_path))


def test_another_seed_makes_other_cases(tmp_path: Path) -> None:
    source = "import numpy as np\nseen = []\n" + backward(
        "relu", "seen.append(dout.tolist())\nreturn dout * (cache > 0)"
    )
    forward, back = functions("relu", source, tmp_path)
    for seed in (0, 0, 1):
        check("relu", forward, back, seed=seed)
    seen = back.__globals__["seen"]
    third = len(seen) // 3
    assert seen[:third] == seen[third : 2 * third] != seen[2 * third :]


def test_who_quits_a_debugger_in_an_answer_gets_no_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    def quit_it(dout: Any, cache: Any) -> Any:
        raise bdb.BdbQuit

    with pytest.raises(bdb.BdbQuit):
        check("square", lambda w: (w * w, w), quit_it)
    assert capsys.readouterr().out == ""
