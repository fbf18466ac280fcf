"""Submissions to judge: worked solutions, and every misconception as the file that a student would hand in."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from keyword import iskeyword
from pathlib import Path

import numpy as np

from grader import catalog
from grader.cases import Case
from grader.exercise import Exercise, Input, Misconception
from grader.exercise.shapes import ANY_SHAPE
from grader.exercise.textbook import VOCABULARY, Line, Textbook
from grader.judging.bench import Bench
from grader.judging.judgement import Judgement, judgement
from grader.reference.sheet import Sheet
from grader.sandbox.wire.plain import plain
from grader.sandbox.wire.records import Ending, Plain, Reply, Run, StudentError

ROOT = Path(__file__).parent.parent


def solution(exercise: Exercise) -> bytes:
    """The worked solution's source."""
    return (home(exercise) / "solutions" / exercise.file).read_bytes()


def home(exercise: Exercise) -> Path:
    """The folder that has an exercise's solution and stub."""
    return catalog.home(exercise.name) or ROOT


def stub(exercise: Exercise) -> bytes:
    """The stub's source."""
    path = home(exercise) / "exercises" / exercise.file
    assert path.exists(), f"{path} is missing; grader sync writes it"
    return path.read_bytes()


def mistaken(exercise: Exercise, misconception: Misconception) -> bytes:
    """A whole submission whose backward makes the mistake; only for a forward/backward pair."""
    if misconception.formula:
        return written(exercise, exercise.books[0].replaced(misconception.formula))
    spec = ast.parse(inspect.getsource(inspect.getmodule(misconception.backward) or exercise.forward))
    kept = [node for node in spec.body if _belongs(node)]
    name = exercise.name
    return "\n\n".join(
        [
            "from __future__ import annotations",
            solution(exercise).decode().split('"""', 2)[2],
            *(ast.unparse(node) for node in kept),
            f"_given_forward = {name}_forward",
            f"def {name}_forward(*inputs):\n    return _given_forward(*inputs)[0], inputs",
            f"def {name}_backward(dout, cache):\n    return {misconception.backward.__name__}(dout, *cache)",
        ]
    ).encode()


def written(exercise: Exercise, book: Textbook) -> bytes:
    """A whole submission whose backward pass has a textbook's lines."""
    lines = [
        "from __future__ import annotations",
        solution(exercise).decode().split('"""', 2)[2],
        "import numpy as np",
        "from typing import Any",
        *(f"from numpy import {name}" for name, each in VOCABULARY.items() if getattr(np, name, None) is each),
        *(inspect.getsource(each) for name, each in VOCABULARY.items() if getattr(np, name, None) is not each),
        *_tools(book),
    ]
    named = {spec.name: spec for spec in exercise.inputs}
    if exercise.is_pair:
        name, inputs = exercise.name, ", ".join(named)
        made = ", ".join(exercise.gradients)
        asked = f"dict({', '.join(f'{each}={each}' for each in exercise.gradients)})" if exercise.network else made
        lines += [
            f"_given_forward = {name}_forward",
            f"def {name}_forward(*inputs):\n    return _given_forward(*inputs)[0], inputs",
            _function(f"{name}_backward", "dout, cache", [f"{inputs}, = cache"], named.values(), in_order(book), asked),
        ]
    for call in exercise.calls:
        given = [named[each] for each in call.arguments]
        wanted = [line for line in book.lines if line.target == call.result or line.names <= set(call.arguments)]
        lines.append(_function(call.function, ", ".join(call.arguments), [], given, wanted, call.result))
    return "\n\n".join(lines).encode()


def in_order(book: Textbook) -> list[Line]:
    """Its lines, each after those that it needs. Raises StopIteration where two need each other."""
    waiting, ordered = list(book.lines), list[Line]()
    while waiting:
        targets = {line.target for line in waiting}
        ordered.append(next(line for line in waiting if not line.names & (targets - {line.target})))
        waiting.remove(ordered[-1])
    return ordered


def _function(
    name: str, arguments: str, first: list[str], inputs: Iterable[Input], lines: Iterable[Line], returned: str
) -> str:
    sizes = [f"{', '.join(_axes(spec))}, = np.shape({spec.name})" for spec in inputs if _axes(spec)]
    body = [*first, *sizes, *map(str, lines), f"return {returned}"]
    return f"def {name}({arguments}):\n" + "\n".join(f"    {line}" for line in body)


def _axes(spec: Input) -> list[str]:
    """The names of an input's axes; one that Python can't have is left out of what lines may name."""
    named = [] if spec.shape == ANY_SHAPE else (spec.shape or "").split()
    return [f"_{axis}" if iskeyword(axis) else axis for axis in named]


def _tools(book: Textbook) -> Iterator[str]:
    """The functions of the modules that a textbook's tools come from."""
    for module in {inspect.getmodule(tool): None for tool in book.tools}:
        for _, each in inspect.getmembers(module, inspect.isfunction):
            is_its_own = each.__module__ == module.__name__  # type: ignore[union-attr]
            # Not what draws a case, either: it needs the grader.
            if is_its_own and each.__name__ != "forward" and "drawing" not in inspect.signature(each).parameters:
                yield inspect.getsource(each)


def _belongs(node: ast.stmt) -> bool:
    if isinstance(node, ast.ImportFrom):
        return not (node.module or "").startswith(("grader", "torch", "__future__"))
    if isinstance(node, ast.FunctionDef):
        return node.name != "forward" and "drawing" not in [each.arg for each in node.args.args]
    if isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
        # A constant of NumPy's and Python's own; not the exercise itself.
        names = {each.id for each in ast.walk(node.value) if isinstance(each, ast.Name)}
        return all(name in ("np", "math", "float", "int") or name.isupper() for name in names)
    return isinstance(node, ast.Import)


def judged(bench: Bench, case: Case, got: Mapping[str, Plain]) -> Judgement:
    """The judgement on a submission that gives `got` in a case, which is the only one."""
    exercise = bench.exercise
    here = bench.of(Sheet(exercise, [replace(case, number=0)]))
    results = dict(got)
    if exercise.is_pair:
        in_order = [got.get(name) for name in exercise.gradients]
        returned: Plain = got if exercise.network else in_order[0] if len(in_order) == 1 else in_order
        results = {"out": plain(here.references[0].out), "gradients": returned, "changed": {}}
    return judgement(here, exercise.file, Run((Reply(results),), Ending("finished")))


def answered(bench: Bench, misconception: Misconception) -> Run:
    """What the sandbox would bring back of a submission that makes the mistake, and nothing else wrong."""
    exercise, replies = bench.exercise, []
    for case, reference in zip(bench.cases, bench.references, strict=True):
        values = bench.predictions.of(misconception, case)
        if values is None:
            # As its own backward would: it raises, after a forward that was right.
            error = StudentError("raised", exercise.functions[-1], "ValueError", "shapes don't match")
            replies.append(Reply({"out": plain(reference.out)}, error))
            continue
        results = {name: plain(each) for name, each in values.items()}
        if exercise.is_pair:
            in_order = [results[name] for name in exercise.gradients]
            returned = results if exercise.network else in_order[0] if len(in_order) == 1 else in_order
            results = {"out": plain(reference.out), "gradients": returned, "changed": {}}
        replies.append(Reply(results))
    return Run(tuple(replies), Ending("finished"))
