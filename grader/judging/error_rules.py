"""What each kind of error means: a rule makes a sentence of it, or "" where that isn't known to be true."""

from __future__ import annotations

import builtins
import re

import numpy as np

from grader.judging import operand_rules
from grader.judging.error_scene import CONTAINERS, Scene, base, is_array, told
from grader.text.language import listed, say

_PYTORCH = {
    "t": "x.T",
    "unsqueeze": "np.expand_dims",
    "permute": "x.transpose",
    "detach": "x itself",
    "numpy": "x itself",
    "clone": "x.copy()",
    "float": "x.astype(float)",
    "double": "x.astype(float)",
    "relu": "np.maximum",
    "zero_": "x.fill(0)",
}
"""What NumPy has in place of a tensor's methods, where an array has none of the same name."""

_OF_MANY = ("fsum", "prod", "sumprod", "dist")
"""Those functions of math that take more than single numbers."""

_TO_A_NUMBER = ("float", "int")
"""What makes a number of Python's."""


def swapped(scene: Scene) -> str:
    """What is to be said of a backward whose parameters stand the other way round."""
    function = scene.exercise.functions[-1]
    if scene.exercise.is_pair and scene.one("within", 3) == (function, "cache", "dout"):
        return say(
            "{function} is called as {function}(dout, cache); here its arguments are swapped: (cache, dout).",
            function=function,
        )
    return ""


def no_debugger(scene: Scene, match: re.Match[str]) -> str:
    command = f"`grader debug {scene.exercise.name}`"
    return say(
        "A debugger needs a keyboard, and there is none here. {command} runs the failing case of your file "
        "where one is; in a notebook, your own kernel has one.",
        command=command,
    )


def no_keyboard(scene: Scene, match: re.Match[str]) -> str:
    return say("There is no keyboard here to read from: the grader gives a function all that it needs as arguments.")


# Names.


def no_name(scene: Scene, match: re.Match[str]) -> str:
    name = match[1]
    if name in ("np", "numpy", "math"):
        line = "import math" if name == "math" else f"import numpy{' as np' * (name == 'np')}"
        return say("The file needs `{line}` at its top.", line=line)
    forward, backward = scene.exercise.functions[0], scene.exercise.functions[-1]
    within = scene.within
    if name in scene.cache and within == backward:
        return say("{name} is in the cache: {unpacking} takes it out.", name=name, unpacking=scene.unpacking)
    if ("numpy", name) in scene.error.facts:
        return say("NumPy has this name: np.{name}.", name=name)
    if ("elsewhere", name) in scene.error.facts and within == backward:
        if not scene.cache:
            return say("{name} is a name inside {forward}; the backward gets the cache.", name=name, forward=forward)
        return say(
            "{name} is a name inside {forward}; the backward gets the cache, and that holds {cache}.",
            name=name,
            forward=forward,
            cache=listed(scene.cache),
        )
    similar = scene.one("similar", 1)[0]
    if similar:
        return say("There is {similar}: is {name} a typing error?", similar=similar, name=name)
    if within and within != backward:
        return say(
            "{within} gives {name} no value, and knows no names that another function has inside it.",
            within=within,
            name=name,
        )
    return say("Nothing on the way to this line gives {name} a value.", name=name)


def no_value(scene: Scene, match: re.Match[str]) -> str:
    name = match[1]
    said = say(
        "{name} has no value yet on this line: a function that assigns to {name} anywhere has one of its own, and "
        "needs a value for it first.",
        name=name,
    )
    if name not in scene.cache:
        return said
    return f"{said} {say('It is in the cache: {unpacking} takes it out.', unpacking=scene.unpacking)}"


def no_value_yet(scene: Scene, match: re.Match[str]) -> str:
    return say(
        "{name} has no value yet when this line runs: the function around this one gives it one later, if at all.",
        name=match[1],
    )


# What an array is asked for.


def truth_value(scene: Scene, match: re.Match[str]) -> str:
    word = scene.one("asks", 1)[0]
    if word == "chain":
        asks = say(
            "An array of several elements has no single truth value, and a chain of comparisons asks for several."
        )
    elif word:
        asks = say("An array of several elements has no single truth value, and `{word}` asks for one.", word=word)
    else:
        asks = say("An array of several elements has no single truth value, and this line asks for one.")
    masks = say(
        "Where each element has its own answer, a comparison gives a mask of them; np.where, np.maximum and np.minimum "
        "work element by element."
    )
    return f"{asks} {masks}"


def python_sum(scene: Scene, match: re.Match[str], name: str) -> str:
    if (name,) not in scene.all("builtin"):
        return ""
    return say(
        "This {name} is Python's: it goes through the first axis alone, and knows no other. NumPy's is np.{name}.",
        name=name,
    )


def of_pytorch(scene: Scene, match: re.Match[str]) -> str:
    numpy = "axis" if match[2] == "dim" else "keepdims"
    said = say("{word} is PyTorch's word. NumPy's is {numpy}.", word=match[2], numpy=numpy)
    # Looked up, here and below, so that nothing is imported: the name is the submission's.
    return said if match[1] in vars(np) else ""


