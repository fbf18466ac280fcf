"""Names that platforms give to what students have handed in: whose it is, and what it was called."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_CANVAS = re.compile(r"(?P<name>\w+?)_(?P<late>LATE_)?(?P<user>\d+)_(?P<attachment>\d+)_(?P<file>.+)", re.DOTALL)
_CANVAS_ANONYMOUS = re.compile(
    r"(?P<late>LATE_)?(?P<name>anon)_(?P<user>[A-Za-z0-9]+)_(?P<attachment>\d+)_(?P<file>.+)", re.DOTALL
)
_CANVAS_TYPED = re.compile(r"(?P<name>\w+?)_(?P<late>LATE_)?(?P<user>\d+)_(?P<file>text\.html|link\.html)")
_MOODLE = re.compile(r"(?P<name>.+?)_(?P<user>\d+)_assignsubmission_(?P<kind>file|onlinetext)_?(?P<file>.*)", re.DOTALL)

_COPY = re.compile(r"(.+?)(?:[ _]?\((\d{1,9})\)|-(\d{1,9})|[ _-]+[Cc]opy(?: (\d{1,9}))?)", re.DOTALL)
"""What Canvas adds to the name of a file that was handed in again, and browsers and desktops to that of a copy."""

_LARGEST = 10**18
"""No platform has numbers so large; of those that have more digits nothing is to be told."""

MAX_NAME = 100
"""How many bytes of a name are kept in that of a folder."""


NOT_OURS = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini", "__pycache__", ".ipynb_checkpoints")
"""What systems and programs leave in folders."""


@dataclass(frozen=True)
class Person:
    """Who has handed in: the number or name by which the platform knows them, and what they are called there.

    Where it `is_passing`, as on Moodle, they have another number for each assignment.
    """

    known: str
    name: str = ""
    email: str = ""
    is_passing: bool = False


@dataclass(frozen=True)
class PlatformName:
    """What a platform's name says: whose it is, their own name for the file, "" for a folder, and which is newer."""

    platform: str
    person: Person
    file: str
    order: int = 0
    late: bool = False


def canvas_name(name: str) -> PlatformName | None:
    """What a file's name says, if it is one that Canvas gives: "lovelaceada_LATE_1001_555_ex21_relu-1.py"."""
    found = _CANVAS_ANONYMOUS.fullmatch(name) or _CANVAS.fullmatch(name)
    if found:
        order = min(int(found["attachment"][:20]), _LARGEST)
    elif found := _CANVAS_TYPED.fullmatch(name):
        order = 0
    else:
        return None
    return PlatformName("Canvas", Person(found["user"], found["name"]), found["file"], order, bool(found["late"]))


def moodle_name(name: str) -> PlatformName | None:
    """What a name says, if it is one that Moodle gives: "Ada Lovelace_1201_assignsubmission_file"."""
    found = _MOODLE.fullmatch(name)
    return (
        PlatformName("Moodle", Person(found["user"], found["name"], is_passing=True), found["file"]) if found else None
    )


def platform_of(name: str) -> str:
    """Which platform gives such names, "" if none does."""
    found = moodle_name(name) or canvas_name(name)
    return found.platform if found else ""


def without_copy_mark(stem: str) -> tuple[str, int]:
    """A file's name, without its ending, before it was copied or handed in again; and the number of that, or -1."""
    found = _COPY.fullmatch(stem)
    if not found:
        return stem, -1
    return found[1], int(next((number for number in found.groups()[1:] if number), 0))


def folder_name(text: str) -> str:
    """A name as a folder's: letters, digits, dots and dashes of any script, as short as a folder's may be."""
    composed = unicodedata.normalize("NFC", text[:MAX_NAME])
    kept = "".join(each if each.isalnum() or each in "._-@" else "_" if each.isspace() else "" for each in composed)
    return kept.encode()[:MAX_NAME].decode("utf-8", "ignore").strip("._-")


def is_leftover(path: tuple[str, ...]) -> bool:
    """Whether no person has made a file."""
    return any(each in NOT_OURS or each.startswith("._") for each in path)
