"""What an error of an index, a key or a shape means: a sentence of it, or "" where that isn't known to be true."""

from __future__ import annotations

import re

from grader.judging import operand_rules
from grader.judging.error_scene import Scene, base, is_array, length_of, listed, shape_of, told


def unpacked(scene: Scene, match: re.Match[str]) -> str:
    text, kind = scene.value("unpacked", "tuple", "list", "number", "array")
    if not text:
        return ""
    if text == "cache" and scene.cache and base(kind) in ("tuple", "array", "number"):
        held = f"{scene.exercise.functions[0]} puts {listed(scene.cache)} into it"
        return f"cache is {told(kind)}: {held}, and {scene.unpacking} takes out what is there."
    if kind in ("number", "()"):
        return f"On the right stands {text}, a single number: it can't be taken apart."
    if is_array(kind):
        return (
            f"On the right stands {text}, {told(kind)}: as many names must stand on the left as its first axis is long."
        )
    return f"On the right stands {text}, {told(kind)}: as many names must stand on the left."


def beyond(scene: Scene, match: re.Match[str]) -> str:
    text, kind = scene.value("beyond", "tuple", "list")
    count = length_of(kind)
    if not text or count is None:
        return ""
    holds = f" ({listed(scene.cache)})" if text == "cache" and len(scene.cache) == count > 1 else ""
    last = f"the last one is {text}[{count - 1}], as counting begins at 0" if count else "there is nothing in it"
    return f"{text} is {told(kind)}{holds}: {last}."


def place(scene: Scene, match: re.Match[str]) -> str:
    """What a tuple or a list has no entry for: a name, a fraction, two places at once."""
    text, kind = scene.value("indexed", match[1])
    if match[2] == "float":
        return "A place in it is a whole number: n / 2 is a float in Python, n // 2 a whole number."
    if text == "cache" and kind.startswith("tuple") and len(scene.cache) > 1:
        return operand_rules.cache_is_a_tuple(scene)
    if match[2] == "tuple" and text:
        return f"{text} is {told(kind)}, and no array: it has one place for each entry, and no axes."
    return ""


def out_of_bounds(scene: Scene, match: re.Match[str]) -> str:
    size = int(match[2][:9])
    entries = f"has {size} entries, counted from 0 to {size - 1}" if size > 1 else f"has {size} entries"
    return f"Axis {match[1]} {entries if size != 1 else 'has one entry, number 0'}."


def too_many_indices(scene: Scene, match: re.Match[str]) -> str:
    count = int(match[1])
    found = {(text, kind) for text, kind in scene.values("beyond") if is_array(kind) and len(shape_of(kind)) == count}
    text, kind = found.pop() if len(found) == 1 else ("", "")
    if not text or not count:
        return ""
    return f"{text} is {told(kind)}: it has {f'{count} axes' if count > 1 else 'one axis'}."


def no_axis(scene: Scene, match: re.Match[str]) -> str:
    # These count the axes of what they make.
    if scene.calls("expand_dims", "stack"):
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


def not_counted(scene: Scene, match: re.Match[str]) -> str:
    """A fraction, a list or an array where a whole number belongs."""
    if match[1] == "float":
        return "A whole number belongs here: n / 2 is a float in Python, n // 2 a whole number."
    text, kind = next(((text, kind) for _, text, kind in scene.arguments("range")), ("", ""))
    if base(kind) != match[1] or not text:
        return ""
    return f"{text} is {told(kind)}: range takes a number, as its length, len({text}), or one of its entries."
