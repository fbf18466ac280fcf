"""Which cases an exercise is tried on: how many, how large, in what order, and with what numbers."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from grader.cases import Case, cases, examples
from grader.exercise import (
    Array,
    Drawing,
    Edge,
    Example,
    Exercise,
    Input,
    Output,
    binary,
    class_labels,
    positive,
    probability,
    real,
)
from tests.policy.builders import exercise

LABELS = Input("labels", "N", class_labels("D"), constant=True, integer=True)
RATE = Input("a", "")
LAYER = exercise("dx dw", inputs=(Input("x", "N D"), Input("w", "D")), out=Output("y", "N"))
SCALAR = exercise("da", inputs=(RATE,), out=Output("y", ""))
ANY = exercise("dx")
TRAINING = exercise("loss", inputs=(Input("x", "N"),), driver="training")

VARIANTS = ("another dout", "dout reversed and large", "wide", "non-contiguous", "read-only", "float32")
SEEDS = range(8)


def random(exercise: Exercise, seed: int = 0) -> list[Case]:
    return [case for case in cases(exercise, seed) if case.group in ("random", "unchanged")]


@cache
def layers() -> tuple[list[Case], ...]:
    """The random cases of the layer for each seed."""
    return tuple(random(LAYER, seed) for seed in SEEDS)


def plain(every: list[Case]) -> list[Case]:
    """The cases that are no variants of others, small ones first."""
    return [case for case in every if not case.name.endswith(VARIANTS)]


def variant(every: list[Case], kind: str) -> Case:
    (found,) = (case for case in every if case.name.endswith(f", {kind}"))
    return found


def variants(exercise: Exercise) -> list[str]:
    return [case.name.rpartition(", ")[2] for case in random(exercise) if case.name.endswith(VARIANTS)]


def sizes(case: Case) -> tuple[int, int]:
    """The sizes N and D."""
    rows, columns = np.shape(case.inputs["x"])
    return rows, columns


def numbers(*values: Any) -> Array:
    return np.concatenate([np.ravel(value) for value in values])


# Order.


def test_examples_come_first_then_random_cases_then_edges() -> None:
    of = replace(ANY, examples=(Example("a note", {"x": [1]}),), edges=(Edge("x at 0", {"x": [0]}),))
    groups = [case.group for case in cases(of) if case.group != "unchanged"]
    assert groups == ["examples", *["random"] * (len(groups) - 2), "edges"]
    assert (cases(of)[0].name, cases(of)[-1].name) == ("a note", "x at 0")
    assert [case.name for case in examples(of)] == ["a note"]


def test_an_edge_at_a_convention_is_a_case_of_its_own_group_in_its_place() -> None:
    edges = [Edge(str(number), {"x": [number]}, convention=number in (0, 2)) for number in range(4)]
    found = [(case.name, case.group) for case in cases(replace(ANY, edges=tuple(edges)))][-4:]
    assert found == [("0", "conventions"), ("1", "edges"), ("2", "conventions"), ("3", "edges")]


def test_cases_are_numbered_in_their_order() -> None:
    assert [case.number for case in cases(ANY)] == list(range(len(cases(ANY))))


def test_small_cases_come_the_smallest_first_and_large_ones_after_them() -> None:
    for layer in layers():
        elements = [numbers(*case.inputs.values()).size for case in plain(layer)]
        assert elements[:4] == sorted(elements[:4])
    assert [np.shape(case.inputs["x"]) for case in plain(random(ANY))] == [
        *[(1,), (2,), (2, 1), (3,), (1, 3), (2, 3)],
        *[(5,), (4, 2), (1, 6), (2, 3, 4)],
    ]


def test_variants_come_in_their_order_after_all_others() -> None:
    names = [case.name for case in layers()[0]]
    assert variants(LAYER) == list(VARIANTS)
    assert all(name.endswith(VARIANTS) for name in names[-len(VARIANTS) :])


def test_the_same_seed_makes_the_same_cases_and_another_seed_or_exercise_others() -> None:
    def drawn(exercise: Exercise, *seed: int) -> list[float]:
        return [case.inputs["a"] for case in cases(exercise, *seed)]

    assert drawn(SCALAR) == drawn(SCALAR, 0)
    assert drawn(SCALAR) != drawn(SCALAR, 1)
    assert drawn(SCALAR) != drawn(replace(SCALAR, number=11))


# Sizes.


@pytest.mark.parametrize("least", [1, 2, 3])
def test_in_small_cases_each_axis_is_at_its_least_in_turn_then_none_and_all(least: int) -> None:
    of = replace(LAYER, minimum={"D": least})
    for seed in SEEDS:
        small = [sizes(case) for case in plain(random(of, seed))[:4]]
        assert {(1, least), (2, least + 2)} < set(small)
        (least_rows,) = (columns for rows, columns in small if rows == 1 and columns > least)
        assert least_rows in (least + 1, least + 2)
        (least_columns,) = (rows for rows, columns in small if rows > 1 and columns == least)
        assert least_columns in (2, 3)


def test_the_other_axes_are_unequal_and_not_always_in_the_same_order() -> None:
    of = exercise("dx", inputs=(Input("x", "A B C"),), out=Output("y", "A B C"))
    shapes = [np.shape(case.inputs["x"]) for seed in SEEDS for case in plain(random(of, seed))[:5]]
    assert all(len(set(shape)) == 3 for shape in shapes if shape.count(1) < 2)
    assert {shape[1] < shape[2] for shape in shapes if shape[0] == 1 < shape[1]} == {True, False}


@pytest.mark.parametrize("least", [1, 2, 3])
def test_large_cases_are_four_with_every_axis_above_its_least_and_unequal_shares(least: int) -> None:
    of = replace(LAYER, minimum={"D": least})
    drawn = [[sizes(case) for case in plain(random(of, seed))[4:]] for seed in SEEDS]
    assert {len(each) for each in drawn} == {4}
    every = [size for each in drawn for size in each]
    assert {rows for rows, _ in every} == {2, 3, 4, 5}
    assert {columns for _, columns in every} == {least + 1, least + 2, least + 3, least + 4}
    assert all(rows - 1 != columns - least for rows, columns in every)


def test_python_numbers_alone_are_drawn_ten_times_small_and_ten_times_large() -> None:
    drawn = [case.inputs["a"] for case in plain(random(SCALAR))]
    assert [each == round(each) for each in drawn] == [True] * 10 + [False] * 10
    assert {type(each) for each in drawn} == {float}


def test_a_case_is_called_by_its_sizes() -> None:
    assert plain(layers()[0])[0].name in ("N = 1, D = 1", "D = 1, N = 1")
    assert plain(random(ANY))[-1].name == "shape = (2, 3, 4)"
    assert plain(random(SCALAR))[0].name == "random"


# Numbers.


def test_small_cases_have_whole_numbers_and_large_ones_have_not() -> None:
    for place, case in enumerate(plain(layers()[0])):
        drawn = numbers(*case.inputs.values(), case.dout)
        assert np.array_equal(drawn, np.round(drawn)) == (place < 4)
        assert (drawn != 0).all()


def test_a_sample_draws_all_inputs_at_once_for_the_sizes_of_its_axes() -> None:
    asked: list[Drawing] = []

    def sample(drawing: Drawing) -> tuple[Any, ...]:
        asked.append(drawing)
        shape = drawing.sizes["N"], drawing.sizes["D"]
        return np.ones(shape), np.ones(shape[1])

    of = replace(LAYER, inputs=(Input("x"), Input("w")), axes=("N", "D"), sample=sample, out=Output("y", ""))
    drawn = plain(random(of))
    assert [dict(drawing.sizes) for drawing in asked[4:]] == [
        dict(zip("ND", sizes(case), strict=True)) for case in drawn[4:]
    ]
    assert [drawing.whole for drawing in asked] == [True] * 4 + [False] * 4
    assert {drawing.shape for drawing in asked} == {()}


def test_inputs_are_drawn_again_until_they_are_accepted() -> None:
    of = replace(LAYER, accept=lambda x, w: x.sum() > 0 > w.sum())
    for case in plain(random(of)):
        assert case.inputs["x"].sum() > 0 > case.inputs["w"].sum()


def test_a_spec_that_accepts_nothing_in_2000_draws_is_told_so() -> None:
    asked: list[float] = []

    def accept(a: float) -> bool:
        asked.append(a)
        return len(asked) == 2000

    with pytest.raises(RuntimeError, match=r"bend: no usable inputs in 2000 draws of sizes \{\}; loosen `accept`"):
        cases(replace(SCALAR, accept=accept, sample=lambda drawing: (1.0,)))
    assert len(asked) == 4000, "2000 for the first case, and 2000 in vain"


def test_values_are_arrays_or_numbers_as_the_spec_says() -> None:
    of = replace(
        LAYER,
        inputs=(Input("x", "N D"), LABELS, RATE, Input("steps", "", integer=True), Input("how", None)),
        examples=(Example("a note", {"x": [[1]], "labels": [0], "a": 2, "steps": 3, "how": "so"}, [1]),),
    )
    (case,) = examples(of)
    assert [(type(value), getattr(value, "dtype", None)) for value in (*case.inputs.values(), case.dout)] == [
        (np.ndarray, np.float64),
        (np.ndarray, np.int64),
        (float, None),
        (int, None),
        (str, None),
        (np.ndarray, np.float64),
    ]


def test_the_upstream_gradient_of_an_example_is_one_number_or_an_array_or_a_part_for_each_output() -> None:
    def upstream(dout: Any, of: Exercise = ANY) -> Any:
        (case,) = examples(replace(of, examples=(Example("a note", {"x": [1]}, dout),)))
        return case.dout

    assert isinstance(upstream(2, replace(ANY, out=Output("z", ""))), float)
    assert upstream([2]).dtype == np.float64
    one, two = upstream((2, [3]), replace(ANY, out=Output("z", ("", "N"))))
    assert isinstance(one, float)
    assert two.dtype == np.float64
    assert upstream(2, TRAINING) is None


def test_the_upstream_gradient_has_the_shape_of_the_output() -> None:
    def shapes(declared: Any) -> list[Any]:
        of = replace(LAYER, out=Output("y", declared))
        return [(case, case.dout) for case in plain(random(of))]

    for case, dout in shapes("D N"):
        assert np.shape(dout) == sizes(case)[::-1]
    for _, dout in shapes(""):
        assert isinstance(dout, float)
    for case, (one, two) in shapes(("N", "")):
        assert np.shape(one) == sizes(case)[:1]
        assert isinstance(two, float)
    for case, dout in shapes(lambda x, w: (len(w), 7)):
        assert np.shape(dout) == (sizes(case)[1], 7)
    for case in plain(random(ANY)):
        assert np.shape(case.dout) == np.shape(case.inputs["x"])


def test_upstream_gradients_are_signed() -> None:
    signs = {np.sign(case.dout) for case in plain(random(SCALAR))[10:]}
    assert signs == {-1, 1}


def test_ordinary_numbers_are_of_one_size() -> None:
    large = [case for layer in layers() for case in plain(layer)[4:]]
    for drawn in (numbers(*(case.dout for case in large)), numbers(*(case.inputs["x"] for case in large))):
        assert np.max(np.abs(drawn)) < 10
        assert np.mean(np.abs(drawn) < 0.1) < 0.2


def test_a_value_of_another_kind_is_drawn_by_its_own_function_and_has_no_size() -> None:
    parts = [np.ones(2), np.ones(3)]
    of = replace(LAYER, inputs=(*LAYER.inputs, Input("parts", None, lambda drawing: parts, constant=True)))
    assert all(case.inputs["parts"] is parts for case in random(of) if not case.float32)
    assert [sizes(case)[0] for case in random(of)] == [np.size(case.dout) for case in random(of)]


def test_the_arguments_of_a_misconception_are_the_upstream_gradient_and_the_inputs() -> None:
    assert Case("", "random", {"x": 1, "w": 2}, 3).arguments == (3, 1, 2)
    assert Case("", "random", {"x": 1, "w": 2}, None).arguments == (1, 2)


# Variants.


def test_a_variant_is_called_after_the_case_that_it_varies() -> None:
    first, second, third, fourth = (case.name for case in plain(random(ANY))[6:])
    assert [case.name for case in random(ANY)[10:]] == [
        f"{name}, {kind}" for name, kind in zip((first, fourth, first, second, third, fourth), VARIANTS, strict=True)
    ]


def test_the_first_large_case_comes_again_with_another_upstream_gradient() -> None:
    every = random(ANY)
    first, again = plain(every)[6], variant(every, "another dout")
    assert again.inputs is first.inputs
    assert np.shape(again.dout) == np.shape(first.dout)
    assert not np.any(again.dout == first.dout)
    assert np.any(again.dout != np.round(again.dout))


@pytest.mark.parametrize("out", ["N", "", ("N", "")])
def test_an_upstream_gradient_comes_reversed_and_as_large_as_a_million(out: Any) -> None:
    every = random(replace(LAYER, out=Output("y", out)))
    last, again = plain(every)[7], variant(every, "dout reversed and large")
    assert again.inputs is last.inputs
    befores, afters = ([each.dout] if not isinstance(out, tuple) else each.dout for each in (last, again))
    for before, after in zip(befores, afters, strict=True):
        assert np.max(np.abs(after)) == pytest.approx(1e6)
        assert np.all(after / before < 0)
        assert np.ptp(after / before) == pytest.approx(0, abs=1e-6)


def test_a_wide_case_has_numbers_of_very_different_sizes_in_inputs_and_upstream_gradient() -> None:
    every = [variant(layer, "wide") for layer in layers()]
    for drawn in (numbers(*(case.dout for case in every)), *(numbers(*(c.inputs[n] for c in every)) for n in "xw")):
        assert np.max(np.abs(drawn)) > 10
        assert np.mean(np.abs(drawn) < 0.1) > 0.2
    first = [plain(layer)[4] for layer in layers()]
    assert [sizes(case) for case in every] == [sizes(case) for case in first]
    assert [np.shape(case.dout) for case in every] == [np.shape(case.dout) for case in first]


@pytest.mark.parametrize(
    "choosy", [{"accept": lambda x, w: True}, {"sample": lambda drawing: (np.ones((2, 3)), np.ones(3))}]
)
def test_a_wide_case_keeps_inputs_that_may_not_be_any(choosy: Any) -> None:
    seeds = [random(replace(LAYER, **choosy), seed) for seed in SEEDS]
    assert all(variant(each, "wide").inputs is plain(each)[4].inputs for each in seeds)
    upstream = numbers(*(variant(each, "wide").dout for each in seeds))
    assert np.mean(np.abs(upstream) < 0.1) > 0.2


def test_a_wide_case_has_labels_of_its_classes_and_python_numbers() -> None:
    of = exercise("dx da", inputs=(Input("x", "N D"), LABELS, RATE), out=Output("y", "N"))
    for seed in SEEDS:
        wide = variant(random(of, seed), "wide")
        assert wide.inputs["labels"].dtype == np.int64
        assert wide.inputs["labels"].max() < sizes(wide)[1]
        assert isinstance(wide.inputs["a"], float)
    assert variant(random(ANY), "wide").inputs["x"].shape == (5,)


def test_large_cases_come_again_in_other_layouts_and_in_float32() -> None:
    every = layers()[0]
    _, second, third, fourth = plain(every)[4:]
    for kind, first in (("non-contiguous", second), ("read-only", third)):
        again = variant(every, kind)
        assert again.layout == kind
        assert again.inputs is first.inputs
        assert again.dout is first.dout
    single = variant(every, "float32")
    assert single.inputs["x"].tolist() == fourth.inputs["x"].astype(np.float32).tolist()


def test_read_only_arrays_count_for_leaving_the_inputs_alone() -> None:
    every = layers()[0]
    assert [case for case in every if case.group == "unchanged"] == [variant(every, "read-only")]


def test_floating_point_arrays_are_single_in_float32_and_nothing_else() -> None:
    of = exercise("dx da", inputs=(Input("x", "N D"), LABELS, RATE), out=Output("y", ("N", "D")))
    single = variant(random(of), "float32")
    assert single.float32
    assert [getattr(value, "dtype", type(value)) for value in (*single.inputs.values(), *single.dout)] == [
        np.float32,
        np.int64,
        float,
        np.float32,
        np.float32,
    ]
    assert [case.float32 for case in random(of)].count(True) == 1


def test_there_is_no_float32_where_an_exercise_wants_none() -> None:
    assert variants(replace(LAYER, float32=False)) == list(VARIANTS[:-1])


def test_there_are_no_layouts_without_arrays() -> None:
    assert variants(SCALAR) == list(VARIANTS[:3])
    one_array = exercise("da", inputs=(RATE, Input("x", "N")), out=Output("y", "N"))
    assert variants(one_array) == list(VARIANTS)


def test_there_is_no_upstream_gradient_without_a_backward_pass() -> None:
    assert variants(TRAINING) == list(VARIANTS[3:])
    assert {case.dout for case in random(TRAINING)} == {None}


# Draws.


def drawn(draw: Any, whole: bool, wide: bool = False) -> Array:
    return np.asarray(draw(Drawing(np.random.default_rng(1), (2000,), {"C": 3}, whole, wide)))


def test_real_numbers_are_signed_and_when_whole_from_1_to_5() -> None:
    assert set(drawn(real, whole=True)) == {-5, -4, -3, -2, -1, 1, 2, 3, 4, 5}
    values = drawn(real, whole=False)
    assert np.mean(values) == pytest.approx(0, abs=0.1)
    assert np.std(values) == pytest.approx(1, abs=0.1)


def test_wide_numbers_reach_from_a_thousandth_to_a_hundred_times_the_usual() -> None:
    powers = np.log10(np.abs(drawn(real, whole=False, wide=True) / drawn_scale()))
    assert powers.min() == pytest.approx(-3, abs=0.05)
    assert powers.max() == pytest.approx(2, abs=0.05)


def drawn_scale() -> Array:
    """The numbers that wide ones are multiples of: drawn after as many powers."""
    rng = np.random.default_rng(1)
    rng.uniform(-3, 2, 2000)
    return rng.normal(size=2000)


def test_positive_numbers_are_at_least_a_tenth_and_when_whole_from_1_to_5() -> None:
    assert set(drawn(positive, whole=True)) == {1, 2, 3, 4, 5}
    assert 0.1 < drawn(positive, whole=False).min() < 0.11


def test_probabilities_keep_a_twentieth_from_0_and_1() -> None:
    values = drawn(probability, whole=False)
    assert values.min() == pytest.approx(0.05, abs=0.002)
    assert values.max() == pytest.approx(0.95, abs=0.002)
    assert set(drawn(probability, whole=True)) == {0.1, 0.2, 0.25, 0.4, 0.6, 0.75, 0.8}


def test_targets_are_0_or_1_and_labels_below_the_number_of_classes() -> None:
    assert set(drawn(binary, whole=False)) == {0.0, 1.0}
    assert set(drawn(class_labels("C"), whole=False)) == {0, 1, 2}
