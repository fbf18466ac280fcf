"""A command on a real pseudo-terminal, read as a person reads it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from tests import commands
from tests.patience import PATIENCE


class Terminal:
    """Python with a command line, on a terminal of its own. A drawing begins with a move of the cursor home."""

    def __init__(
        self, cwd: Path, *command: str, size: tuple[int, int] = (80, 24), new: bool = False, **environment: str
    ) -> None:
        """With `new` Python is started for it, in place of a fork."""
        self.raw = b""
        self._hung_up = False
        self._ours, self.theirs = pty.openpty()
        self.resize(*size)
        self.attributes = termios.tcgetattr(self.theirs)
        ruling = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR")
        inherited = {name: value for name, value in os.environ.items() if name not in ruling}
        env = {**inherited, "TERM": "xterm-256color", **environment}
        self.process: commands.Running | subprocess.Popen[bytes] = (
            self._new(cwd, command, env) if new else commands.start(*command, cwd=cwd, env=env, terminal=self.theirs)
        )

    def _new(self, cwd: Path, command: Sequence[str], env: Mapping[str, str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, *command],
            cwd=cwd,
            stdin=self.theirs,
            stdout=self.theirs,
            stderr=self.theirs,
            env=env,
            start_new_session=True,
            # Without a terminal that controls it, Ctrl-C would be a key like any other.
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait()
        if not self._hung_up:
            self.hang_up()

    @property
    def written(self) -> str:
        """Everything that was written so far."""
        return self.raw.decode("utf-8", "replace")

    @property
    def screen(self) -> str:
        """What is to be seen, without colours."""
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", self.written.rpartition("\x1b[H")[2])

    def press(self, keys: str) -> None:
        """Presses keys."""
        os.write(self._ours, keys.encode())

    def resize(self, columns: int, rows: int) -> None:
        """Gives the terminal another size, which its kernel tells the process."""
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def hang_up(self) -> None:
        """Closes the terminal."""
        self._hung_up = True
        os.close(self._ours)
        os.close(self.theirs)

    def until(self, *texts: str) -> str:
        """Waits until all these texts are on the screen, and returns it."""
        return self.until_true(lambda screen: all(text in screen for text in texts), str(texts))

    def until_true(self, holds: Callable[[str], bool], what: str = "") -> str:
        """Waits until something holds of the screen, and returns it."""
        end = time.monotonic() + PATIENCE
        while not holds(self.screen):
            assert time.monotonic() < end, f"never came: {what}\n{self.screen}"
            self.read(1.0)
        return self.screen

    def read(self, seconds: float) -> None:
        """Reads what comes within so many seconds, as soon as something does."""
        if select.select([self._ours], [], [], seconds)[0]:
            self.raw += os.read(self._ours, 1 << 16)

    def settle(self, seconds: float) -> str:
        """Reads for so many seconds, and returns the screen."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.read(left)
        return self.screen

    def ends(self) -> int:
        """Waits until the process has ended by itself, and returns its status."""
        end = time.monotonic() + PATIENCE
        while self.process.poll() is None:
            assert time.monotonic() < end, self.screen
            self.read(0.02)
        self.read(0.1)
        return self.process.wait()

    def is_restored(self) -> bool:
        """Whether the terminal is as it was before the process began."""
        now: list[Any] = termios.tcgetattr(self.theirs)
        return now == self.attributes
