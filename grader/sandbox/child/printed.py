"""What a submission prints, kept up to a cap and passed on."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import BinaryIO, cast

from grader.sandbox.wire.caps import MAX_OUTPUT, MAX_PRINTED


class Printed(io.RawIOBase):
    """The raw end of sys.stdout: passes at most `MAX_OUTPUT` bytes on to `sink`, and keeps how each trial's began."""

    def __init__(self, sink: Callable[[bytes], object]) -> None:
        self._sink = sink
        self._room = MAX_OUTPUT
        self._kept = bytearray()

    @property
    def sent(self) -> int:
        """How many bytes were passed on."""
        return MAX_OUTPUT - self._room

    def writable(self) -> bool:
        return True

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        written = bytes(data)
        self._kept += written[: MAX_PRINTED - len(self._kept)] if len(self._kept) < MAX_PRINTED else b""
        if self._room > 0:
            self._sink(written[: self._room])
            self._room = max(self._room - len(written), 0)
        return len(written)

    def take(self) -> str:
        """What was printed since the last time, and forgets it."""
        text = self._kept.decode("utf-8", "replace")
        self._kept.clear()
        return text

    def as_text(self) -> io.TextIOWrapper:
        """A text stream that writes here at once."""
        # Straight on the raw stream, without a buffer: what is printed before a crash must be out by then.
        return io.TextIOWrapper(cast(BinaryIO, self), "utf-8", "replace", write_through=True)
