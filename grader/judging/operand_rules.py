"""What an error between two operands means: a sentence of it, or "" where that isn't known to be true."""

from __future__ import annotations

import re

import numpy as np

from grader.exercise.shapes import ANY_SHAPE
from grader.judging.error_scene import CONTAINERS, Scene, base, is_array, shape_of, told
from grader.text.language import later, listed, say


def mismatch(scene: Scene, match: re.Match[str]) -> str:
    """A product of matrices whose inner axes differ."""
    _, left, first, right, second = scene.one("operands", 5)
    one, two = shape_of(first), shape_of(second)
    if not one or not two:
        is_product = "matmul" in match[0] or scene.calls("dot")
        rule = later(
            "A matrix product needs the last axis of the first as long as the last but one, or only one, of the second."
        )
        return say(rule) if is_product else ""
    rule = later(
        "{left} is {first}, {right} is {second}: the last axis of the first has {one} entries, the first of the second "
        "{other}, and these must be the same."
    )
    if len(two) > 2:
        rule = later(
            "{left} is {first}, {right} is {second}: the last axis of the first has {one} entries, the last but one of "
            "the second {other}, and these must be the same."
        )
    said = say(rule, **_both(left, first, right, second), one=one[-1], other=two[-2] if len(two) > 1 else two[0])
    return said + _by_the_exercise(scene, (left, first), (right, second))


def no_matrix(scene: Scene, match: re.Match[str]) -> str:
    _, left, first, right, second = scene.one("operands", 5)
    if "None" in (first, second):
        return nothing(scene, match)
    if base(first) in CONTAINERS or base(second) in CONTAINERS:
        return container(scene, match)
    number = next((each for each, kind in ((left, first), (right, second)) if each and kind in ("number", "()")), "")
    if number:
        return say(
            "{number} is a single number, and @ multiplies matrices and vectors. A number multiplies by *.",
            number=number,
        )
    return say("@ multiplies matrices and vectors, and one of the two here is neither.")


def no_broadcast(scene: Scene, match: re.Match[str]) -> str:
    sign, left, first, right, second = scene.one("operands", 5)
    is_product = "remapped" in match.string
    # A matrix product, or np.einsum, np.broadcast_to: these have rules of their own.
    if is_product and sign not in ("@", "np.matmul"):
        return ""
    if not is_array(first) or not is_array(second):
        return say(_ONE_SHAPE_IN_FRONT if is_product else _ONE_SHAPE)
    said = say(_THEIR_SHAPES_IN_FRONT if is_product else _THEIR_SHAPES, **_both(left, first, right, second), sign=sign)
    return said + _by_the_exercise(scene, (left, first), (right, second))


_ONE_SHAPE = later(
    "Two arrays that are combined element by element need the same shape, but for axes of size 1 and axes that are "
    "missing in front."
)
_ONE_SHAPE_IN_FRONT = later(
    "Two arrays that are combined element by element need the same shape, but for axes of size 1 and axes that are "
    "missing in front, in what is before their last two axes."
)
_THEIR_SHAPES = later(
    "{left} is {first}, {right} is {second}: for {sign} they need the same shape, but for axes of size 1 and axes that "
    "are missing in front."
)
_THEIR_SHAPES_IN_FRONT = later(
    "{left} is {first}, {right} is {second}: for {sign} they need the same shape, but for axes of size 1 and axes that "
    "are missing in front, in what is before their last two axes."
)


def _both(left: str, first: str, right: str, second: str) -> dict[str, str]:
    """How two operands are called in a sentence, and what they are."""
    return {
        "left": left or say("The first"),
        "first": told(first),
        "right": right or say("the second"),
        "second": told(second),
    }


def no_room(scene: Scene, match: re.Match[str]) -> str:
    return say("What is assigned to, or changed in place, keeps its shape, and what comes in doesn't fit into that.")


