"""Items of work and whoever does them: what the processes of this machine and those of a cluster have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeAlias, TypeVar

from grader.sandbox.kernel.shortage import shortage

Item = TypeVar("Item")
Result = TypeVar("Result", covariant=True)
Setup = TypeVar("Setup")

Make: TypeAlias = Callable[[Setup], Callable[[Item], Result]]
"""A function of a module, called once in each process; what it returns does the items, one at a time."""


@dataclass(frozen=True)
class NotDone:
    """An item that couldn't be done through no fault of its own; it may be tried again. `why` in words."""

    why: str


class WorkersError(Exception):
    """There are no workers to be had; the message says why, in one sentence."""


class Workforce(Protocol[Item, Result]):
    """What does items of work."""

    def run(self, items: Iterable[Item]) -> Iterator[tuple[Item, Result | NotDone]]:
        """Every item with its result, in the order in which they get ready; takes few items ahead from the iterable.

        Raises WorkersError, and what the iterable raises.
        """


def reason(error: Exception) -> str:
    """An unexpected error as a reason."""
    return shortage(error) or f"{type(error).__name__}: {error}"
