"""What each kind of error means: a rule makes a sentence of it, or "" where that isn't known to be true."""

from __future__ import annotations

import builtins
import re

import numpy as np

from grader.judging import operand_rules
from grader.judging.error_scene import CONTAINERS, Scene, base, is_array, listed, told

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
        return f"{function} is called as {function}(dout, cache); here its arguments are swapped: (cache, dout)."
    return ""


def no_debugger(scene: Scene, match: re.Match[str]) -> str:
    command = f"`grader debug {scene.exercise.name}`"
    return (
        f"A debugger needs a keyboard, and there is none here. {command} runs the failing case of your file where one "
        "is; in a notebook, your own kernel has one."
    )


def no_keyboard(scene: Scene, match: re.Match[str]) -> str:
    return "There is no keyboard here to read from: the grader gives a function all that it needs as arguments."


# Names.


def no_name(scene: Scene, match: re.Match[str]) -> str:
    name = match[1]
    if name in ("np", "numpy", "math"):
        line = "import math" if name == "math" else f"import numpy{' as np' * (name == 'np')}"
        return f"The file needs `{line}` at its top."
    forward, backward = scene.exercise.functions[0], scene.exercise.functions[-1]
    within = scene.within
    if name in scene.cache and within == backward:
        return f"{name} is in the cache: {scene.unpacking} takes it out."
    if ("numpy", name) in scene.error.facts:
        return f"NumPy has this name: np.{name}."
    if ("elsewhere", name) in scene.error.facts and within == backward:
        kept = f", and that holds {listed(scene.cache)}" if scene.cache else ""
        return f"{name} is a name inside {forward}; the backward gets the cache{kept}."
    similar = scene.one("similar", 1)[0]
    if similar:
        return f"There is {similar}: is {name} a typing error?"
    if within and within != backward:
        return f"{within} gives {name} no value, and knows no names that another function has inside it."
    return f"Nothing on the way to this line gives {name} a value."


def no_value(scene: Scene, match: re.Match[str]) -> str:
    name = match[1]
    taken = f" It is in the cache: {scene.unpacking} takes it out." if name in scene.cache else ""
    return (
        f"{name} has no value yet on this line: a function that assigns to {name} anywhere has one of its own, and "
        f"needs a value for it first.{taken}"
    )


def no_value_yet(scene: Scene, match: re.Match[str]) -> str:
    return (
        f"{match[1]} has no value yet when this line runs: the function around this one gives it one later, if at all."
    )


# What an array is asked for.


def truth_value(scene: Scene, match: re.Match[str]) -> str:
    word = scene.one("asks", 1)[0]
    asks = f"`{word}` asks for one" if word else "this line asks for one"
    if word == "chain":
        asks = "a chain of comparisons asks for several"
    return (
        f"An array of several elements has no single truth value, and {asks}. Where each element has its own answer, a "
        "comparison gives a mask of them; np.where, np.maximum and np.minimum work element by element."
    )


def python_sum(scene: Scene, match: re.Match[str], name: str) -> str:
    if (name,) not in scene.all("builtin"):
        return ""
    return f"This {name} is Python's: it goes through the first axis alone, and knows no other. NumPy's is np.{name}."


def of_pytorch(scene: Scene, match: re.Match[str]) -> str:
    said = f"{match[2]} is PyTorch's word. NumPy's is {'axis' if match[2] == 'dim' else 'keepdims'}."
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
        return f"{name}() takes one number, and not an array."
    name = name.removeprefix("math.")
    instead = f": np.{name} does" if callable(vars(np).get(name)) else ""
    return "" if name in _OF_MANY else f"math.{name} takes no arrays, but single numbers{instead}."


def no_attribute(scene: Scene, match: re.Match[str]) -> str:
    name, kind = scene.one("attribute", 2)
    is_of_arrays = hasattr(np.ndarray, name)
    text = scene.value("asked", base(kind))[0] if kind else ""
    if kind == "None":
        return operand_rules.nothing(scene, match)
    if kind == "numpy":
        similar = scene.one("similar", 1)[0]
        return f"NumPy has no {name}." + (f" It has {similar}: was that meant?" if similar else "")
    if text == "cache" and base(kind) == "tuple" and len(scene.cache) > 1 and (is_of_arrays or name in scene.cache):
        return operand_rules.cache_is_a_tuple(scene)
    if text and base(kind) == "dict" and name in [each for fact in scene.all("keys") for each in fact]:
        return f"{text} is a dict: {text}['{name}'] is its entry."
    if base(kind) == "list" and name in ("add", "push"):
        return "A list takes one more entry by append."
    if base(kind) in CONTAINERS and is_of_arrays and text:
        return f"{text} is {told(kind)}, and no array: take out of it what you mean to calculate with."
    if kind == "number" and is_of_arrays:
        return f"{text or 'It'} is a single number here, and no array: it has no .{name}, and needs none."
    if (is_array(kind) or kind == "number") and name in ("backward", "grad"):
        return f"{name} is a tensor's in PyTorch: here it is you who writes the backward pass."
    if not is_array(kind):
        return ""
    if name in _PYTORCH:
        return f"That is a tensor's in PyTorch. With an array x of NumPy it is {_PYTORCH[name]}."
    is_function = ("numpy", name) in scene.error.facts and callable(vars(np).get(name))
    return f"An array has no {name} of its own: NumPy writes np.{name}(…)." if is_function else ""


def no_call(scene: Scene, match: re.Match[str]) -> str:
    called = {(text, kind) for text, kind in scene.values("called") if kind != "None"}
    text, kind = called.pop() if len(called) == 1 else ("", "")
    if not text:
        return ""
    said = f"{text} is {told(kind)}, and no function: brackets behind it call it."
    if hasattr(builtins, text):
        return f"{said} A line before gave it this value; until then {text} was Python's function."
    if base(kind) in CONTAINERS:
        return f"{said} Square brackets take an entry out of it."
    return f"{said} {'It stands without them.' if text.endswith(('.T', '.size', '.ndim')) else 'A product needs a *.'}"


def no_square_brackets(scene: Scene, match: re.Match[str]) -> str:
    return "What stands before these square brackets is a function: round ones call it."


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
    return f"{text} is a single number here: it has no parts, and no length." if text else ""


# Calls.


def one_shape(scene: Scene, match: re.Match[str]) -> str:
    is_made = scene.calls("np.zeros", "np.ones", "np.empty")
    return "A shape is one argument, in brackets of its own: np.zeros((2, 3))." if is_made else ""


def one_list(scene: Scene, match: re.Match[str]) -> str:
    names = [name for name, _, kind in scene.arguments("np.concatenate", "np.stack") if is_array(kind)]
    return f"{names[0]} takes its arrays as one list: {names[0]}([a, b])." if names else ""


def arguments(scene: Scene, match: re.Match[str]) -> str:
    name = match[1]
    if name in scene.exercise.functions and scene.exercise.is_pair:
        given = (
            "dout, cache"
            if name == scene.exercise.functions[-1]
            else ", ".join(each.name for each in scene.exercise.inputs)
        )
        return f"The grader calls {name}({given})."
    made = next((each for each in scene.exercise.calls if each.function == name), None)
    return f"The grader calls {name}({', '.join(made.arguments)})." if made else ""
