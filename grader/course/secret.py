"""The secret seed of a class, in a file."""

from __future__ import annotations

import os
import re
import secrets
import shlex
import stat
from contextlib import suppress
from pathlib import Path

from grader.results import LEAST_SECRET
from grader.text import quote

NEW_BITS = 128

_MOST_BYTES = 1000

_MOST_COLUMNS = 4096


class SeedError(Exception):
    """The secret seed is missing or too easy to guess; the message says which."""


class NoSeedError(SeedError):
    """There is no file with a seed."""


def read_seed(file: str | Path) -> int:
    """The seed in a file: a whole number of at least 60 bits, which students can't know. Raises SeedError."""
    if not str(file):
        raise SeedError("c.JudgeSubmission.seed_file names no file: the course needs a secret seed")
    try:
        with open(file, "rb") as opened:
            # No more than that is needed to see that it is none.
            text = opened.read(_MOST_BYTES).decode("utf-8-sig").strip()
    except FileNotFoundError:
        raise NoSeedError(f"there is no {shown(file)}; {making(file)} makes one") from None
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise SeedError(f"the seed in {shown(file)} can't be read: {why}") from None
    if not re.fullmatch(r"[0-9]{1,100}", text) or int(text) < LEAST_SECRET:
        raise SeedError(
            f"{shown(file)} must hold one whole number of at least 60 bits, which is {LEAST_SECRET} or more, so that "
            f"it can't be guessed; move it away, and {making(file)} makes one"
        )
    return int(text)


def exposure(file: str | Path) -> str:
    """A warning, if whoever has an account here may read or change a seed's file, or ""."""
    try:
        mode = os.stat(file).st_mode
    except OSError:
        return ""
    if os.name != "posix" or not stat.S_ISREG(mode) or not mode & (stat.S_IROTH | stat.S_IWOTH):
        return ""
    mending = f"chmod o= -- {_word(str(file))}"
    return f"Warning: everybody with an account on this machine may open {shown(file)}: {mending} keeps them out."


def make_seed(file: str | Path) -> int:
    """A new seed, in a new file that only its owner can read. Raises SeedError; whatever is there stays."""
    seed = secrets.randbits(NEW_BITS) | 1 << NEW_BITS - 1
    try:
        # A link is not followed, and another file is not overwritten.
        opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise SeedError(f"{shown(file)} is there already, and stays as it is") from None
    except (OSError, ValueError) as error:
        raise SeedError(f"{shown(file)} can't be written: {getattr(error, 'strerror', None) or error}") from None
    try:
        with os.fdopen(opened, "w") as new:
            new.write(f"{seed}\n")
            new.flush()
            os.fsync(new.fileno())
    except OSError as error:
        with suppress(OSError):
            os.unlink(file)
        raise SeedError(f"{shown(file)} can't be written: {error.strerror}") from None
    return seed


def making(file: str | Path) -> str:
    """The command that makes a seed in a file, as a shell takes it."""
    name = str(file)
    return f"grader seed {_word(f'./{name}' if name.startswith('-') else name)}"


def shown(file: str | Path) -> str:
    """A path as it stands in a message."""
    return quote.line(str(file), _MOST_COLUMNS)


def _word(name: str) -> str:
    """A path as bash and zsh take it, without a character that a terminal would obey."""
    if shown(name) == name:
        return shlex.quote(name)
    escaped = (f"\\{each}" if each in "\\'" else _octal(each) for each in name)
    return f"$'{''.join(escaped)}'"


def _octal(each: str) -> str:
    return each if quote.line(each) == each else "".join(f"\\{byte:03o}" for byte in os.fsencode(each))
