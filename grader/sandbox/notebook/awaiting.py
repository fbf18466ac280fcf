"""An event loop for `await` at the top of a cell, where neither sockets nor pipes can be made."""

from __future__ import annotations

import time
from collections.abc import Coroutine, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """What `coroutine` returns."""
    loop = kind_of_loop()()
    try:
        return loop.run_until_complete(coroutine)
    finally:
        loop.close()


@cache
def kind_of_loop() -> type[asyncio.BaseEventLoop]:
    """The class of the loop. Where asyncio can't be read, this must have run before."""
    # Only for notebooks: asyncio and what it needs make a process half as expensive again to fork.
    import asyncio

    class Loop(asyncio.BaseEventLoop):
        """Runs what is ready and sleeps until the next timer; it is its own selector, of no events."""

        def __init__(self) -> None:
            super().__init__()
            self._selector = self

        def select(self, timeout: float | None) -> Sequence[Any]:
            time.sleep(timeout or 0)
            return ()

        def _process_events(self, events: Sequence[Any]) -> None:
            pass

    return Loop
