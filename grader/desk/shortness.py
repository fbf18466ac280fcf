"""How `pytest grader` ends where the machine has too little of something: with a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from grader.sandbox.kernel.shortage import shortage

STATUS = pytest.ExitCode.INTERNAL_ERROR


@contextmanager
def ending_if_short() -> Iterator[None]:
    """Ends the run if the block fails for want of something."""
    try:
        yield
    except Exception as error:
        if short := shortage(error):
            pytest.exit(short, returncode=STATUS)
        raise
