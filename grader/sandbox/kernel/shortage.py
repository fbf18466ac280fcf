"""What a machine, or a limit, has run out of: in words, for whoever can give it more."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator

PROCESSES = "too few processes: no other process or thread may be started (ulimit -u)"
FILES = "too few file descriptors: no other file may be opened (ulimit -n)"
MEMORY = "too little memory or address space (ulimit -v)"
DISK = "no space left on the disk, or none that may be used (a quota, ulimit -f)"

_ERRORS = {
    errno.EAGAIN: PROCESSES,
    errno.EMFILE: FILES,
    errno.ENFILE: FILES,
    errno.ENOMEM: MEMORY,
    errno.ENOSPC: DISK,
    errno.EDQUOT if hasattr(errno, "EDQUOT") else errno.ENOSPC: DISK,
    errno.EFBIG: DISK,
}

_WORDS = {
    "can't start new thread": PROCESSES,
    "database or disk is full": DISK,
    "failed to map segment": MEMORY,
    "cannot allocate memory": MEMORY,
}
"""What is said where there is no number: by threads, SQLite, and the loader of libraries."""


class ShortageError(Exception):
    """The machine has too little of something for the grader itself; the message says of what."""


def shortage(error: BaseException) -> str:
    """What was too little, of an error or of what it came from; "" if nothing was."""
    return next(filter(None, map(_shortage, _origins(error))), "")


FAILED_WRITE = "disk I/O error"
"""What SQLite says of a write that fails, also where a file has become as large as it may."""


def words_of_sqlite(error: Exception) -> str:
    """What SQLite says, in a line, and which limit on the size of files there is, if that may be what it means."""
    said, *_ = str(error).splitlines() or [""]
    return "; ".join(filter(None, [said, _file_limit() if FAILED_WRITE in said else ""]))


def _file_limit() -> str:
    if sys.platform == "win32":
        return ""
    import resource

    most, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
    return "" if most == resource.RLIM_INFINITY else f"no file may have more than {most} bytes (ulimit -f)"


def _origins(error: BaseException) -> Iterator[BaseException]:
    origin: BaseException | None = error
    while origin is not None:
        yield origin
        origin = origin.__cause__ or origin.__context__


def _shortage(error: BaseException) -> str:
    if isinstance(error, ShortageError):
        return str(error)
    if isinstance(error, MemoryError):
        return MEMORY
    if isinstance(error, OSError) and error.errno in _ERRORS:
        return _ERRORS[error.errno]
    text = str(error).lower()
    return next((said for words, said in _WORDS.items() if words in text), "")
