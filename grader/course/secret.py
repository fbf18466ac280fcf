"""The secret seed of a class, in a file."""

from __future__ import annotations

import re
from pathlib import Path

LEAST_SEED = 1 << 32
"""A smaller number could be found by trying them all."""

MADE = 'python -c "import secrets; print(secrets.randbits(64))"'
"""A command that prints a seed."""


class SeedError(Exception):
    """The secret seed is missing or too easy to guess; the message says which."""


def read_seed(file: str | Path) -> int:
    """The seed in a file: a whole number of at least ten digits, which students can't know. Raises SeedError."""
    if not str(file):
        raise SeedError("c.JudgeSubmission.seed_file names no file: the course needs a secret seed")
    try:
        text = Path(file).read_text("utf-8").strip()
    except FileNotFoundError:
        raise SeedError(f"there is no {file}; {MADE} > {file} makes one") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SeedError(f"the seed in {file} can't be read: {getattr(error, 'strerror', None) or error}") from None
    if not re.fullmatch(r"[0-9]{1,100}", text) or int(text) < LEAST_SEED:
        raise SeedError(f"{file} must hold one whole number, of at least ten digits, so that it can't be guessed")
    return int(text)
