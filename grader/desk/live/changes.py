"""Which exercises' files have changed."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from watchfiles import watch

STEP = 50
"""Milliseconds of quiet that end a change: an editor and its formatter may both write, and by several steps each."""

LOOK = 500
"""Milliseconds after which the folder itself is looked at: it may have been replaced."""


def follow(directory: Path, files: Mapping[str, str], report: Callable[[tuple[str, ...]], object]) -> None:
    """Reports which exercises changed, for ever; `files` has their names by file name.

    Reports all of them when it can't know: when it begins, and when the folder has become or no longer is one to watch.
    """
    everything = tuple(files.values())
    while True:
        with suppress(FileNotFoundError, PermissionError):
            folder = _identity(directory)
            is_begun = False
            for changes in _changes(directory):
                if not is_begun:
                    # What was saved before the watch was set up is in no change.
                    report(everything)
                    is_begun = True
                if names := tuple(files[name] for name in files if name in changes):
                    report(names)
                if _identity(directory) != folder:
                    break
        report(everything)
        time.sleep(LOOK / 1000)


def _changes(directory: Path) -> Iterator[set[str]]:
    """The names of the files that have changed, and now and then of none."""
    polling = None
    while True:
        try:
            for changes in watch(
                directory,
                watch_filter=None,
                step=STEP,
                rust_timeout=LOOK,
                yield_on_timeout=True,
                recursive=False,
                force_polling=polling,
            ):
                yield {Path(path).name for _, path in changes}
        except FileNotFoundError:
            raise
        except (OSError, RuntimeError):
            # The system has no more watches to give, or none for this kind of folder.
            if polling:
                raise
            polling = True


def _identity(directory: Path) -> tuple[int, int]:
    """Which folder it is. Raises OSError if it can't be watched."""
    status = directory.stat()
    if not os.access(directory, os.R_OK | os.X_OK):
        raise PermissionError
    return status.st_dev, status.st_ino
