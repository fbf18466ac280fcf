"""The exercises among what was handed in: in the folder itself, in some in it, or in archives not unpacked."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from grader.sandbox.host.source_file import LIMIT, opened
from grader.text import quote

MOST_NAMES = 1000
"""Names of a folder that are looked at."""

MOST_DEEP = 3

MOST_ARCHIVE = 20 << 20
MOST_MEMBERS = 1000
"""Bytes of an archive, and files in it that are looked at."""

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

MOST_NAMED = 10


@dataclass(frozen=True)
class Work:
    """Which folder has each of the files that there are, and which one those belong into that there aren't."""

    folders: Mapping[str, Path]
    folder: Path

    def folder_of(self, file: str) -> Path:
        """Where to read a file."""
        return self.folders.get(file, self.folder)


@contextmanager
def work_in(handed_in: Path, files: Set[str]) -> Iterator[Work]:
    """Where `files` are: each in the folder nearest to `handed_in` that has it, or else in an archive.

    What is unpacked of an archive is there for as long as this lasts.
    """
    found = _nearest(handed_in, files)
    archives = [name for name in _names(handed_in) if name.lower().endswith(".zip")]
    folder = next(iter(found.values()), handed_in)
    if not archives or found.keys() == files:
        yield Work(found, folder)
        return
    with TemporaryDirectory(prefix="handgrad") as unpacked:
        os.chmod(unpacked, 0o700)
        for archive in archives:
            _unpack(handed_in, archive, Path(unpacked), files - found.keys())
        yield Work(found | {file: Path(unpacked) for file in os.listdir(unpacked)}, folder)


def instead(folders: Iterable[Path], known: Set[str] = frozenset()) -> str:
    """What was handed in beside the `known` files: the names of a few, fit to be shown; or "nothing"."""
    names = sorted({name for folder in folders for name in _names(folder)} - known)
    shown = ", ".join(quote.line(each, 60) for each in names[:MOST_NAMED])
    return f"{shown}, and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else shown or "nothing"


def _nearest(folder: Path, files: Set[str]) -> dict[str, Path]:
    """The folder of each file that is found; the first of them is the nearest."""
    found: dict[str, Path] = {}
    level = [folder]
    for _ in range(MOST_DEEP):
        for each in level:
            found |= {name: each for name in _names(each) if name in files and name not in found}
        if found.keys() == files:
            break
        level = [inner for each in level for inner in _folders(each)][:MOST_NAMES]
    return found


def _names(folder: Path) -> list[str]:
    with suppress(OSError), os.scandir(folder) as entries:
        return [entry.name for entry in islice(entries, MOST_NAMES) if entry.is_file(follow_symlinks=False)]
    return []


def _folders(folder: Path) -> list[Path]:
    """The folders in it, `exercises` first; hidden ones aren't anybody's work."""
    found: list[str] = []
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in islice(entries, MOST_NAMES):
            if entry.is_dir(follow_symlinks=False) and not entry.name.startswith((".", "__")):
                found.append(entry.name)
    return [folder / name for name in sorted(found, key=lambda name: (name != "exercises", name))]


def _unpack(folder: Path, name: str, target: Path, wanted: Set[str]) -> None:
    """Copies the wanted files of an archive into `target`, whatever folders they are in; what is broken is left out."""
    archive = target / "archive"
    try:
        with opened(folder) as held, archive.open("wb") as copy:
            copy.writelines(held.chunks(name, MOST_ARCHIVE))
        with zipfile.ZipFile(archive) as every:
            for member in every.infolist()[:MOST_MEMBERS]:
                # Some programs on Windows write its own separator.
                file = member.filename.replace("\\", "/").rpartition("/")[2]
                # Other methods may ask for gigabytes before they give a byte.
                if file in wanted and member.compress_type in _METHODS and not (target / file).exists():
                    with every.open(member) as packed:
                        # One byte more than may be, so that it is seen to be too large.
                        (target / file).write_bytes(packed.read(LIMIT + 1))
    except Exception:
        # Whatever an archive has in it, it costs itself.
        return
    finally:
        archive.unlink(missing_ok=True)
