"""Right solutions in any style earn every point, and nobody finds fault with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader import catalog
from grader.judging.source import read
from grader.results import ExerciseResult
from grader.sandbox.host.worker import Sandbox
from tests.judge.right_bodies import BODIES
from tests.judge.right_files import FILES
from tests.judge.written import backward, edited, judged


def assert_faultless(result: ExerciseResult) -> None:
    assert result.findings == ()
    assert (result.status, result.points) == ("passed", result.max_points)
    assert {check.status for check in result.checks} == {"passed"}
    assert result.diagnosis is None


@pytest.mark.parametrize("style", BODIES)
def test_a_right_backward_passes(style: str, sandbox: Sandbox) -> None:
    name, body = BODIES[style]
    result = judged(sandbox, name, backward(name, body))
    assert_faultless(result)
    assert result.notes == ()


@pytest.mark.parametrize("style", FILES)
def test_a_right_file_passes(style: str, sandbox: Sandbox) -> None:
    name, source = FILES[style]
    result = judged(sandbox, name, source)
    assert_faultless(result)
    assert result.notes == ()


def test_keys_beyond_those_asked_for_are_named_in_a_note(sandbox: Sandbox) -> None:
    source = edited("linear_neuron", 'return {"dd": dd,', 'return {"dy": -dd, "loss": None, "dd": dd,')
    result = judged(sandbox, "linear_neuron", source)
    assert_faultless(result)
    assert result.notes == ("linear_neuron_backward returns more than is asked: dy, loss ignored",)


@pytest.mark.parametrize(
    ("encoding", "first_line"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("latin-1", "# -*- coding: latin-1 -*-\n"),
        ("cp1252", "#!/usr/bin/env python\n# vim: set fileencoding=cp1252 :\n"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_source_in_any_encoding_that_python_reads_passes(
    encoding: str, first_line: str, newline: str, tmp_path: Path, sandbox: Sandbox
) -> None:
    body = backward("relu", "é = 'çà'  # naïve\nreturn dout * (cache > 0) if é else None")
    (tmp_path / "ex21_relu.py").write_bytes((first_line + body).replace("\n", newline).encode(encoding))
    source = read(tmp_path, catalog.get("relu"))
    assert isinstance(source, bytes)
    assert_faultless(judged(sandbox, "relu", source))
