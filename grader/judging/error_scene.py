"""What was found where an error was raised, by name, and how values are called."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from grader.cases import Case
from grader.exercise import Exercise
from grader.sandbox.wire.records import StudentError
from grader.text.language import say

CONTAINERS = ("tuple", "list", "dict")


@dataclass(frozen=True)
class Scene:
    """An error with its facts by their first words, where it was raised: in an `exercise`, in a `case` if one ran."""

    exercise: Exercise
    error: StudentError
    case: Case | None

    def all(self, name: str) -> Iterable[tuple[str, ...]]:
        """The facts of a name, without it."""
        return (fact[1:] for fact in self.error.facts if fact[0] == name)

    def one(self, name: str, count: int) -> tuple[str, ...]:
        """The first fact of a name, if it has so many words beside it; else as many empty ones."""
        return next((fact for fact in self.all(name) if len(fact) == count), ("",) * count)

    @property
    def cache(self) -> tuple[str, ...]:
        """The names of what the cache holds, () where that isn't known or nothing is."""
        names = next(iter(self.all("cache")), ())
        return names if all(each.isidentifier() for each in names) and names != ("None",) else ()

    @property
    def unpacking(self) -> str:
        """The line that takes out what the cache holds."""
        function, _, parameter = self.one("within", 3)
        held = parameter if function == self.exercise.functions[-1] and parameter.isidentifier() else "cache"
        is_packed = any(kind == "tuple:1" for text, kind in self.values() if text == held)
        return f"`{', '.join(self.cache)}{',' * (len(self.cache) == 1 and is_packed)} = {held}`"

    @property
    def within(self) -> str:
        """The function of the file that the line is in; "" outside of all."""
        return next((fact[0] for fact in self.all("within") if fact), "")

    def values(self, *roles: str) -> list[tuple[str, str]]:
        """Expressions of the line with their kinds: those that are "indexed", "called", "asked" for an attribute."""
        facts = [fact for fact in self.all("value") if len(fact) == 3]
        return [(text, kind) for text, kind, role in facts if not roles or role in roles]

    def value(self, role: str, *kinds: str) -> tuple[str, str]:
        """The expression of the line in such a role and of such a kind, "array" or "tuple"; empty if there are two."""
        found = {(text, kind) for text, kind in self.values(role) if base(kind) in kinds}
        return found.pop() if len(found) == 1 else ("", "")

    def arguments(self, *functions: str) -> list[tuple[str, str, str]]:
        """Calls of these functions of Python's or a module's: the function, its first argument, and of what kind."""
        facts = [fact for fact in self.all("argument") if len(fact) == 3]
        return [(called, text, kind) for called, text, kind in facts if called in functions or not functions]

    def calls(self, *endings: str) -> bool:
        """Whether the line calls a function that is written so, or ends so."""
        return any(fact[0].endswith(endings) for fact in self.all("calls") if fact)


def base(kind: str) -> str:
    """Of what sort a kind is: "array", "number", "tuple"."""
    return "array" if is_array(kind) else kind.partition(":")[0]


def is_array(kind: str) -> bool:
    return re.fullmatch(r"\((?:\d+,)*\d*\)", kind) is not None


def shape_of(kind: str) -> tuple[int, ...]:
    return tuple(int(each[:9]) for each in re.findall(r"\d+", kind)) if is_array(kind) else ()


def length_of(kind: str) -> int | None:
    """How many things a tuple, a list or a dict holds."""
    found = re.fullmatch(rf"(?:{'|'.join(CONTAINERS)}):([0-9]{{1,9}})", kind)
    return int(found[1]) if found else None


def told(kind: str) -> str:
    """A kind in words: "of shape (3, 2)", "a tuple of 2"."""
    if is_array(kind):
        return say("an array of shape {shape}", shape=shape_of(kind))
    if (count := length_of(kind)) is not None:
        return say("a {type} of {count}", type=base(kind), count=count)
    return {"number": say("a single number"), "None": "None", "str": say("a text")}.get(kind, say("something else"))
