"""What each kind of error means: a rule makes a sentence of it, or "" where that isn't known to be true."""

from __future__ import annotations

import re

import numpy as np

from grader.judging import operand_rules
from grader.judging.error_scene import CONTAINERS, Scene, base, is_array, length_of, listed, shape_of, told

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


def swapped(scene: Scene) -> str:
    """What is to be said of a backward whose parameters stand the other way round."""
    function = scene.exercise.functions[-1]
    if scene.exercise.is_pair and scene.one("parameters", 3) == (function, "cache", "dout"):
        return f"{function} is called as {function}(dout, cache); here its arguments are swapped: (cache, dout)."
    return ""


def no_debugger(scene: Scene, match: re.Match[str]) -> str:
    command = f"`grader debug {scene.exercise.name}`"
    return f"A debugger needs a keyboard, and there is none here: {command} runs your failing case where one is."


# Names.


def no_name(scene: Scene, match: re.Match[str]) -> str:
    name = match[1]
    if name in ("np", "numpy", "math"):
        line = "import math" if name == "math" else f"import numpy{' as np' * (name == 'np')}"
        return f"The file needs `{line}` at its top."
    if name in scene.cache and scene.error.stage == scene.exercise.functions[-1]:
        return f"{name} is in the cache: {scene.unpacking} takes it out."
    if ("numpy", name) in scene.error.facts:
        return f"NumPy has this name: np.{name}."
    similar = scene.one("similar", 1)[0]
    if similar:
        return f"There is {similar}: is {name} a typing error?"
    if ("elsewhere", name) in scene.error.facts:
        kept = f", and that holds {listed(scene.cache)}" if scene.cache else ""
        return f"{name} is a name inside {scene.exercise.functions[0]}; the backward gets the cache{kept}."
    return f"Nothing on the way to this line gives {name} a value."


def no_value(scene: Scene, match: re.Match[str]) -> str:
    name = match[1]
    taken = f" It is in the cache: {scene.unpacking} takes it out." if name in scene.cache else ""
    return (
        f"{name} has no value yet on this line: a function that assigns to {name} anywhere has a {name} of its "
        f"own, and needs a value for it first.{taken}"
    )


# What an array is asked for.


def truth_value(scene: Scene, match: re.Match[str]) -> str:
    word = scene.one("asks", 1)[0]
    asks = f"`{word}` asks for one" if word else "this line asks for one"
    return (
        f"An array of several elements has no single truth value, and {asks}. Where each element has its own answer, a "
        "comparison gives a mask of them; np.where, np.maximum and np.minimum work element by element."
    )


def python_sum(scene: Scene, match: re.Match[str], name: str) -> str:
    if (name,) not in scene.all("builtin"):
        return ""
    return f"This {name} is Python's: it goes through the first axis alone, and knows no other. NumPy's is np.{name}."


def one_number(scene: Scene, match: re.Match[str]) -> str:
    called = {fact[0] for fact in scene.all("calls") if len(fact) == 1}
    of_math = [each.removeprefix("math.") for each in called if each.startswith("math.")]
    converts = scene.calls("float") or scene.calls("int")
    if len(of_math) == 1 and not converts and of_math[0] not in _OF_MANY:
        # Looked up so that nothing is imported: the name is the submission's.
        instead = f": np.{of_math[0]} does" if callable(vars(np).get(of_math[0])) else ""
        return f"math.{of_math[0]} takes no arrays, but single numbers{instead}."
    return "float() takes an array of one entry only." if scene.calls("float") and not of_math else ""


def no_attribute(scene: Scene, match: re.Match[str]) -> str:
    name, kind, text = scene.one("attribute", 3)
    if base(kind) in CONTAINERS:
        return operand_rules.container(scene, match)
    if kind == "None":
        return operand_rules.nothing(scene, match)
    if kind == "numpy":
        similar = scene.one("similar", 1)[0]
        return f"NumPy has no {name}." + (f" It has {similar}: was that meant?" if similar else "")
    if kind == "number":
        return f"{text or 'It'} is a single number here, and no array: it has no .{name}, and needs none."
    if not is_array(kind):
        return ""
    if name in _PYTORCH:
        return f"That is a tensor's in PyTorch. With an array x of NumPy it is {_PYTORCH[name]}."
    return (
        f"An array has no {name} of its own: NumPy writes np.{name}(…)." if ("numpy", name) in scene.error.facts else ""
    )


