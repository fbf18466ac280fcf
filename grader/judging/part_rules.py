"""What an error of an index, a key or a shape means: a sentence of it, or "" where that isn't known to be true."""

from __future__ import annotations

import re

from grader.judging import operand_rules
from grader.judging.error_scene import Scene, base, is_array, length_of, shape_of, told
from grader.text.language import listed, say, say_many


def unpacked(scene: Scene, match: re.Match[str]) -> str:
    text, kind = scene.value("unpacked", "tuple", "list", "number", "array")
    if not text:
        return ""
    if text == "cache" and scene.cache and base(kind) in ("tuple", "array", "number"):
        return say(
            "cache is {kind}: {forward} puts {cache} into it, and {unpacking} takes out what is there.",
            kind=told(kind),
            forward=scene.exercise.functions[0],
            cache=listed(scene.cache),
            unpacking=scene.unpacking,
        )
    if kind in ("number", "()"):
        return say("On the right stands {text}, a single number: it can't be taken apart.", text=text)
    if is_array(kind):
        return say(
            "On the right stands {text}, {kind}: as many names must stand on the left as its first axis is long.",
            text=text,
            kind=told(kind),
        )
    return say("On the right stands {text}, {kind}: as many names must stand on the left.", text=text, kind=told(kind))


def beyond(scene: Scene, match: re.Match[str]) -> str:
    text, kind = scene.value("beyond", "tuple", "list")
    count = length_of(kind)
    if not text or count is None:
        return ""
    holds = f" ({listed(scene.cache)})" if text == "cache" and len(scene.cache) == count > 1 else ""
    if not count:
        return say("{text} is {kind}: there is nothing in it.", text=text, kind=told(kind))
    return say(
        "{text} is {kind}: the last one is {text}[{last}], as counting begins at 0.",
        text=text,
        kind=told(kind) + holds,
        last=count - 1,
    )


def place(scene: Scene, match: re.Match[str]) -> str:
    """What a tuple or a list has no entry for: a name, a fraction, two places at once."""
    text, kind = scene.value("indexed", match[1])
    if match[2] == "float":
        return say("A place in it is a whole number: n / 2 is a float in Python, n // 2 a whole number.")
    if text == "cache" and kind.startswith("tuple") and len(scene.cache) > 1:
        return operand_rules.cache_is_a_tuple(scene)
    if match[2] == "tuple" and text:
        return say(
            "{text} is {kind}, and no array: it has one place for each entry, and no axes.", text=text, kind=told(kind)
        )
    return ""


def out_of_bounds(scene: Scene, match: re.Match[str]) -> str:
    size = int(match[2][:9])
    if size == 0:
        return say("Axis {axis} has 0 entries.", axis=match[1])
    return say_many(
        "Axis {axis} has one entry, number 0.",
        "Axis {axis} has {count} entries, counted from 0 to {last}.",
        size,
        axis=match[1],
        last=size - 1,
    )


def too_many_indices(scene: Scene, match: re.Match[str]) -> str:
    count = int(match[1])
    found = {(text, kind) for text, kind in scene.values("beyond") if is_array(kind) and len(shape_of(kind)) == count}
    text, kind = found.pop() if len(found) == 1 else ("", "")
    if not text or not count:
        return ""
    return say_many(
        "{text} is {kind}: it has one axis.",
        "{text} is {kind}: it has {count} axes.",
        count,
        text=text,
        kind=told(kind),
    )


def no_axis(scene: Scene, match: re.Match[str]) -> str:
    # These count the axes of what they make.
    if scene.calls("expand_dims", "stack"):
        return ""
    count = int(match[2][:3])
    if not count:
        return say("The array has no axis: it is a single number.")
    return say_many(
        "The array has one axis, axis 0.", "The array has {count} axes, 0 to {last}.", count, last=count - 1
    )


def no_key(scene: Scene, match: re.Match[str]) -> str:
    known = set(scene.all("keys"))
    keys = known.pop() if len(known) == 1 else ()
    return say("The keys that there are: {keys}.", keys=", ".join(keys)) if keys else ""


def read_only(scene: Scene, match: re.Match[str]) -> str:
    if scene.case is None or scene.case.layout != "read-only":
        return say("This array can't be written to, as those from np.broadcast_to: change a copy of it, x.copy().")
    return say(
        "In this case the inputs and dout can't be written to, for nobody may change them: change a copy, x.copy()."
    )


def reshaped(scene: Scene, match: re.Match[str]) -> str:
    return say("A reshape keeps every entry: the sizes of the new shape must multiply to {count}.", count=match[1][:9])


def not_counted(scene: Scene, match: re.Match[str]) -> str:
    """A fraction, a list or an array where a whole number belongs."""
    if match[1] == "float":
        return say("A whole number belongs here: n / 2 is a float in Python, n // 2 a whole number.")
    text, kind = next(((text, kind) for _, text, kind in scene.arguments("range")), ("", ""))
    if base(kind) != match[1] or not text:
        return ""
    return say(
        "{text} is {kind}: range takes a number, as its length, len({text}), or one of its entries.",
        text=text,
        kind=told(kind),
    )
