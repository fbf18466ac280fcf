"""Where Ctrl-C must not strike: in the midst of Python's own bookkeeping of imports."""

from __future__ import annotations

import _thread
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

IMPORTING = "<frozen importlib."
"""What the names of the files begin with whose functions take and release the locks of imports."""

SOON = 0.002
"""After so many seconds it is tried again; such a function takes microseconds."""


@contextmanager
def interrupts_between_imports() -> Iterator[None]:
    """Has Ctrl-C, in the block, wait until Python is in no function that holds a lock of imports.

    In one that is called when a module's lock is deleted, Python would say that it ignores the interrupt, and never let
    go of the lock that every other thread needs to import anything: both would wait for each other.
    """
    main = threading.main_thread()
    if threading.current_thread() is not main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return

    def again() -> None:
        time.sleep(SOON)
        if os.name == "nt":
            _thread.interrupt_main()
        elif main.ident:
            # To that thread: a call of the system in which it waits must be interrupted.
            signal.pthread_kill(main.ident, signal.SIGINT)

    def interrupted(number: int, frame: FrameType | None) -> None:
        if frame and frame.f_code.co_filename.startswith(IMPORTING):
            # Not by a Thread, which takes locks itself.
            _thread.start_new_thread(again, ())
        else:
            signal.default_int_handler(number, frame)

    signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGINT) is interrupted:
            signal.signal(signal.SIGINT, signal.default_int_handler)
