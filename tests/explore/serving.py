"""`grader explore`, run as a student runs it, and its page in a real browser."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO, TypeAlias

from tests import commands
from tests.page.pages import Open
from tests.proof import needs

Visit: TypeAlias = Callable[..., Open]
"""Opens the live page of a server, filled, with a fragment, a width and a colour scheme; in the end it is closed."""


@dataclass(frozen=True)
class Running:
    """A server that runs: the first address that it printed, its process, and what that prints."""

    address: str
    process: commands.Running
    printed: TextIO

    @property
    def origin(self) -> str:
        """The address without path and key."""
        return self.address.partition("/?")[0]

    @property
    def port(self) -> int:
        """Its port."""
        return int(self.origin.rpartition(":")[2])

    def next_address(self) -> str:
        """The address that it prints once the one before was used."""
        while not (found := re.search(r"http://\S+", line := self.printed.readline())):
            assert line
        return found[0]

    def end(self) -> int:
        """Ends it as Ctrl-C does; returns its exit status."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait()


@contextmanager
def serve(folder: Path, *options: str) -> Iterator[Running]:
    """The page of `folder`/exercises, served; skips the test without the packages of the server."""
    needs("uvicorn")
    command = ("-m", "grader", "explore", "--no-browser", *options)
    reading, writing = os.pipe()
    with open(reading, encoding="utf-8") as printed:
        try:
            process = commands.start(*command, cwd=folder, env=os.environ, out=writing, err=writing)
        finally:
            os.close(writing)
        with process:
            text = ""
            while not (found := re.search(r"http://\S+", text)):
                line = printed.readline()
                assert line, text
                text += line
            yield Running(found[0], process, printed)


def fill(exercise: Any, name: str, text: str) -> None:
    """Puts a text into one of the fields of an exercise."""
    exercise.get_by_label(name, exact=True).fill(text)