def container(scene: Scene, match: re.Match[str]) -> str:
    """A tuple, a list or a dict where an array belongs."""
    _, left, first, right, second = scene.one("operands", 5)
    sides = [(left, first), (right, second)]
    if re.search(r"between instances|unary|\bpow\b", scene.error.message):
        sides = [scene.value("operand", *CONTAINERS)]
    elif not any(kind for _, kind in sides) and not re.search(r"operand|multiply|concatenate", match[0]):
        sides = [(text, kind) for _, text, kind in scene.arguments()]
    text, kind = next(((text, kind) for text, kind in sides if text and base(kind) in CONTAINERS), ("", ""))
    if not text:
        return ""
    if text == "cache" and len(scene.cache) > 1:
        return cache_is_a_tuple(scene)
    return say(
        "{text} is {kind}, and no array: take out of it what you mean to calculate with.", text=text, kind=told(kind)
    )


def cache_is_a_tuple(scene: Scene) -> str:
    return say("cache is a tuple, and no array: {unpacking} takes out what is in it.", unpacking=scene.unpacking)


def fixed(scene: Scene, match: re.Match[str]) -> str:
    """An entry of a tuple that is assigned to."""
    text, kind = scene.value("indexed", "tuple")
    if text == "cache" and len(scene.cache) > 1:
        return cache_is_a_tuple(scene)
    return (
        say("{text} is {kind}, and a tuple's entries stay as they are; a list's don't.", text=text, kind=told(kind))
        if text
        else ""
    )


def nothing(scene: Scene, match: re.Match[str]) -> str:
    _, left, first, right, second = scene.one("operands", 5)
    sides = [(left, first), (right, second)]
    if re.search(r"between instances|unary|\bpow\b", scene.error.message):
        sides = [scene.value("operand", "None")]
    elif not any(kind for _, kind in sides):
        sides = [*scene.values("asked", "indexed", "called", "unpacked"), *((t, k) for _, t, k in scene.arguments())]
    text = next((text for text, kind in sides if text not in ("", "None") and kind == "None"), "")
    if text == "cache" and ("cache", "None") in scene.error.facts:
        return say("cache is None: {functions} keeps nothing in it.", functions=scene.exercise.functions[0])
    if not text and "operand" in scene.error.message:
        return say(
            "One of the two is None, as what a function without a return gives, or a method that works in place."
        )
    if not text:
        return ""
    return say(
        "{text} is None: that is what a function without a return gives, and a method that works in place.", text=text
    )


def zero_divisor(scene: Scene, match: re.Match[str]) -> str:
    sign, _, _, right, second = scene.one("operands", 5)
    if not (sign == "/" and second == "number" and right.isidentifier()):
        return ""
    return (
        say("{right} is 0 here.", right=right) if scene.case is None else say("{right} is 0 in this case.", right=right)
    )


def _by_the_exercise(scene: Scene, *operands: tuple[str, str]) -> str:
    """What the exercise says of the shapes of operands that are its own variables."""
    said = []
    for text, kind in operands:
        name = text.removesuffix(".T")
        written = _written_shape(scene, name)
        actual = shape_of(kind)[::-1] if text != name else shape_of(kind)
        if written and scene.case and np.shape({**scene.case.inputs, "dout": scene.case.dout}[name]) == actual:
            said.append(say("{name} is {shape}", name=name, shape=written))
    return f" {say('By the exercise {shapes}.', shapes=listed(list(dict.fromkeys(said))))}" if said else ""


def _written_shape(scene: Scene, name: str) -> str:
    """The shape of a variable in the exercise's letters: "(N, d_x)"; "" where it has none."""
    given = {each.name: each.shape for each in scene.exercise.inputs}
    if isinstance(scene.exercise.out.shape, str) and scene.exercise.is_pair:
        given["dout"] = scene.exercise.out.shape
    axes = given.get(name)
    if not axes or axes == ANY_SHAPE:
        return ""
    letters = axes.split()
    return f"({letters[0]},)" if len(letters) == 1 else f"({', '.join(letters)})"
