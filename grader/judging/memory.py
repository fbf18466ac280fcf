"""What was made of runs, for a class whose members give the same answers again and again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from grader.judging.digest import run_identity
from grader.judging.second_run import Again
from grader.sandbox.wire.records import Run

MOST_REMEMBERED = 500
"""A drawing, of which there is one with a wrong verdict, has some 40 kB."""

T = TypeVar("T")


class Memory(Generic[T]):
    """What was made of the latest runs: of one that is the same to the last bit the same is made.

    What depends on a second run isn't kept: that may show what the first one hides.
    """

    def __init__(self) -> None:
        self._made: dict[tuple[str, bytes], T] = {}

    def of(self, exercise: str, run: Run, again: Again | None, make: Callable[[Again | None], T]) -> T:
        """What `make` makes of an exercise's run, if it isn't known; it is given `again`."""
        key = exercise, run_identity(run)
        if key in self._made:
            # The latest are at the end.
            self._made[key] = self._made.pop(key)
            return self._made[key]
        has_asked = False

        def asked() -> Run:
            nonlocal has_asked
            has_asked = True
            assert again is not None
            return again()

        made = make(again and asked)
        if not has_asked:
            self._made[key] = made
            if len(self._made) > MOST_REMEMBERED:
                self._made.pop(next(iter(self._made)))
        return made
