"""Submissions to judge: worked solutions, and every misconception as the file that a student would hand in."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from grader.cases import Case
from grader.exercise import Exercise, Misconception
from grader.judging.bench import Bench
from grader.judging.judgement import Judgement, judgement
from grader.sandbox.wire.plain import plain
from grader.sandbox.wire.records import Ending, Plain, Reply, Run, StudentError

ROOT = Path(__file__).parent.parent


def solution(exercise: Exercise) -> bytes:
    """The worked solution's source."""
    return (ROOT / "solutions" / f"{exercise.module}.py").read_bytes()


def stub(exercise: Exercise) -> bytes:
    """The stub's source."""
    path = ROOT / "exercises" / exercise.file
    assert path.exists(), f"{path} is missing; grader sync writes it"
    return path.read_bytes()


def mistaken(exercise: Exercise, misconception: Misconception) -> bytes:
    """A whole submission whose backward makes the mistake; only for a forward/backward pair."""
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


def _belongs(node: ast.stmt) -> bool:
    if isinstance(node, ast.ImportFrom):
        return not (node.module or "").startswith(("grader", "torch", "__future__"))
    if isinstance(node, ast.FunctionDef):
        return node.name != "forward"
    if isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
        # A constant of NumPy's and Python's own; not the exercise itself.
        names = {each.id for each in ast.walk(node.value) if isinstance(each, ast.Name)}
        return all(name in ("np", "math", "float", "int") or name.isupper() for name in names)
    return isinstance(node, ast.Import)


def judged(bench: Bench, case: Case, got: Mapping[str, Plain]) -> Judgement:
    """The judgement on a submission that gives `got` in a case, which is the only one."""
    here = bench.of([replace(case, number=0)])
    exercise = here.exercise
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
