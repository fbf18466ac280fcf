"""How many wrong gradients are explained: `python -m tests.benchmarks.diagnoses [EXERCISE...]`.

Single edits of every textbook form, a sample of 40 an exercise, each run as a submission in the sandbox: how many are
rejected, and of these how many explained by a formula (the bar is 95 %), and how many falsely (none): where the formula
that is named gives, on the cases of another seed, other numbers than the edit. Beside it the same with the bank of
known mistakes. Then pairs of edits of two gradients: both have to be named, in 90 %.

A pair counts if it is two faults by its numbers: in each of the two gradients the judge finds some that are not
PyTorch's, or a wrong shape. Two turned signs in a chain leave the second gradient right, and so may another share at a
tie. How many of the pairs drawn are left out for that is printed, and how many are explained with them.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from statistics import median
from typing import Any

from grader import catalog
from grader.cases import Case, cases
from grader.exercise import Exercise
from grader.exercise.quiet import quiet
from grader.exercise.textbook import RAISED, Textbook, lines
from grader.formula.edits import Edit
from grader.formula.near import altered, near_edits, values
from grader.judging.bench import Bench
from grader.judging.comparison import agrees, tolerance
from grader.judging.judgement import Judgement, judge
from grader.results import Diagnosis
from grader.sandbox.host.worker import Sandbox
from tests.submissions import in_order, written

SAMPLE = 40
OTHER_SEED = 77


@dataclass(frozen=True)
class Tried:
    """An edit that is wrong, and what came of it without the bank and with it."""

    exercise: str
    kind: str
    text: str
    rejected: bool
    faulty: bool
    """Whether the judge finds wrong numbers, or a wrong shape, in each gradient whose line is edited."""
    explained: bool
    false: bool
    named: bool
    milliseconds: float


def main(names: Sequence[str]) -> None:
    """Prints the tables."""
    singles: list[Tried] = []
    pairs: list[Tried] = []
    every: list[Tried] = []
    with Sandbox() as sandbox:
        for exercise in catalog.every(names or None):
            if exercise.textbook:
                mine = [_tried(exercise, form, (edit,), sandbox) for form, edit in _sample(exercise)]
                drawn = [_tried(exercise, form, both, sandbox) for form, both in _pairs(exercise)]
                two = [each for each in drawn if each.faulty]
                print(f"{exercise.name:<22}{_row(mine)}   pairs {_row(two)}", flush=True)
                singles += mine
                pairs += two
                every += drawn
    print(f"{'all':<22}{_row(singles)}   pairs {_row(pairs)}")
    print(f"{len(every) - len(pairs)} of {len(every)} pairs are no two faults by their numbers; of all, {_row(every)}")
    print(f"a wrong submission takes {median(each.milliseconds for each in singles):.0f} ms more, in the median")
    for kind, count in Counter(each.kind for each in singles).most_common():
        print(f"  {kind:<12}{_row([each for each in singles if each.kind == kind])}   of {count}")
    for each in (*singles, *every):
        if each.false or not each.rejected or not each.explained:
            why = "FALSE" if each.false else "NOT REJECTED" if not each.rejected else "unexplained"
            print(f"{why}: {each.exercise}: {each.kind}: {each.text}")


def _row(tried: Sequence[Tried]) -> str:
    count = len(tried) or 1
    parts = [("rejected", "rejected"), ("explained", "explained"), ("named", "named with the bank"), ("false", "false")]
    shares = [f"{label} {100 * sum(getattr(each, name) for each in tried) / count:5.1f} %" for name, label in parts]
    return f"{len(tried):4}  " + "  ".join(shares)


@cache
def _wrong(name: str) -> list[tuple[int, Edit]]:
    """The single edits of all forms that are wrong in a case of the default seed, and answer at least half of them."""
    exercise = catalog.get(name)
    judged = [case for case in cases(exercise) if case.group != "unchanged"]
    found = []
    for form, book in enumerate(exercise.books):
        right = [values(exercise, book, case) for case in judged]
        for edit in near_edits(exercise, form, right[0]):
            if _is_wrong(exercise, book.replaced(edit.lines), judged, right):
                found.append((form, edit))
    return found


def _is_wrong(exercise: Exercise, book: Textbook, judged: list[Case], right: list[dict[str, Any]]) -> bool:
    if _is_circular(book):
        return False
    book = replace(book, lines=tuple(in_order(book)))
    wrong, answered = False, 0
    with quiet():
        for case, expected in zip(judged, right, strict=True):
            try:
                given = book.run(exercise.named(*case.arguments))
            except RAISED:
                wrong = True
                continue
            answered, within = answered + 1, tolerance(case, exercise.rtol)
            wrong = wrong or any(not agrees(given[name], expected[name], within) for name in exercise.gradients)
    return wrong and 2 * answered >= len(judged)


def _is_circular(book: Textbook) -> bool:
    """Whether a line needs one that needs it: nobody can write that."""
    try:
        in_order(book)
    except StopIteration:
        return True
    return False


def _sample(exercise: Exercise) -> list[tuple[int, Edit]]:
    every = sorted(_wrong(exercise.name), key=lambda each: (each[0], str(each[1])))
    return random.Random(exercise.name).sample(every, min(SAMPLE, len(every)))


def _pairs(exercise: Exercise) -> Iterator[tuple[int, tuple[Edit, Edit]]]:
    """Edits of the lines of two different gradients."""
    own = [
        (form, edit)
        for form, edit in _sample(exercise)
        if len(edit.lines) == 1 and edit.lines[0].target in exercise.gradients
    ]
    both = [
        (one[0], (one[1], two[1]))
        for one, two in combinations(own, 2)
        if one[0] == two[0]
        and one[1].lines[0].target != two[1].lines[0].target
        and not _is_circular(exercise.books[one[0]].replaced([*one[1].lines, *two[1].lines]))
    ]
    yield from random.Random(exercise.name).sample(both, min(10, len(both)))


def _tried(exercise: Exercise, form: int, made: tuple[Edit, ...], sandbox: Sandbox) -> Tried:
    book = exercise.books[form].replaced([line for edit in made for line in edit.lines])
    source = written(exercise, book)
    plain, alone, with_bank = _benches(exercise.name)
    began = time.perf_counter()
    bare = judge(plain, exercise.file, source, sandbox)
    between = time.perf_counter()
    judgement = judge(alone, exercise.file, source, sandbox)
    ended = time.perf_counter()
    found = _diagnoses(judgement)
    formulas = [each for each in found if each.id == "formula"]
    expected = 1 if len(made) == 1 else 2
    named = _diagnoses(judge(with_bank, exercise.file, source, sandbox))
    return Tried(
        exercise.name,
        made[0].kind,
        " AND ".join(map(str, made)),
        bare.result.status != "passed",
        _edited(exercise, made) <= {mark.name for mark in bare.marks if mark.mismatches},
        len(formulas) >= expected,
        any(not _is_true(exercise, form, book, each) for each in formulas),
        len(named) >= expected,
        1000 * ((ended - between) - (between - began)),
    )


def formula_mistake(exercise: Exercise) -> bytes | None:
    """A submission whose mistake no text knows and a formula explains, if the exercise has formulas."""
    if not exercise.textbook:
        return None
    with Sandbox() as sandbox:
        for form, edit in _sample(exercise):
            source = written(exercise, exercise.books[form].replaced(edit.lines))
            found = _diagnoses(judge(_benches(exercise.name)[2], exercise.file, source, sandbox))
            if found and {each.id for each in found} == {"formula"}:
                return source
    return None


def _edited(exercise: Exercise, made: Sequence[Edit]) -> set[str]:
    return {line.target for edit in made for line in edit.lines} & {*exercise.gradients}


@cache
def _benches(name: str) -> tuple[Bench, Bench, Bench]:
    """A bench with nothing that says which mistake it is, one with formulas alone, and the whole."""
    whole = Bench(catalog.get(name))
    formulas = replace(whole.exercise, misconceptions=(), mistakes="")
    plain = replace(formulas, textbook="")
    return *(Bench(each).of(whole.sheet) for each in (plain, formulas)), whole  # type: ignore[return-value]


def _diagnoses(judgement: Judgement) -> list[Diagnosis]:
    """The diagnoses of all wrong gradients; in a network, of all that the judge knows of."""
    return [each.diagnosis for each in judgement.result.findings if each.diagnosis]


def _is_true(exercise: Exercise, form: int, book: Textbook, said: Diagnosis) -> bool:
    """Whether a formula gives on other cases what the submission does."""
    return any(_agrees(exercise, book, other, said) for other in exercise.books)


def _agrees(exercise: Exercise, book: Textbook, other: Textbook, said: Diagnosis) -> bool:
    for case in cases(exercise, OTHER_SEED):
        with quiet():
            try:
                mine = replace(book, lines=tuple(in_order(book))).run(exercise.named(*case.arguments))
            except RAISED:
                continue
            right = values(exercise, other, case)
            if exercise.network:
                right |= {name: mine[name] for name in exercise.gradients[: exercise.gradients.index(said.gradient)]}
            if "your own" in said.claim:
                right |= {name: value for name, value in mine.items() if name in exercise.gradients}
                right[said.gradient] = values(exercise, other, case)[said.gradient]
            line = next(each for each in other.lines if each.target == said.gradient)
            try:
                given = altered(exercise, other, right, (line, *lines(said.formula)), [said.gradient])
            except NameError:
                # It is a formula of another form.
                return False
        theirs = given[said.gradient]
        if theirs is None or not agrees(theirs, mine[said.gradient], tolerance(case, exercise.rtol)):
            return False
    return True


if __name__ == "__main__":
    main(sys.argv[1:])
