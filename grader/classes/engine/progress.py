"""How far a run is: a live bar on a terminal, elsewhere a plain line now and then."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

LINE_SECONDS = 10.0
"""How often there is a line, where there is no terminal."""

KEPT = "kept"
"""The news of what was done in an earlier run: it counts for no rate."""


@contextmanager
def progress(total: int) -> Iterator[Callable[[str], None]]:
    """What is to be told the news of each submission, in a word ("graded", "timed out"), `total` times; on stderr."""
    count = NewsCount(total)
    console = Console(stderr=True)
    if console.is_terminal:
        columns = (BarColumn(None), MofNCompleteColumn(), TextColumn("{task.fields[text]}", markup=False))
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task("", total=total, text="getting ready")

            def show(word: str) -> None:
                count.note(word)
                bar.update(task, completed=count.news.total(), text=count.now())

            yield show
    else:
        last = time.monotonic()

        def write(word: str) -> None:
            nonlocal last
            count.note(word)
            if time.monotonic() - last > LINE_SECONDS:
                last = time.monotonic()
                print(f"{count.news.total()} of {total}  {count.now()}", file=sys.stderr, flush=True)

        yield write
    print(count.at_last(), file=sys.stderr)


class NewsCount:
    """Counts the news of `total` submissions, and how fast they come."""

    def __init__(self, total: int) -> None:
        self.news: Counter[str] = Counter()
        self._total = total
        self._began = time.monotonic()
        self._first: float | None = None

    def note(self, word: str) -> None:
        """Takes in the news of a submission."""
        self.news[word] += 1
        if word != KEPT and self._first is None:
            self._first = time.monotonic()

    def now(self) -> str:
        """The rate, the time that is left at it, and the counts."""
        fresh = self.news.total() - self.news[KEPT]
        # From the first on: until then there was PyTorch to be imported, and the workers to be started.
        seconds = time.monotonic() - self._first if self._first else 0.0
        if fresh < 2 or not seconds:
            return self._counts()
        rate = (fresh - 1) / seconds
        left = timedelta(seconds=round((self._total - self.news.total()) / rate))
        return f"{rate:.1f}/s  {left} left  {self._counts()}"

    def at_last(self) -> str:
        """What became of all of them, and how long it took from the very beginning."""
        fresh = self.news.total() - self.news[KEPT]
        seconds = time.monotonic() - self._began
        rate = f" in {seconds:.0f} s ({fresh / seconds:.1f}/s)" if fresh else ""
        total = self.news.total()
        return f"{total} {'submission' if total == 1 else 'submissions'}{rate}: {self._counts()}"

    def _counts(self) -> str:
        return ", ".join(f"{count} {word}" for word, count in self.news.items())
