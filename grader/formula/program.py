"""A student's file, taken apart: its own functions, and what in them a result can come from.

The file is untrusted. It is parsed, within bounds, and never run here.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from grader.exercise import Exercise
from grader.text.language import say

MOST_BYTES = 32 << 10
"""A file that is longer isn't taken apart: the longest worked solution has 6,000 bytes, and parsing takes memory."""

MOST_DEPTH = 60
"""How deep a file's syntax may be nested: worked solutions stay below 20, and every level is a call here."""


Span: TypeAlias = tuple[int, int]
"""Where something begins and ends in a text, in bytes."""


class UnsearchableError(ValueError):
    """A file that can't be taken apart; the message says why, in words that go on after its name."""


@dataclass(frozen=True)
class OwnFunction:
    """A function of the student's own, those that it stands in, and the place of its statement at the file's top."""

    node: ast.FunctionDef
    outer: tuple[ast.FunctionDef, ...]
    unit: int


class Program:
    """A student's file, taken apart; `source` is its text in UTF-8, with plain line ends. Raises UnsearchableError."""

    def __init__(self, exercise: Exercise, source: bytes) -> None:
        self.exercise = exercise
        self.source, self.tree = _parse(source)
        self._starts = [0]
        for line in self.source.split(b"\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)

    def line(self, number: int) -> str:
        """One line, as it is written."""
        return self.source[self._starts[number - 1] : self._starts[number] - 1].decode("utf-8", "replace")

    def at(self, node: ast.expr | ast.stmt) -> Span:
        """The bytes that a node takes."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start, end = self._starts[node.lineno - 1], self._starts[node.end_lineno - 1]
        return start + node.col_offset, end + node.end_col_offset

    def text(self, node: ast.expr | ast.stmt) -> str:
        """The text of a node, without brackets around it."""
        start, end = self.at(node)
        return self.source[start:end].decode("utf-8", "replace")

    def unit(self, place: int) -> Span:
        """The bytes that a statement at the file's top takes, whole lines with its decorators."""
        node = self.tree.body[place]
        decorators = [each.lineno for each in getattr(node, "decorator_list", [])]
        return self._starts[min([node.lineno, *decorators]) - 1], self._starts[node.end_lineno or node.lineno] - 1

    def own_functions(self) -> Iterator[OwnFunction]:
        """The functions that are to be written, those that serve only these, and those that stand in either."""
        own = self._own()
        for place, node in enumerate(self.tree.body):
            within = node.body if isinstance(node, ast.ClassDef) else [node]
            before = f"{node.name}." if isinstance(node, ast.ClassDef) else ""
            for each in within:
                if isinstance(each, ast.FunctionDef) and before + each.name in own:
                    yield from _nested(each, (), place)

    def _own(self) -> set[str]:
        """The names of the student's own functions and methods ("Value.backward")."""
        bodies: dict[str, ast.FunctionDef] = {}
        for node in self.tree.body:
            if isinstance(node, ast.FunctionDef):
                bodies[node.name] = node
            elif isinstance(node, ast.ClassDef):
                bodies |= {f"{node.name}.{each.name}": each for each in node.body if isinstance(each, ast.FunctionDef)}
        uses = {name: _mentioned(node) for name, node in bodies.items()}

        def reached(roots: Iterable[str]) -> set[str]:
            found, waiting = set[str](), [each for each in roots if each in bodies]
            while waiting:
                name = waiting.pop()
                if name not in found:
                    found.add(name)
                    waiting += [each for each in bodies if each.rpartition(".")[2] in uses[name]]
            return found

        asked = set(self.exercise.to_write) & set(bodies)
        # What is given, such as the forward, is not to be changed, nor what that needs.
        given = {self.exercise.functions[0]} if self.exercise.is_pair else set()
        served = reached(asked) - given
        return (served - reached(given | (set(bodies) - served))) | asked

    def origins(self, name: str) -> list[Span] | None:
        """The places that a gradient can come from; None where that can't be told.

        Rather too many than too few: statements are taken in any order, and a condition counts for all that it rules.
        """
        function = self._backward
        if function is None or name not in self.exercise.gradients:
            return None
        spans = [self.at(each.node) for each in self.own_functions() if each.node is not function and not each.outer]
        for node in inside(function):
            if isinstance(node, ast.Return) and node.value is not None:
                returned = _by_gradient(node.value, self.exercise.gradients).get(name, node.value)
                spans.append(self.at(returned))
                spans += [self.at(each) for each in _origins(function, returned)]
        return spans

    def steps_to(self, name: str) -> list[Span]:
        """The places whose values a gradient is made of, one after another, none of which can change without it.

        Empty where the code takes more than one way, or does something in place. The names that a cache is taken apart
        into are no such place, for some of them may not be used.
        """
        function = self._backward
        if function is None or any(isinstance(each, _TURNS) for part in function.body for each in ast.walk(part)):
            return []
        return [
            self.at(each)
            for node in inside(function)
            if isinstance(node, ast.Return) and node.value is not None
            for returned in [_by_gradient(node.value, self.exercise.gradients).get(name)]
            if returned is not None
            for each in _origins(function, returned, views=False)
            if not (isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Tuple))
        ]

    @cached_property
    def _backward(self) -> ast.FunctionDef | None:
        """The one function that returns the gradients, if it is one."""
        asked = self.exercise.to_write if self.exercise.is_pair else ()
        functions = (each.node for each in self.own_functions() if not each.outer)
        return next((each for each in functions if each.name in asked), None)


