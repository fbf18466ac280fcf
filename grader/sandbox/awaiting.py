"""An event loop for `await` at the top of a cell, where neither sockets nor pipes can be made."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Sequence
from typing import Any


class _Loop(asyncio.BaseEventLoop):
    """Runs what is ready and sleeps until the next timer; it is its own selector, of no events."""

    def __init__(self) -> None:
        super().__init__()
        self._selector = self

    def select(self, timeout: float | None) -> Sequence[Any]:
        time.sleep(timeout or 0)
        return ()

    def _process_events(self, events: Sequence[Any]) -> None:
        pass


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """What `coroutine` returns."""
    loop = _Loop()
    try:
        return loop.run_until_complete(coroutine)
    finally:
        loop.close()
