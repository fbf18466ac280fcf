"""Processes that do items of work, on this machine or on a Dask cluster; their deaths cost a retry, not a result."""

from __future__ import annotations

from contextlib import AbstractContextManager, closing

from grader.classes.engine.processes import Processes
from grader.classes.engine.work import Item, Make, Result, Setup, Workforce


def workforce(
    make: Make[Setup, Item, Result], setup: Setup, jobs: int, dask: str | None = None
) -> AbstractContextManager[Workforce[Item, Result]]:
    """At most `jobs` new processes, or those of the Dask cluster at the address `dask`, for as long as they are needed.

    `make` is called once in each of them with `setup`. They hold what `make` imports and no more, and end with this
    process, however it ends. An exception that an item raises there makes it `NotDone`. Raises WorkersError, also where
    `make` raises.
    """
    if dask is None:
        return closing(Processes(make, setup, jobs))
    # Its package is an extra.
    from grader.classes.engine.cluster import cluster

    return cluster(make, setup, dask)
