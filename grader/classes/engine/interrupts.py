"""Ctrl-C reaches every process at the terminal; only the main one is to heed it."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Starts a process with Ctrl-C blocked, which would interrupt its imports with a traceback."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def leave_interrupts_to_the_main_process() -> None:
    """What a process does that was started so: ignores Ctrl-C, without its own children doing so too."""
    # A handler, not SIG_IGN or the mask: submissions would inherit these, and then behave as nowhere else.
    signal.signal(signal.SIGINT, lambda *_: None)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
