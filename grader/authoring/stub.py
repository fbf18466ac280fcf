"""A spec and its worked solution make the stub that students edit, the same bytes every time."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np

from grader.authoring.seal import sealed
from grader.cases import examples
from grader.exercise import Example, Exercise
from grader.judging.wording import value
from grader.text.numbers import nested

WIDTH = 100

Answer: TypeAlias = Callable[[str, str, str], str]
"""`answer(name, indent, body)`: what stands in the place of a body that is asked for. Lines, each with the indent."""


def stub(exercise: Exercise, solution: str) -> str:
    """The stub's text: the statement, what is given of the solution, and the bodies that are asked for left out."""
    return sealed("".join(_header(exercise)) + given_text(exercise, solution, _left_out))


def given_text(exercise: Exercise, solution: str, answer: Answer) -> str:
    """The text of a solution without its docstring and what only the answers use, with `answer` for the answers."""
    lines = solution.splitlines(keepends=True)
    return "".join(_answered(exercise, node, lines, answer) for node in _given(exercise, ast.parse(solution)))


def withheld_text(exercise: Exercise, solution: str) -> str:
    """The text of the functions and classes that only the answers use; "" if there are none."""
    tree, lines = ast.parse(solution), solution.splitlines(keepends=True)
    kept = list(_given(exercise, tree))
    return "".join(_answered(exercise, node, lines, _left_out) for node in tree.body[1:] if node not in kept)


def _left_out(name: str, indent: str, body: str) -> str:
    return f'{indent}raise NotImplementedError("{name} is yours to write")\n'


def _header(exercise: Exercise) -> Iterator[str]:
    yield f'"""{exercise.title} ({exercise.source})\n\n'
    yield textwrap.fill(exercise.statement, WIDTH) + "\n"
    yield "\nA gradient has the shape of its variable, to the axis, and its type.\n" if exercise.is_pair else ""
    for example in exercise.examples:
        yield "\n" + "\n".join(example_lines(exercise, example)) + "\n"
    yield f"\nJudge it:  pytest grader::{exercise.name}\nStuck?     grader hint {exercise.name}\n"
    yield '"""\n'


def example_lines(exercise: Exercise, example: Example) -> Iterator[str]:
    """A worked example in a few lines: what goes in, and the figures that the note prints."""
    yield f"Example ({example.source})"
    yield from _indented(", ".join(example_inputs(exercise, example)))
    if example.printed:
        yield from _indented("printed: " + ", ".join(printed_figures(exercise, example)))


def example_inputs(exercise: Exercise, example: Example) -> list[str]:
    """What goes into a worked example, as it would be typed: "x = [1, -2]", …; its upstream gradient last."""
    if exercise.written_call:
        every = zip(exercise.examples, examples(exercise), strict=True)
        return [exercise.written_call("", *case.inputs.values()) for each, case in every if each is example]
    values = dict(example.inputs) | ({"dout": example.dout} if exercise.is_pair else {})
    return [f"{name} = {repr(each) if isinstance(each, list) else value(each)}" for name, each in values.items()]


def printed_figures(exercise: Exercise, example: Example) -> list[str]:
    """The figures that the note prints: "dx = [4, 0]", …; each nested as its variable is, where that is an input."""
    return [f"{name} = {_figures(exercise, example, name)}" for name in example.printed]


def _figures(exercise: Exercise, example: Example, name: str) -> str:
    figures = example.printed[name].split()
    variable = example.inputs.get(name, example.inputs.get(name.removeprefix("d")))
    shape = np.shape(variable) if variable is not None and name != exercise.out.name else ()
    if len(figures) == 1 and not shape:
        return figures[0]
    if int(np.prod(shape)) != len(figures) or not shape:
        return f"[{', '.join(figures)}]"
    return nested(np.array(figures).reshape(shape).tolist(), str)


def _indented(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="    ", subsequent_indent="        ")


def _given(exercise: Exercise, tree: ast.Module) -> Iterator[ast.stmt]:
    """The statements that go into the stub: all but the docstring and what only the answers use."""
    asked = {name.split(".")[0] for name in exercise.to_write}
    definitions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    used: set[str] = set()
    waiting = [name for name in exercise.functions if name not in asked]
    waiting += [name for name in asked if isinstance(definitions.get(name), ast.ClassDef)]
    while waiting:
        name = waiting.pop()
        if name in definitions and name not in used:
            used.add(name)
            waiting += [node.id for node in ast.walk(definitions[name]) if isinstance(node, ast.Name)]
    for node in tree.body[1:]:
        if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name in used | asked:
            yield node


def _answered(exercise: Exercise, node: ast.stmt, lines: list[str], answer: Answer) -> str:
    """A statement's own text, with the bodies of the asked functions replaced, and the space before it."""
    start = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))])
    cuts: list[tuple[int, int, str]] = []
    for name, function in _functions(node):
        if name in exercise.to_write:
            first = function.body[0]
            body = first.end_lineno if ast.get_docstring(function) else function.lineno
            assert body is not None
            assert function.end_lineno is not None
            indent = " " * (function.col_offset + 4)
            own = "".join(lines[body : function.end_lineno])
            cuts.append((body, function.end_lineno, answer(name, indent, own)))
    assert node.end_lineno is not None
    text, at = "", start - 1
    for body, end, left in cuts:
        text += "".join(lines[at:body]) + left
        at = end
    text += "".join(lines[at : node.end_lineno])
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return f"\n\n{text}"
    return f"\n{text}" if start >= 2 and not lines[start - 2].strip() else text


def _functions(node: ast.stmt) -> Iterator[tuple[str, ast.FunctionDef]]:
    if isinstance(node, ast.FunctionDef):
        yield node.name, node
    elif isinstance(node, ast.ClassDef):
        for method in node.body:
            if isinstance(method, ast.FunctionDef):
                yield f"{node.name}.{method.name}", method