def one_number(scene: Scene, match: re.Match[str]) -> str:
    calls = [(name, kind) for name, _, kind in scene.arguments() if name.startswith("math.") or name in _TO_A_NUMBER]
    suspects = {name for name, kind in calls if is_array(kind) or not kind}
    # Of several of unknown arguments it may be any, or none.
    if len(suspects) != 1 or (len(calls) > 1 and not any(is_array(kind) for _, kind in calls)):
        return ""
    name = suspects.pop()
    if name in _TO_A_NUMBER:
        return say("{name}() takes one number, and not an array.", name=name)
    name = name.removeprefix("math.")
    if name in _OF_MANY:
        return ""
    if callable(vars(np).get(name)):
        return say("math.{name} takes no arrays, but single numbers: np.{name} does.", name=name)
    return say("math.{name} takes no arrays, but single numbers.", name=name)


def no_attribute(scene: Scene, match: re.Match[str]) -> str:
    name, kind = scene.one("attribute", 2)
    is_of_arrays = hasattr(np.ndarray, name)
    text = scene.value("asked", base(kind))[0] if kind else ""
    if kind == "None":
        return operand_rules.nothing(scene, match)
    if kind == "numpy":
        similar = scene.one("similar", 1)[0]
        if similar:
            return say("NumPy has no {name}. It has {similar}: was that meant?", name=name, similar=similar)
        return say("NumPy has no {name}.", name=name)
    if text == "cache" and base(kind) == "tuple" and len(scene.cache) > 1 and (is_of_arrays or name in scene.cache):
        return operand_rules.cache_is_a_tuple(scene)
    if text and base(kind) == "dict" and name in [each for fact in scene.all("keys") for each in fact]:
        return say("{text} is a dict: {text}['{name}'] is its entry.", text=text, name=name)
    if base(kind) == "list" and name in ("add", "push"):
        return say("A list takes one more entry by append.")
    if base(kind) in CONTAINERS and is_of_arrays and text:
        return say(
            "{text} is {kind}, and no array: take out of it what you mean to calculate with.",
            text=text,
            kind=told(kind),
        )
    if kind == "number" and is_of_arrays:
        if text:
            return say(
                "{text} is a single number here, and no array: it has no .{name}, and needs none.", text=text, name=name
            )
        return say("It is a single number here, and no array: it has no .{name}, and needs none.", name=name)
    if (is_array(kind) or kind == "number") and name in ("backward", "grad"):
        return say("{name} is a tensor's in PyTorch: here it is you who writes the backward pass.", name=name)
    if not is_array(kind):
        return ""
    if name in _PYTORCH:
        return say(
            "That is a tensor's in PyTorch. With an array x of NumPy it is {numpy}.",
            numpy=say("x itself") if _PYTORCH[name] == "x itself" else _PYTORCH[name],
        )
    is_function = ("numpy", name) in scene.error.facts and callable(vars(np).get(name))
    return say("An array has no {name} of its own: NumPy writes np.{name}(…).", name=name) if is_function else ""


def no_call(scene: Scene, match: re.Match[str]) -> str:
    called = {(text, kind) for text, kind in scene.values("called") if kind != "None"}
    text, kind = called.pop() if len(called) == 1 else ("", "")
    if not text:
        return ""
    said = say("{text} is {kind}, and no function: brackets behind it call it.", text=text, kind=told(kind))
    if hasattr(builtins, text):
        meant = say("A line before gave it this value; until then {text} was Python's function.", text=text)
    elif base(kind) in CONTAINERS:
        meant = say("Square brackets take an entry out of it.")
    elif text.endswith((".T", ".size", ".ndim")):
        meant = say("It stands without them.")
    else:
        meant = say("A product needs a *.")
    return f"{said} {meant}"


def no_square_brackets(scene: Scene, match: re.Match[str]) -> str:
    return say("What stands before these square brackets is a function: round ones call it.")


def no_parts(scene: Scene, match: re.Match[str]) -> str:
    """A number where something with parts belongs."""
    if "itera" in match[0]:
        numbers = [name for name, _, kind in scene.arguments("sum", "max", "min") if kind in ("number", "()")]
        return python_sum(scene, match, numbers[0]) if len(numbers) == 1 else ""
    if "len" in match[0]:
        numbers = [text for _, text, kind in scene.arguments("len") if kind in ("number", "()")]
    else:
        numbers = [scene.value("indexed", "number")[0]]
    text = numbers[0] if len(numbers) == 1 else ""
    return say("{text} is a single number here: it has no parts, and no length.", text=text) if text else ""


# Calls.


def one_shape(scene: Scene, match: re.Match[str]) -> str:
    is_made = scene.calls("np.zeros", "np.ones", "np.empty")
    return say("A shape is one argument, in brackets of its own: np.zeros((2, 3)).") if is_made else ""


def one_list(scene: Scene, match: re.Match[str]) -> str:
    names = [name for name, _, kind in scene.arguments("np.concatenate", "np.stack") if is_array(kind)]
    return say("{names} takes its arrays as one list: {names}([a, b]).", names=names[0]) if names else ""


def arguments(scene: Scene, match: re.Match[str]) -> str:
    name = match[1]
    if name in scene.exercise.functions and scene.exercise.is_pair:
        given = (
            "dout, cache"
            if name == scene.exercise.functions[-1]
            else ", ".join(each.name for each in scene.exercise.inputs)
        )
        return say("The grader calls {name}({given}).", name=name, given=given)
    made = next((each for each in scene.exercise.calls if each.function == name), None)
    return say("The grader calls {name}({arguments}).", name=name, arguments=", ".join(made.arguments)) if made else ""
