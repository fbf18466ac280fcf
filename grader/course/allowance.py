"""How much a notebook may cost to be shown: processor time and HTML. What would cost more is shown as it was typed.

Markdown and code are read by libraries whose time can grow with the square of a text, or faster, and a page is parsed
once more when it is whole.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

MAX_TEXT = 20_000
"""Characters of a cell; a longer one is shown as it was typed."""

MAX_UNTIMED = 8_000
"""The same where no time limit can be set: on Windows, and beside the main thread."""

CELL_SECONDS = 1.0
"""Seconds of processor time for a cell: a hundred times what an ordinary one takes."""

PAGE_SECONDS = 5.0
"""The same for a whole notebook."""

MAX_TAGS = 50_000
"""Tags in all cells of a notebook: each takes more than a kilobyte when the page is parsed."""

MAX_HTML = 16 << 20
"""Characters of HTML of all cells: a picture or an address that stands in a cell once can be shown a thousand times."""


# No Exception: a library that goes on after every error would go on after this one, too.
class TooMuchError(BaseException):
    """A cell that costs more than is left for it."""


class Allowance:
    """What is left for the cells of one notebook."""

    def __init__(self) -> None:
        self._seconds, self._tags, self._html = PAGE_SECONDS, MAX_TAGS, MAX_HTML

    @staticmethod
    def of(context: Any) -> Allowance:
        """That of the notebook which a template is rendered for, by the template's context."""
        resources = context.get("resources", {})
        found: Allowance = resources.setdefault("handgrad_allowance", Allowance())
        return found

    def render(self, text: str, rendered: Callable[[str], str], finished: Callable[[str], str] = str) -> str:
        """What `finished` makes of what `rendered` makes of a text. Raises TooMuchError.

        `finished` isn't stopped in its midst, so it has to take time in proportion to the HTML.
        """
        if len(text) > (MAX_TEXT if can_be_timed() else MAX_UNTIMED):
            raise TooMuchError
        began = time.process_time()
        try:
            with within(min(CELL_SECONDS, self._seconds)):
                html = rendered(text)
            self.require_room(len(html))
            html = finished(html)
        finally:
            self._seconds -= time.process_time() - began
        tags = html.count("<")
        if tags > self._tags:
            raise TooMuchError
        self._tags -= tags
        self._html -= len(html)
        return html

    def require_room(self, characters: int) -> None:
        """Raises TooMuchError if there is no room for so much HTML."""
        if characters > self._html:
            raise TooMuchError


def can_be_timed() -> bool:
    """Whether `within` can hold here."""
    return hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """A block that is left, be it in the midst of a regular expression, after so much processor time.

    Raises TooMuchError. Where a block can't be timed it is left in peace.
    """
    if seconds <= 0:
        raise TooMuchError
    if not can_be_timed():
        yield
        return
    is_over = False

    def stop(*_: object) -> None:
        if not is_over:
            raise TooMuchError

    before = signal.signal(signal.SIGVTALRM, stop)
    try:
        # Again and again: where nothing can be raised, as in a destructor, the first one is lost.
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds, seconds / 10)
        try:
            yield
        finally:
            is_over = True
    finally:
        # It may have come before the line above.
        is_over = True
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
