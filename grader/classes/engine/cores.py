"""Which cores this process may use, and how workers share them out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress


def cores() -> list[int]:
    """The numbers of the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def shared_out(workers: int) -> list[int]:
    """The cores that so many workers are to share out among them; none, unless there is just one for each.

    A worker, the server that forks for it and what that forks take turns: on one core each finds in its cache what the
    one before has left there. Two on one core would wait for each other while another core is free.
    """
    mine = cores()
    return mine if hasattr(os, "sched_setaffinity") and 1 < len(mine) == workers else []


@contextmanager
def kept_to(core: int | None) -> Iterator[None]:
    """Keeps this thread, and the processes that it starts, to one core, or to none in particular."""
    if core is None:
        yield
        return
    before = os.sched_getaffinity(0)
    # The work is the faster for it, and can do without: the core may be gone.
    with suppress(OSError):
        os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        with suppress(OSError):
            os.sched_setaffinity(0, before)
