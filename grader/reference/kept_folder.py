"""Folders of what is kept, in which a submission at a level below "full" may have done whatever its user may."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from uuid import uuid4


def is_ours(status: os.stat_result) -> bool:
    """Whether something belongs to this user."""
    return sys.platform == "win32" or status.st_uid == os.geteuid()


def is_own_cache(cache: Path) -> bool:
    """Whether a cache folder is this user's, or would be; root makes none in somebody's home. Raises OSError."""
    return is_ours(os.stat(cache if cache.exists() else cache.parent))


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file of this user's alone: all of it, or nothing. Raises OSError."""
    fd, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(content)
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def state(folder: Path, depth: int = 2) -> Iterator[tuple[str, tuple[int, ...]]]:
    """What tells of each path, down to `depth`, whether it has changed; what lies deeper than a sheet nobody reads."""
    with suppress(OSError):
        status = os.lstat(folder)
        yield str(folder), (status.st_dev, status.st_ino, status.st_mode, status.st_mtime_ns, status.st_ctime_ns)
        if depth and stat.S_ISDIR(status.st_mode):
            for each in os.scandir(folder):
                yield from state(Path(each.path), depth - 1)


def remove_whole(folder: Path) -> None:
    """Removes a folder and all that is in it, however deep, or a link in its place. Raises OSError."""
    if folder.is_symlink():
        folder.unlink()
        return
    folder.chmod(0o700)
    before: set[str] = set()
    while (names := set(os.listdir(folder))) - before:
        before = names
        for name in names:
            with suppress(OSError):
                _take_apart(folder / name, folder)
    folder.rmdir()


def _take_apart(path: Path, top: Path) -> None:
    """Removes something that is in the folder `top`; what is in it itself comes to lie there."""
    if not stat.S_ISDIR(os.lstat(path).st_mode):
        path.unlink()
        return
    path.chmod(0o700)
    for each in path.iterdir():
        # A folder moves only where it can be written into.
        if stat.S_ISDIR(os.lstat(each).st_mode):
            each.chmod(0o700)
        each.rename(top / uuid4().hex)
    path.rmdir()
