"""What is said of a near formula: the submission's numbers, as a formula where that gives nothing away, and a question.

A formula is shown if all it names is known to whoever does the exercise, and if the right one is no whole work: of a
long one, most of an altered one is the solution. Then it is said of which kind the mistake is, with the one term that
came out otherwise, if that stands by itself. What is right is never shown: a right formula inside a wrong one goes by
the gradient's name.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from grader.exercise import Exercise
from grader.exercise.textbook import VOCABULARY, Line, Textbook
from grader.formula.edits import Edit
from grader.formula.kinds import Kind
from grader.formula.simpler import in_one_order, simpler
from grader.text.language import later, listed, say, say_many

MOST_NAMES = 4
"""A right formula with more names in it is a whole work: batch normalisation's, a softmax's."""

_KINDS: Mapping[Kind, tuple[str, str]] = {
    "dropped": (
        later("a factor or a term of {its} formula were missing"),
        later("Go from the output back, step by step: which factors and which terms does each step bring?"),
    ),
    "sign": (
        later("a sign in {its} formula were turned"),
        later("Check each sign: when that value grows a little, does the output rise or fall?"),
    ),
    "axis": (
        later("a sum or mean in {its} formula were another one, or none"),
        later(
            "Write down the shapes. Over which axes does a value feed the loss, and do its gradients add up or average?"
        ),
    ),
    "transpose": (
        later("a matrix in {its} formula lay the other way"),
        later("Write down the shapes, for unequal sides: which way do rows and columns run in each factor?"),
    ),
    "variable": (
        later("a value in {its} formula were another one"),
        later("Go through the values one by one: which of them does the forward use at this place?"),
    ),
    "operator": (
        later("an operation in {its} formula were another one"),
        later("Ask at each step how the two sides meet: are they added, multiplied, divided, or summed over an axis?"),
    ),
    "comparison": (
        later("a comparison in {its} formula were another one"),
        later("Try a value on each side of the border, and one on it: where does a small nudge reach the output?"),
    ),
    "constant": (
        later("a number in {its} formula were another one"),
        later("Differentiate once more with care for powers and factors: which numbers come out?"),
    ),
    "function": (
        later("a function in {its} formula were another one"),
        later("Which function's slope is asked for here, and at which point?"),
    ),
    "extra": (
        later("{its} formula had a factor or a term too many"),
        later("Take the factors and terms one by one: from which step of the forward does each come?"),
    ),
    "other": (
        later("{its} formula were another one"),
        later("Go from the output back, one step at a time: what is the slope of each, and at which value?"),
    ),
}


@dataclass(frozen=True)
class Said:
    """A claim about numbers, with a question; `shown` is the formula in it, "" where it has none."""

    claim: str
    question: str
    shown: str = ""


def sentence(
    exercise: Exercise,
    book: Textbook,
    edit: Edit,
    names: Sequence[str],
    cases: str,
    is_own: bool = False,
    own: Sequence[str] = (),
) -> Said:
    """What is said of gradients that come from a near formula in all `cases` ("19 cases").

    With `is_own` the gradients before them, of which they are made, aren't PyTorch's, and so nothing is said to be.
    `own` are other gradients in the formula that are the submission's own.
    """
    shown = _shown(exercise, book, edit, names, own)
    how, question = _KINDS[edit.kind]
    if shown and not (is_own and shown.names_right):
        claim = say_many(
            "Your {names} comes out as {formula}, in all {cases}.",
            "Your {names} come out as {formula}, in all {cases}.",
            len(names),
            names=listed(names),
            formula=shown.text,
            cases=cases,
        )
        return Said(claim, say(question), shown.text)
    plain = replace(edit, part=simpler(edit.part))
    stands = _stands_alone(exercise, book, edit) and _stands_alone(exercise, book, plain)
    claim = say_many(
        "Your {names} comes out as if {how}{own}, in all {cases}{part}.",
        "Your {names} come out as if {how}{own}, in all {cases}{part}.",
        len(names),
        names=listed(names),
        how=say(how, its=say("their") if len(names) > 1 else say("its")),
        own=say(", with your own {names}", names=listed(own)) if own else "",
        cases=cases,
        part=say("; one of its terms is {part}", part=plain.part) if stands else "",
    )
    return Said(claim, say(question))


class _Shown(NamedTuple):
    """A formula as it can be said after "comes out as", and whether right gradients are named in it."""

    text: str
    names_right: bool


def _shown(exercise: Exercise, book: Textbook, edit: Edit, names: Sequence[str], own: Sequence[str]) -> _Shown | None:
    """The formula as it can be said; None where it can't."""
    right = {line.target: line for line in book.lines}
    changed = [line for line in edit.lines if line.target in names]
    if len(changed) == len(edit.lines) and {line.target for line in changed} == set(names):
        ordered = [next(line for line in changed if line.target == name) for name in names]
        texts = [_formula(exercise, book, line, right[line.target]) for line in ordered]
        if not all(texts):
            return None
        others = [other for text, name in zip(texts, names, strict=True) for other in _of_others(exercise, text, name)]
        return _whose(exercise, listed(texts), others, own)
    if len(edit.lines) > 1 or changed:
        return None
    (line,) = edit.lines
    text = _formula(exercise, book, line, right.get(line.target))
    if not text or line.target not in known_names(exercise, book) or line.target in _named(text):
        return None
    others = _of_others(exercise, text, names[0])
    made = f"{line.target} = {text}"
    said = say_many("it does with {formula}", "they do with {formula}", len(names), formula=made)
    return _whose(exercise, said, others, own)