_TURNS = (
    *(ast.For, ast.While, ast.If, ast.IfExp, ast.Try, ast.With, ast.AugAssign),
    *(ast.FunctionDef, ast.Lambda, ast.comprehension),
)
"""With one of these a value need not show everywhere that it is used."""


def _origins(function: ast.FunctionDef, returned: ast.expr, views: bool = True) -> list[ast.expr | ast.stmt]:
    """What a returned expression can come from; without `views` nothing is done in place by another name."""
    steps = [step for step in _steps(function) if views or not step.is_view]
    # What a condition or a loop goes by matters wherever it stands.
    names = _names(returned).union(*(step.read for step in steps if not step.written))
    before = -1
    while len(names) != before:
        before = len(names)
        for step in steps:
            if step.written & names:
                names |= step.read
    return [step.node for step in steps if not step.written or step.written & names]


@dataclass(frozen=True)
class _Step:
    """A piece of what a function does: where it stands, the names that it gives values, and those that it reads.

    A condition, or what a loop goes through, gives none. Of a view, what is done to it is done to what it is of.
    """

    node: ast.expr | ast.stmt
    written: set[str]
    read: set[str]
    is_view: bool = False


def _steps(function: ast.FunctionDef) -> Iterator[_Step]:
    """What a function does, piece by piece."""
    for node in inside(function):
        match node:
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)) if len(targets) == len(
                values
            ):
                for target, value in zip(targets, values, strict=True):
                    yield _Step(value, _names(target), _names(value))
            case ast.Assign(targets=targets, value=value):
                written = set[str]().union(*map(_names, targets))
                yield _Step(node, written, _names(node))
                if isinstance(value, ast.Name | ast.Subscript | ast.Attribute):
                    yield _Step(node, _names(value), written, is_view=True)
            case ast.AugAssign(target=target) | ast.AnnAssign(target=target) | ast.NamedExpr(target=target):
                yield _Step(node, _names(target), _names(node))
            case ast.Expr() | ast.Delete() | ast.With():
                yield _Step(node, _names(node), _names(node))
            case ast.FunctionDef(name=name):
                yield _Step(node, {name}, _names(node))
            case ast.For(target=target, iter=values):
                yield _Step(values, set(), _names(values) | _names(target))
                yield _Step(target, _names(target), _names(values))
            case ast.If(test=test) | ast.While(test=test):
                yield _Step(test, set(), _names(test))


def _names(node: ast.AST) -> set[str]:
    """The names in a node."""
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _by_gradient(returned: ast.expr, names: Sequence[str]) -> dict[str, ast.expr]:
    """The expressions of a returned tuple or dict by gradient; {} where it isn't written out."""
    if isinstance(returned, ast.Tuple) and len(returned.elts) == len(names):
        stars = any(isinstance(each, ast.Starred) for each in returned.elts)
        return {} if stars else dict(zip(names, returned.elts, strict=True))
    if isinstance(returned, ast.Dict):
        keys = [each.value if isinstance(each, ast.Constant) else None for each in returned.keys]
        if set(keys) >= set(names):
            return {str(key): each for key, each in zip(keys, returned.values, strict=True)}
    return {}


def _parse(source: bytes) -> tuple[bytes, ast.Module]:
    """A file's text in UTF-8 with plain line ends, and its tree. Raises UnsearchableError."""
    if len(source) > MOST_BYTES:
        raise UnsearchableError(
            say(
                "is too long to be searched: {size} bytes, and {limit} are the limit",
                size=len(source),
                limit=MOST_BYTES,
            )
        )
    try:
        text = source.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except UnicodeDecodeError:
        raise UnsearchableError(say("isn't UTF-8 text, and can't be searched")) from None
    except (SyntaxError, ValueError):
        raise UnsearchableError(say("is no Python that can be searched")) from None
    except (RecursionError, MemoryError):
        raise UnsearchableError(say("is nested too deeply to be searched")) from None
    if _depth(tree) > MOST_DEPTH:
        raise UnsearchableError(say("is nested too deeply to be searched"))
    return text.encode(), tree


def _depth(tree: ast.AST) -> int:
    """How deep a tree is; told without recursion, for it may be deeper than that goes."""
    depth, level = 0, [tree]
    while level:
        depth, level = depth + 1, [child for node in level for child in ast.iter_child_nodes(node)]
    return depth


def _nested(function: ast.FunctionDef, outer: tuple[ast.FunctionDef, ...], unit: int) -> Iterator[OwnFunction]:
    """A function and those that are defined in it."""
    yield OwnFunction(function, outer, unit)
    for node in inside(function):
        if isinstance(node, ast.FunctionDef):
            yield from _nested(node, (*outer, function), unit)


def inside(function: ast.AST) -> Iterator[ast.AST]:
    """What stands in a function, without what stands in functions in it."""
    for child in ast.iter_child_nodes(function):
        yield child
        if not isinstance(child, ast.FunctionDef | ast.Lambda):
            yield from inside(child)


def _mentioned(node: ast.AST) -> set[str]:
    """The names in a node, those of attributes among them."""
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)} | {
        each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)
    }