def no_call(scene: Scene, match: re.Match[str]) -> str:
    text, kind = next(((text, kind) for text, kind in scene.values if text and scene.calls(text) and kind), ("", ""))
    if not text:
        return ""
    return f"{text} is {told(kind)}, and no function: brackets behind it call it. A product needs a *."


def no_parts(scene: Scene, match: re.Match[str]) -> str:
    """A number where something with parts belongs."""
    for name in ("sum", "max", "min"):
        if said := python_sum(scene, match, name) if "itera" in match[0] else "":
            return said
    text, _ = scene.value("number")
    return f"{text} is a single number here: it has no parts, and no length." if text else ""


# Parts.


def unpacked(scene: Scene, match: re.Match[str]) -> str:
    text, kind = scene.one("unpacked", 2)
    if not text or base(kind) not in ("tuple", "list", "array", "number"):
        return ""
    if text == "cache" and scene.cache and base(kind) in ("tuple", "array", "number"):
        held = f"{scene.exercise.functions[0]} puts {listed(scene.cache)} into it"
        return f"cache is {told(kind)}: {held}, and {scene.unpacking} takes out what is there."
    if kind in ("number", "()"):
        return f"{text} is a single number here: it has no parts that names could take."
    first = f" with {shape_of(kind)[0]} along its first axis" if is_array(kind) else ""
    return f"On the right stands {text}, {told(kind)}{first}: as many names must stand on the left."


def beyond(scene: Scene, match: re.Match[str]) -> str:
    text, kind = scene.one("beyond", 2)
    count = length_of(kind)
    if not text or count is None:
        return ""
    holds = f" ({listed(scene.cache)})" if text == "cache" and len(scene.cache) == count > 1 else ""
    last = f"the last one is {text}[{count - 1}], as counting begins at 0" if count else "there is nothing in it"
    return f"{text} is {told(kind)}{holds}: {last}."


def out_of_bounds(scene: Scene, match: re.Match[str]) -> str:
    size = int(match[2][:9])
    entries = f"has {size} entries, counted from 0 to {size - 1}" if size > 1 else f"has {size} entries"
    return f"Axis {match[1]} {entries if size != 1 else 'has one entry, number 0'}."


def too_many_indices(scene: Scene, match: re.Match[str]) -> str:
    meant = (each for each in scene.values if base(each[1]) == "array" and len(shape_of(each[1])) == int(match[1]))
    text, kind = next(meant, ("", ""))
    axes = "one axis" if match[1] == "1" else f"{match[1]} axes"
    return f"{text} is {told(kind)}: it has {axes}." if text else ""


def no_axis(scene: Scene, match: re.Match[str]) -> str:
    # These speak of the array that they would make.
    if any(fact[0].rpartition(".")[2] in ("expand_dims", "stack") for fact in scene.all("calls") if fact):
        return ""
    count = int(match[2][:3])
    axes = "no axis: it is a single number" if not count else f"{count} axes, 0 to {count - 1}"
    return f"The array has {'one axis, axis 0' if count == 1 else axes}."


def no_key(scene: Scene, match: re.Match[str]) -> str:
    known = set(scene.all("keys"))
    keys = known.pop() if len(known) == 1 else ()
    return f"The keys that there are: {', '.join(keys)}." if keys else ""


def read_only(scene: Scene, match: re.Match[str]) -> str:
    if scene.case is None or scene.case.layout != "read-only":
        return "This array can't be written to, as those from np.broadcast_to: change a copy of it, x.copy()."
    return "In this case the inputs and dout can't be written to, for nobody may change them: change a copy, x.copy()."


def reshaped(scene: Scene, match: re.Match[str]) -> str:
    return f"A reshape keeps every entry: the sizes of the new shape must multiply to {match[1][:9]}."


# Calls.


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
