"""What the near formulas of an exercise give, and which of them are the same, or right."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.cases import Case
from grader.exercise import Array, Exercise, Value
from grader.exercise.quiet import quiet
from grader.exercise.shapes import axes
from grader.exercise.textbook import RAISED, Line, Textbook
from grader.formula.edits import Edit, edits, edits_naming
from grader.formula.kinds import KINDS


def values(exercise: Exercise, book: Textbook, case: Case) -> dict[str, Any]:
    """Every value of a textbook's right lines in one case."""
    with quiet():
        return book.run(exercise.named(*case.arguments))


def altered(
    exercise: Exercise, book: Textbook, right: Mapping[str, Any], new: Iterable[Line], names: Collection[str] = ()
) -> dict[str, Value | None]:
    """The gradients that come out otherwise with other lines in a textbook, by name; None for what raises.

    `right` has the values of its own lines. In a network each gradient is made of those before it as they stand in
    `right`, so that it alone is looked at. `names` are the gradients wanted, or all.
    """
    instead = {line.target: line for line in new}
    made: dict[str, Any] = dict(right)
    failed: set[str] = set()
    found: dict[str, Value | None] = {}
    front = [target for target in instead if target not in book.by_target]
    ends = exercise.gradients if exercise.network else ()
    for target in (*front, *book.concerned(instead, ends)):
        line = instead.get(target) or book.by_target[target]
        value: Any = None
        if not failed or not line.names & failed:
            try:
                value = eval(line.code, book.words, made)
            except RAISED:
                value = None
        if target in exercise.gradients and (not names or target in names):
            found[target] = value
        if target in ends:
            continue
        if value is None:
            failed.add(target)
        else:
            made[target] = value
    return found


@dataclass(frozen=True)
class Near:
    """A formula near a textbook's `form`, and where it shows: the signature of each gradient that it changes."""

    form: int
    edit: Edit
    signatures: Mapping[str, tuple[Any, ...]]


def near_formulas(exercise: Exercise, cases: Sequence[Case]) -> Iterator[Near]:
    """The near formulas of all forms that are wrong in one of the cases, each of several that are the same but once.

    Those come first that are sooner believed. The first case is the one that edits are made by.
    """
    seen: dict[str, set[tuple[Any, ...]]] = {name: set() for name in exercise.gradients}
    right = [[values(exercise, book, case) for case in cases] for book in exercise.books]
    truth = {name: tuple(signature(each[name]) for each in right[0]) if right else () for name in exercise.gradients}
    every = [
        (form, edit) for form, book in enumerate(exercise.books) for edit in near_edits(exercise, form, right[form][0])
    ]
    every.sort(key=lambda each: _rank(exercise, exercise.books[each[0]], each[1]))
    with quiet():
        for form, edit in every:
            book = exercise.books[form]
            made = [altered(exercise, book, each, edit.lines) for each in right[form]]
            signatures = {}
            for name in dict.fromkeys(name for each in made for name in each):
                found = tuple(
                    signature(each[name]) if name in each else known
                    for each, known in zip(made, truth[name], strict=True)
                )
                if _is_new(found, truth[name]) and found not in seen[name]:
                    seen[name].add(found)
                    signatures[name] = found
            if signatures:
                yield Near(form, edit, signatures)


def near_edits(exercise: Exercise, form: int, sample: Mapping[str, Any]) -> list[Edit]:
    """The edits of a textbook's form that somebody can write; `sample` has its values in one case."""
    with quiet():
        every = dict.fromkeys(edits(exercise.books[form], sample))
    return [edit for edit in every if all(_is_in_reach(exercise, line) for line in edit.lines)]


def near_edits_naming(
    exercise: Exercise, form: int, sample: Mapping[str, Any], target: str, names: Collection[str]
) -> list[Edit]:
    """Those edits of one line that name one of some values, the ones first that are sooner believed.

    An index has but one of several that are the same with right values; with others they are not.
    """
    book = exercise.books[form]
    if target not in book.by_target:
        return []
    with quiet():
        every = dict.fromkeys(edits_naming(book, book.by_target[target], sample, names))
    reached = [edit for edit in every if _is_in_reach(exercise, edit.lines[0])]
    return sorted(reached, key=lambda edit: _rank(exercise, book, edit))


def _is_in_reach(exercise: Exercise, line: Line) -> bool:
    """Whether all that a line names is there where it stands: a function of its own has its own arguments only."""
    if line.target in line.names:
        return False
    call = next((call for call in exercise.calls if call.result == line.target), None)
    if call is None:
        return True
    given = [spec for spec in exercise.inputs if spec.name in call.arguments]
    there = {name for spec in given for name in (spec.name, *axes(spec.shape))}
    return line.names <= there | exercise.books[0].words.keys()


def _has(line: Line, right: Line) -> bool:
    """Whether a line has a right one's whole formula in its own."""
    form = ast.dump(right.tree)
    return any(ast.dump(node) == form for node in ast.walk(line.tree) if type(node) is type(right.tree))


def _rank(exercise: Exercise, book: Textbook, edit: Edit) -> tuple[int, int, bool, bool, int]:
    """In which order edits are believed: few lines, their kind, a right gradient with something on top, short ones."""
    steps = any(line.target not in exercise.gradients for line in edit.lines)
    on_top = all(line.target in book.by_target and _has(line, book.by_target[line.target]) for line in edit.lines)
    return len(edit.lines), KINDS.index(edit.kind), steps, not on_top, len(str(edit))


def _is_new(found: Sequence[Any], truth: Sequence[Any]) -> bool:
    """Whether it is another formula, and no nonsense: one that has numbers somewhere."""
    return any(each is not None for each in found) and any(one != two for one, two in zip(found, truth, strict=True))


def signature(value: Value | None) -> tuple[Any, ...] | None:
    """A value's shape and one number that it hardly shares with another; None for what is no array of numbers."""
    array = np.asarray(value)
    if value is None or array.dtype.kind not in "fiub":
        return None
    return array.shape, f"{projection(array):.7g}"


def projection(array: Array) -> float:
    """A sum of an array's numbers with weights that nothing else has, in which nan and infinity are numbers, too."""
    flat = np.nan_to_num(np.ravel(array).astype(np.float64), nan=0.7, posinf=1.3, neginf=-1.7)
    with np.errstate(all="ignore"):
        return float(flat @ weights(flat.size))


def weights(count: int) -> Array:
    """So many irrational numbers: two arrays with the same sum, so weighted, are hardly ever two."""
    return np.asarray(np.cos(1.7 * np.arange(count) + 0.3))