def _formula(exercise: Exercise, book: Textbook, line: Line, right: Line | None) -> str:
    """A line's formula as it can be shown, or "": what is right of it goes by its target's name."""
    text, known = line.expression, known_names(exercise, book) | VOCABULARY.keys()
    if right is not None:
        folded = ast.unparse(_Folded(right).visit(ast.parse(text, mode="eval").body))
        if folded == text and _count(right.tree) > MOST_NAMES:
            return ""
        text = folded
    text = simpler(text)
    if not _named(text) <= known | {line.target}:
        return ""
    return "" if any(_says(text, each) for each in book.lines if _is_a_formula(each, book)) else text


def _says(text: str, right: Line) -> bool:
    """Whether a right formula stands in a text, its factors and terms in whatever order."""
    if right.expression in text or simpler(right.expression) in text:
        return True
    form = in_one_order(right.tree)
    return any(in_one_order(node) == form for node in ast.walk(ast.parse(text)) if isinstance(node, type(right.tree)))


def _is_a_formula(line: Line, book: Textbook) -> bool:
    """Whether a line is one that mustn't be shown: more than a name, or a value of the forward alone."""
    return len(line.names) > 1 or (line.target in book.backward and not isinstance(line.tree, ast.Name))


@lru_cache(maxsize=64)
def _named(text: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(text, mode="eval")) if isinstance(node, ast.Name)}


def _of_others(exercise: Exercise, text: str, name: str) -> list[str]:
    """The gradients that a formula names and that aren't the submission's own: in a network those before it are."""
    before = exercise.gradients[: exercise.gradients.index(name)] if exercise.network else ()
    return [each for each in exercise.gradients if each in _named(text) and each not in before]


class _Folded(ast.NodeTransformer):
    """Puts a gradient's name in the place of its right formula."""

    def __init__(self, right: Line) -> None:
        self._right, self._form = right, ast.dump(right.tree)

    def visit(self, node: ast.AST) -> ast.AST:
        if type(node) is type(self._right.tree) and ast.dump(node) == self._form:
            return ast.Name(self._right.target, ast.Load())
        return self.generic_visit(node)


def known_names(exercise: Exercise, book: Textbook) -> set[str]:
    """The names that whoever does the exercise has read: those of its given forward, and of what is asked."""
    inputs = {spec.name for spec in exercise.inputs}
    sizes = {axis for spec in exercise.inputs for axis in (spec.shape or "").split()}
    values = {line.target for line in book.lines if not line.target.startswith("_")} - book.backward
    return {"dout", exercise.out.name} | inputs | sizes | values | set(exercise.gradients)


def _stands_alone(exercise: Exercise, book: Textbook, edit: Edit) -> bool:
    """Whether the term that came out otherwise can be shown: known names, and no whole line of its own."""
    if (
        not edit.part
        or len(edit.lines) > 1
        or edit.part in (edit.lines[0].expression, simpler(edit.lines[0].expression))
    ):
        return False
    tree = ast.parse(edit.part, mode="eval")
    given = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    line = book.by_target.get(edit.lines[0].target)
    right = line.expression if line else ""
    return (
        len(given) > 0
        and given <= known_names(exercise, book) | VOCABULARY.keys()
        and _count(tree) <= MOST_NAMES
        and edit.part not in right
        and edit.part not in simpler(right)
        and not any(each in edit.part for each in _calls(right))
        and not any(_says(edit.part, line) for line in book.lines if len(line.names) > 1)
        and edit.lines[0].target in exercise.gradients
    )


def _calls(text: str) -> list[str]:
    """The functions' values in a text: who writes p - 1, which is p - one_hot(…).sum(axis=1), may know no one_hot."""
    nodes = ast.walk(ast.parse(text)) if text else ()
    return [ast.unparse(node) for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]


def _count(tree: ast.AST) -> int:
    """How many values an expression names, one named twice counting twice."""
    return sum(isinstance(node, ast.Name) and node.id not in VOCABULARY for node in ast.walk(tree))


def _whose(exercise: Exercise, formula: str, named: Sequence[str], own: Sequence[str]) -> _Shown:
    """A formula with which of the gradients that it names are right, and which the submission's own.

    Where several are right, PyTorch's may be others.
    """
    right = [each for each in dict.fromkeys(named) if each not in own]
    if not right:
        said = say("{formula} with your own {own}", formula=formula, own=listed(own)) if own else formula
        return _Shown(said, False)
    places = {"formula": formula, "right": listed(right), "own": listed(own)}
    if own and exercise.settle:
        said = say("{formula} with a right {right} and your own {own}", **places)
    elif own:
        said = say("{formula} with PyTorch's {right} and your own {own}", **places)
    elif exercise.settle:
        said = say("{formula} with a right {right}", **places)
    else:
        said = say("{formula} with PyTorch's {right}", **places)
    return _Shown(said, True)
