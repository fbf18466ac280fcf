"""What a command costs the machine: its time, and the most memory of the grader's own processes."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

from grader.sandbox.child import start
from tests import commands
from tests.classes.classes import environment
from tests.patience import PATIENCE

LOOK_SECONDS = 0.02
"""How often is looked; the kernel itself notes each process's peak."""

_PEAK = re.compile(r"^VmHWM:\s+([0-9]+) kB", re.MULTILINE)


@dataclass(frozen=True)
class Weight:
    """What a command said and cost: its wall seconds, and the peak in MB of the process itself and of its workers."""

    status: int
    said: str
    seconds: float
    own: float
    workers: float


def weigh(cwd: Path, *command: str, patience: float = PATIENCE) -> Weight:
    """Runs `python *command` in a folder. Raises TimeoutError after so many seconds of patience."""
    began = time.monotonic()
    with TemporaryFile("w+", encoding="utf-8") as said:
        out = said.fileno()
        with (
            commands.start(*command, cwd=cwd, env=environment(), out=out, err=out, quiet=True) as running,
            _Scales(running.pid) as scales,
        ):
            status = running.wait(patience)
        said.seek(0)
        return Weight(status, said.read(), time.monotonic() - began, scales.own, scales.workers)


class _Scales(threading.Thread):
    """Looks at a process and those below it, but for the sandbox's, for as long as the block lasts."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._peaks: dict[int, float] = {}
        self._over = threading.Event()

    def __enter__(self) -> _Scales:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()

    @property
    def own(self) -> float:
        return self._peaks[self._pid]

    @property
    def workers(self) -> float:
        return max((peak for pid, peak in self._peaks.items() if pid != self._pid), default=0.0)

    def run(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            for pid in (self._pid, *_below(self._pid)):
                self._peaks[pid] = _peak(pid) or self._peaks.get(pid, 0.0)


def _below(pid: int) -> Iterator[int]:
    """The processes that one has started, and theirs; without those of a sandbox."""
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in map(int, tasks.read_text().split()):
                command = _command(child)
                # One that is about to become another program is still its parent's image, with its parent's peak.
                if command != _command(pid) and start.__file__.encode() not in command:
                    yield child
                    yield from _below(child)


def _command(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def _peak(pid: int) -> float:
    with suppress(OSError):
        if found := _PEAK.search(Path(f"/proc/{pid}/status").read_text()):
            return int(found[1]) / 1000
    return 0.0
