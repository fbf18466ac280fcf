"""The secret seed of a class, in a file."""

from __future__ import annotations

import re
from pathlib import Path

LEAST_SEED = 1 << 32
"""A smaller number could be found by trying them all."""


class SeedError(Exception):
    """The secret seed is missing or too easy to guess; the message says which."""


def read_seed(file: str | Path) -> int:
    """The seed in a file: a whole number of at least ten digits, which students can't know. Raises SeedError."""
    if not str(file):
        raise SeedError("c.JudgeSubmission.seed_file names no file: the course needs a secret seed")
    try:
        text = Path(file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SeedError(f"the seed can't be read: {error}") from None
    if not re.fullmatch(r"[0-9]{1,100}", text) or int(text) < LEAST_SEED:
        raise SeedError(f"{file} must hold one whole number, of at least ten digits, so that it can't be guessed")
    return int(text)
