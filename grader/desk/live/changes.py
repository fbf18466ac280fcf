"""Which exercises' files have changed."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue

from watchdog.events import (
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver
from watchdog.observers.polling import PollingObserver

STEP = 15
"""Milliseconds of quiet that end a change: an editor writes by several steps, which follow each other at once."""

LOOK = 500
"""Milliseconds after which the folder itself is looked at: it may have been replaced."""

_KINDS: list[type[FileSystemEvent]] = [
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
]
"""Not that a file is opened or read, as it is for a verdict."""


def follow(directory: Path, files: Mapping[str, str], report: Callable[[tuple[str, ...]], object]) -> None:
    """Reports which exercises changed, for ever; `files` has their names by file name.

    Reports all of them when it can't know: when it begins, and when the folder has become or no longer is one to watch.
    """
    everything = tuple(files.values())
    while True:
        with suppress(FileNotFoundError, PermissionError):
            folder = _identity(directory)
            for number, changes in enumerate(_changes(directory)):
                if not number:
                    # What was saved before the watch was set up is in no change.
                    report(everything)
                if names := tuple(files[name] for name in files if name in changes):
                    report(names)
                if _identity(directory) != folder:
                    break
        report(everything)
        time.sleep(LOOK / 1000)


def _changes(directory: Path) -> Iterator[set[str]]:
    """The names of the files that have changed; of none at once, when the watch is set up, and now and then."""
    names: SimpleQueue[str] = SimpleQueue()
    observer = _observer(directory, _Names(names))
    try:
        yield set()
        while True:
            changed = set()
            wait = LOOK
            with suppress(Empty):
                while True:
                    changed.add(names.get(timeout=wait / 1000))
                    wait = STEP
            yield changed
    finally:
        observer.stop()


class _Names(FileSystemEventHandler):
    """Puts the names of the files that an event is about into a queue."""

    def __init__(self, names: SimpleQueue[str]) -> None:
        self._names = names

    def on_any_event(self, event: FileSystemEvent) -> None:
        for path in (event.src_path, event.dest_path):
            self._names.put(os.path.basename(os.fsdecode(path)))


def _observer(directory: Path, handler: FileSystemEventHandler) -> BaseObserver:
    """A running observer of a folder. Raises OSError if it can't be watched."""
    try:
        return _started(Observer(), directory, handler)
    except FileNotFoundError:
        raise
    except OSError:
        # The system has no more watches to give, or none for this kind of folder.
        return _started(PollingObserver(), directory, handler)


def _started(observer: BaseObserver, directory: Path, handler: FileSystemEventHandler) -> BaseObserver:
    observer.schedule(handler, str(directory), recursive=False, event_filter=_KINDS)
    observer.start()
    return observer


def _identity(directory: Path) -> tuple[int, int]:
    """Which folder it is. Raises OSError if it can't be watched."""
    status = directory.stat()
    if not os.access(directory, os.R_OK | os.X_OK):
        raise PermissionError
    return status.st_dev, status.st_ino
