"""What can happen while files are watched: it all comes to the main thread, which alone decides and draws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Literal, TypeAlias


@dataclass(frozen=True)
class Key:
    """A key was pressed."""

    character: str


@dataclass(frozen=True)
class Signal:
    """The system, or the terminal, wants something; `status` is the exit status to quit with."""

    wants: Literal["quit", "suspend", "resize"]
    status: int = 0


Event: TypeAlias = "Key | Signal | Callable[[], object]"
"""A function is something of the session's that is to be done."""

# Unlike Queue, it can be put into by a signal handler that interrupts the thread which takes from it.
Events: TypeAlias = "SimpleQueue[Event]"
