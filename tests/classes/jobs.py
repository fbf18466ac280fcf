"""What worker processes do in the tests; they import it by its name."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def doubling(folder: Path) -> Callable[[int], int]:
    """Doubles its items. Some die: 13 always, 20 once, which a file in `folder` remembers; 7 raises."""

    def double(item: int) -> int:
        (folder / f"process-{os.getpid()}").touch()
        once = folder / "once"
        if item == 7:
            raise ValueError("seven is not doubled")
        if item == 13 or (item == 20 and not once.exists()):
            if item == 20:
                once.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return 2 * item

    return double


def unmakable(setup: str) -> Callable[[int], int]:
    """Raises."""
    raise RuntimeError(setup)


def stillborn(setup: str) -> Callable[[int], int]:
    """Dies."""
    os._exit(3)


def sleeping(folder: Path) -> Callable[[int], int]:
    """Sleeps for ever, once it has said in `folder` which process it is."""

    def sleep(item: int) -> int:
        (folder / f"process-{os.getpid()}").touch()
        time.sleep(10_000)
        return item

    return sleep


def waiting(folder: Path) -> Callable[[int], int]:
    """Waits for a file `go` in `folder`, once it has said there which process it is."""

    def wait(item: int) -> int:
        (folder / f"process-{os.getpid()}").touch()
        while not (folder / "go").exists():
            time.sleep(0.01)
        return item

    return wait


def measuring(setup: bytes) -> Callable[[int], int]:
    """The size of what it was set up with."""
    return lambda item: len(setup)


def modules(setup: str) -> Callable[[object], bool]:
    """Whether PyTorch is loaded."""
    return lambda item: "torch" in sys.modules


def profilers(dask_worker: Any) -> list[str]:
    """What looks at a Dask worker's threads from time to time."""
    return [name for name, each in dask_worker.periodic_callbacks.items() if "profile" in name and each.is_running()]
