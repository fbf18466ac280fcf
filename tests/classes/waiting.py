"""Waiting for what other processes do."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from tests.patience import PATIENCE


def until(happened: Callable[[], object]) -> None:
    """Waits until it has happened. Raises TimeoutError."""
    deadline = time.monotonic() + PATIENCE
    while not happened():
        if time.monotonic() > deadline:
            raise TimeoutError("it hasn't happened")
        time.sleep(0.02)


def processes(folder: Path) -> list[int]:
    """The processes that have said in `folder` that they are at work."""
    return [int(path.name.partition("-")[2]) for path in folder.glob("process-*")]


def lives(process: int) -> bool:
    """Whether a process runs; one that nobody has waited for doesn't."""
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z" and process != os.getpid()
