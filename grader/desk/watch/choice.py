"""What the student has chosen to see: an exercise, some of its hints, or everything."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from grader import catalog
from grader.desk.live.session import Save, Session
from grader.desk.live.threads import JudgeThreads, Post, begin
from grader.report.screen import Desk
from grader.text.language import say

if TYPE_CHECKING:
    from grader.desk.faulty_line import Whereabouts

STUCK_SECONDS = 0.5
"""How long a submission runs before a new save no longer waits for it."""

PATIENCE = 0.3
"""Seconds for which a screen stays as it is when its verdict is on the way: most come sooner."""


class Choice:
    """What is looked at of the exercises in `directory`, called `folder`: first the exercise `current`."""

    def __init__(self, directory: Path, folder: str, current: str, seed: int, own: bool, post: Post) -> None:
        threads = JudgeThreads(1, STUCK_SECONDS)
        self._current = current
        self._post = post
        # The save whose faulty line was asked for last, and the answer once there is one.
        self._searched: Save | None = None
        self._found: Whereabouts | None = None
        self._session = Session(
            directory, folder, seed, own, threads, post, lambda *_: time.strftime("%H:%M:%S"), self._put_hints_away
        )
        self._hints = dict.fromkeys(self._session.benches, 0)
        self._everything = False
        self._page = 0
        self._look_at(current)
        self._session.follow(self._update)
        self._session.prepare()

    def key(self, character: str) -> None:
        """Does what a key says, if it says anything."""
        self._page = {" ": self._page + 1, "b": self._page - 1}.get(character, 0)
        again = character in ("\r", "\n") and not self._everything
        if character in ("\r", "\n", "h", "w", "n", "p"):
            self._everything = False
        if again:
            self._session.update([self._current], again=True)
        elif character == "a":
            self._everything = True
            self._session.update(self._session.benches, again=True)
        elif character in ("n", "p"):
            self._look_at(self.desk().beside(1 if character == "n" else -1))
        elif character == "w":
            self._search()
        elif character == "h":
            self._hints[self._current] = min(self._hints[self._current] + 1, len(catalog.get(self._current).hints))

    def end(self) -> None:
        """Ends all that is under way."""
        self._session.end()

    @property
    def is_settled(self) -> bool:
        """Whether there is something new to show: not while a verdict is on the way, unless it takes its time."""
        return self._everything or not self._session.is_waiting(self._current) or self._delay > PATIENCE

    def desk(self) -> Desk:
        """What is to be seen."""
        session, verdict = self._session, self._session.verdicts.get(self._current)
        where, lines = self._where()
        return Desk(
            chapters=catalog.chapters(),
            results=session.results,
            maximum=sum(bench.exercise.points for bench in session.benches.values()),
            current=self._current,
            file=session.file(self._current),
            hints=session.benches[self._current].exercise.hints,
            hint_count=self._hints[self._current],
            waiting=self._waiting(),
            state=say("judged at {time}", time=verdict.view) if verdict else "",
            notices=tuple(session.notices),
            where=where,
            where_lines=lines,
            everything=self._everything,
            page=self._page,
        )

    def _look_at(self, name: str) -> None:
        self._current = name
        self._session.look_at(name)

    def _update(self, names: tuple[str, ...]) -> None:
        """Has files judged that have changed; the one that was saved is looked at from now on."""
        if self._current not in names:
            self._look_at(names[0])
        if self._current in self._session.update(names):
            self._everything, self._page = False, 0

    def _search(self) -> None:
        """Begins to look for the line of the current exercise's mistake, beside all that is judged meanwhile."""
        name, save = self._current, self._session.saves[self._current]
        if save is self._searched or self._session.is_waiting(name):
            return
        self._searched, self._found = save, None
        bench, file = self._session.benches[name], self._session.file(name)

        def is_wanted() -> bool:
            return self._searched is save and self._session.saves[name] is save

        def search() -> None:
            from grader.desk.faulty_line import whereabouts

            # With a bench of its own, too, so that no verdict waits for it.
            own = bench.of(bench.sheet)
            found = self._session.search(lambda sandbox: whereabouts(own, file, save.source, sandbox, is_wanted))
            self._post(partial(self._keep, save, found))

        begin(search, self._post)

    def _keep(self, save: Save, found: Whereabouts) -> None:
        """Keeps what a search has found, unless another one has been asked for since."""
        if save is self._searched:
            self._found = found

    def _where(self) -> tuple[str, tuple[tuple[int, str], ...]]:
        """What is to be said of the line of the current exercise's mistake, if that was asked for as it is now."""
        if self._searched is None or self._session.saves.get(self._current) is not self._searched:
            return "", ()
        if self._found is None:
            return say("Looking for the line of the mistake …"), ()
        return self._found.sentence, tuple((each.first, each.text) for each in self._found.lines)

    def _put_hints_away(self, name: str) -> None:
        if not self._session.is_waiting(name) and self._session.verdicts[name].result.status == "passed":
            self._hints[name] = 0

    @property
    def _delay(self) -> float:
        """The seconds since the current exercise was saved."""
        return time.monotonic() - self._session.saves[self._current].moment

    def _waiting(self) -> str:
        if self._everything:
            count = len(self._session.waiting)
            return say("judging: {count} to go", count=count) if count else ""
        if not self._session.is_waiting(self._current):
            return ""
        seconds = int(self._delay)
        return say("being judged, {seconds} s so far", seconds=seconds) if seconds else say("being judged")
