"""Submissions written by hand, and what the judge says of them."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from textwrap import dedent, indent

from grader import catalog
from grader.exercise import Exercise
from grader.judging.bench import Bench
from grader.judging.judgement import judgement
from grader.report.terminal import plain, verdict
from grader.results import ExerciseResult
from grader.sandbox.host.worker import Sandbox
from tests import submissions
from tests.conftest import bench


def backward(name: str, body: str) -> str:
    """The worked solution of an exercise, its last function with another body."""
    exercise = catalog.get(name)
    source = submissions.solution(exercise).decode()
    lines = source.splitlines()
    (function,) = [
        node
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef) and node.name == exercise.functions[-1]
    ]
    head = f"def {function.name}({ast.unparse(function.args)}):"
    lines[function.lineno - 1 : function.end_lineno] = [head, indent(dedent(body).strip("\n"), "    ")]
    return "\n".join(lines) + "\n"


def edited(name: str, old: str, new: str) -> str:
    """The worked solution of an exercise with one passage replaced."""
    source = submissions.solution(catalog.get(name)).decode()
    assert source.count(old) == 1, f"{name}: {old!r}"
    return source.replace(old, new)


def file(exercise: Exercise) -> str:
    """What results call an exercise's file."""
    return f"exercises/{exercise.module}.py"


def judged(sandbox: Sandbox, name: str, source: str | bytes, seconds: float | None = None) -> ExerciseResult:
    """The verdict on one file, run in the sandbox, for at most `seconds`; formulas are not looked for."""
    here = bench(name)
    if seconds is not None:
        here = Bench(replace(here.exercise, seconds=seconds))
    code = source if isinstance(source, bytes) else dedent(source).encode()
    return judgement(here, file(here.exercise), sandbox.run(here.job(code))).result


def screen(result: ExerciseResult) -> str:
    """What a student reads of it."""
    return plain(verdict(result))


def assert_readable(result: ExerciseResult) -> None:
    """No traceback, nothing of the grader's own, no control character, and few lines."""
    shown = screen(result)
    for finding in shown.split("\nand "):
        assert len(finding.splitlines()) <= 14, shown
    assert not re.search(r"Traceback|File \"|grader[/.]\w|<module>|Unsupported|\.py\", line", shown), shown
    assert not any(ord(character) < 32 for character in shown.replace("\n", "")), shown


def says(result: ExerciseResult, status: str, *words: str) -> None:
    """The verdict has this status, and a student reads these words."""
    assert result.status == status, screen(result)
    assert_readable(result)
    shown = " ".join(screen(result).split())
    for each in words:
        assert each in shown, f"{each!r} is not in:\n{screen(result)}"
