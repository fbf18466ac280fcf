"""The terminal: keys and signals, as events for the main thread, which alone decides; and two ways to show a desk."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Literal, Protocol, TypeAlias

from rich.console import Console
from rich.live import Live

from grader.report.desk_list import all_lines
from grader.report.screen import Desk, current_lines, hint_lines, keys, total
from grader.report.terminal import WIDTH, plain
from grader.results import ExerciseResult

ESCAPED = re.compile(rb"\x1b(\[[0-9;?]*[@-~]|O.|)")
"""What arrows and the like send: it has letters in it."""

PAGING = {b"\x1b[B": b" ", b"\x1bOB": b" ", b"\x1b[6~": b" ", b"\x1b[A": b"b", b"\x1bOA": b"b", b"\x1b[5~": b"b"}
"""Those of them that page on and back, as the keys do by which they are known here."""


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


class View(Protocol):
    """Shows desks, as often as it is asked to."""

    def show(self, desk: Desk) -> None:
        """Shows a desk that may be the same as before."""


def is_plain() -> bool:
    """Whether verdicts are to be written one below the other, because the cursor can't be moved."""
    dumb = sys.platform != "win32" and os.environ.get("TERM", "") in ("", "dumb", "unknown")
    return not sys.stdout.isatty() or dumb or Console().legacy_windows


class Screen:
    """The whole terminal, drawn anew in place."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._last: tuple[Desk, object] | None = None

    def show(self, desk: Desk) -> None:
        picture = desk, self._live.console.size
        if picture != self._last:
            self._live.update(desk, refresh=True)
            self._last = picture


class Scroll:
    """Lines, of a verdict that has changed only; just its first line where no terminal reads them."""

    def __init__(self) -> None:
        self._is_brief = not sys.stdout.isatty()
        self._needs_keys = has_keys()
        self._notices = ""
        self._last: tuple[str, ExerciseResult | None] = "", None

    def show(self, desk: Desk) -> None:
        if self._needs_keys:
            self._needs_keys = False
            print(plain([keys(desk)]), flush=True)
        notices = "\n".join(desk.notices)
        if notices != self._notices:
            self._notices = notices
            print(notices, flush=True)
        if desk.waiting:
            return
        if desk.everything:
            text = plain(all_lines(desk, WIDTH, len(desk.names)))
        elif self._is_brief:
            text = plain([next(current_lines(desk))])
        else:
            text = "\n".join(filter(None, (plain(current_lines(desk)), plain(hint_lines(desk)))))
        before, result = self._last
        # The same words may be another verdict: who has saved wants to see that it was judged.
        if text != before or desk.result is not result:
            self._last = text, desk.result
            title = desk.title if desk.everything else f"{desk.file}   {desk.state}"
            print(text if self._is_brief else f"\n{title}   {total(desk)}\n{text}", flush=True)


@contextmanager
def open_view() -> Iterator[View]:
    """A view for this terminal; in the end the terminal is as it was."""
    if is_plain():
        with without_echo():
            yield Scroll()
        return
    live = Live(console=Console(), screen=True, auto_refresh=False, redirect_stdout=False, redirect_stderr=False)
    with without_echo(), live:
        yield Screen(live)


def has_keys() -> bool:
    """Whether someone can press keys."""
    return sys.stdin.isatty() and sys.stdout.isatty()


@contextmanager
def without_echo() -> Iterator[None]:
    """Lets keys come as they are pressed, without showing them."""
    if sys.platform == "win32" or not has_keys():
        yield
        return
    import termios
    import tty

    before = termios.tcgetattr(sys.stdin)
    try:
        tty.setcbreak(sys.stdin, termios.TCSANOW)
        yield
    finally:
        # Not after the output is drained: a terminal that has gone away would never be restored.
        termios.tcsetattr(sys.stdin, termios.TCSANOW, before)


def read_keys(events: Events) -> None:
    """Says which keys are pressed, until the terminal is gone."""
    for character in _windows_keys() if sys.platform == "win32" else _keys():
        events.put(Key(character))
    events.put(Signal("quit"))


def _keys() -> Iterator[str]:
    while True:
        try:
            data = os.read(sys.stdin.fileno(), 1024)
        except OSError:
            return
        if not data:
            return
        yield from ESCAPED.sub(lambda found: PAGING.get(found[0], b""), data).decode("ascii", "replace")


def _windows_keys() -> Iterator[str]:
    if sys.platform != "win32":
        yield from ()
    else:
        import msvcrt

        while (character := msvcrt.getwch()) != "\x03":
            if character in "\0\xe0":
                msvcrt.getwch()
            else:
                yield character


def listen(events: Events) -> None:
    """Turns signals into events, so that none interrupts anything half done."""

    def put(event: Signal) -> Callable[[int, object], None]:
        return lambda number, frame: events.put(event)

    signal.signal(signal.SIGINT, put(Signal("quit")))
    signal.signal(signal.SIGTERM, put(Signal("quit", 128 + signal.SIGTERM)))
    if sys.platform != "win32" and has_keys():
        signal.signal(signal.SIGWINCH, put(Signal("resize")))
        signal.signal(signal.SIGTSTP, put(Signal("suspend")))


def suspend() -> None:
    """Stops this process, as the terminal's key does, until it is continued."""
    if sys.platform != "win32":
        handler = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, handler)
