"""A claim is true of the numbers of its own program, in the gradients that it names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from grader.exercise import Array, Exercise, Misconception
from grader.judging.comparison import array_of, close
from grader.judging.diagnosis import ANY
from grader.judging.observation import Observation
from tests.conftest import bench
from tests.content.exercises import EXERCISES, mistaken

Holds = Callable[[Array, Array, Observation], bool]


def wrong_by_themselves(exercise: Exercise, wrong: Misconception, seen: Observation) -> frozenset[str]:
    return bench(exercise.name).predictions.wrong_by_themselves(wrong, seen)


def named(exercise: Exercise, claim: str) -> list[str]:
    """The gradients that a claim names, in its order."""
    pattern = "|".join(sorted(map(re.escape, exercise.gradients), key=len, reverse=True))
    return list(dict.fromkeys(re.findall(rf"(?<![\w'])({pattern})(?![\w'])", claim)))


def count_of(seen: Observation) -> set[int]:
    """The numbers of samples that a case may have: the sizes of its arrays' first axes."""
    return {len(each) for each in seen.case.inputs.values() if isinstance(each, np.ndarray) and each.ndim}


def is_near(got: Array, expected: Array, seen: Observation) -> bool:
    return got.shape == expected.shape and bool(close(got, expected, seen.within).all())


def times(factor: Callable[[Observation], set[float]]) -> Holds:
    return lambda got, expected, seen: any(is_near(got, each * expected, seen) for each in factor(seen))


def is_opposite_where_it_differs(got: Array, expected: Array, seen: Observation) -> bool:
    differs = ~close(got, expected, seen.within)
    return bool(close(got, -expected, seen.within)[differs].all())


def is_no_number_where_it_differs(got: Array, expected: Array, seen: Observation) -> bool:
    return not np.isfinite(got[~close(got, expected, seen.within)]).any()


PROPERTIES: dict[str, Holds] = {
    r"\bwrong sign\b": is_opposite_where_it_differs,
    r"\btwice what it should be\b": times(lambda seen: {2.0}),
    r"\bhalf of what it should be\b": times(lambda seen: {0.5}),
    r"factor 1/N is missing from": times(lambda seen: set(map(float, count_of(seen)))),
    r"\b(is divided by the number of samples|There is a mean over the (images|samples|batch))": times(
        lambda seen: {1 / each if each else np.nan for each in count_of(seen)}
    ),
    r"\bis transposed\b": lambda got, expected, seen: is_near(got.T, expected, seen),
    r"\bis one number\b": lambda got, expected, seen: got.size == 1,
    r"\ba matrix with one row\b": lambda got, expected, seen: got.ndim == 2 and len(got) == 1,
    r"\bhas a row for each (sample|image)\b|There is a row for each sample": lambda got, expected, seen: (
        got.ndim == expected.ndim + 1
    ),
    r"\bis no number\b": is_no_number_where_it_differs,
    r"\bis dout itself\b": lambda got, expected, seen: is_near(got, np.asarray(seen.case.dout), seen),
    r"\bonly ones and zeros\b": lambda got, expected, seen: bool(np.isin(got, (0, 1)).all()),
    r"\b(is|are) 0 (where|when|wherever)\b": lambda got, expected, seen: bool(
        (got[~close(got, expected, seen.within)] == 0).all()
    ),
    r"shape (of|is that of) the p": lambda got, expected, seen: got.shape != expected.shape,
}


def arrays(exercise: Exercise, wrong: Misconception, names: list[str]) -> Iterator[tuple[Array, Array, Observation]]:
    """What its program gives of some gradients, wherever one is wrong by itself."""
    for seen in mistaken(exercise.name, wrong.id).observations.values():
        for name in names:
            values = bench(exercise.name).predictions.of(wrong, seen.case)
            if values is not None and name in wrong_by_themselves(exercise, wrong, seen):
                got = array_of(values[name])
                assert isinstance(got, np.ndarray)
                yield got, seen.reference.gradients[name], seen


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_gradient_that_a_claim_is_about_is_wrong_by_itself(exercise: Exercise) -> None:
    for wrong in exercise.bank:
        hold_that_it_is_wrong_by_itself(exercise, wrong)


def hold_that_it_is_wrong_by_itself(exercise: Exercise, wrong: Misconception) -> None:
    told = mistaken(exercise.name, wrong.id).result.findings[0].diagnosis
    assert told is not None
    by_themselves = {
        name
        for seen in mistaken(exercise.name, wrong.id).observations.values()
        for name in wrong_by_themselves(exercise, wrong, seen)
    }
    names = named(exercise, told.claim)
    if exercise.is_pair:
        assert told.gradient in by_themselves, wrong.id
        assert not names or by_themselves.intersection(names), f"{wrong.id}: {names[0]} is right, or only follows"
    if ANY in wrong.claim:
        assert set(names) >= by_themselves, wrong.id
    assert ANY not in told.claim + told.hint, wrong.id


@pytest.mark.parametrize("exercise", EXERCISES)
def test_what_a_claim_says_in_plain_words_is_so(exercise: Exercise) -> None:
    for wrong in exercise.bank:
        hold_what_is_said(exercise, wrong)


def hold_what_is_said(exercise: Exercise, wrong: Misconception) -> None:
    said = [holds for pattern, holds in PROPERTIES.items() if re.search(pattern, wrong.claim)]
    if not said or not exercise.is_pair:
        return
    names = named(exercise, wrong.claim)[:1] if ANY not in wrong.claim else list(exercise.gradients)
    found = list(arrays(exercise, wrong, names or list(exercise.gradients)))
    assert found, wrong.id
    for got, expected, seen in found:
        for holds in said:
            assert holds(got, expected, seen), f"{seen.case.name}: {wrong.claim}"


def test_a_word_that_is_not_so_is_noticed() -> None:
    """The two tests above can fail."""
    exercise = bench("square").exercise
    twice = replace(exercise.bank[1], claim="dw is twice what it should be.")
    with pytest.raises(AssertionError, match="twice"):
        hold_what_is_said(exercise, twice)
