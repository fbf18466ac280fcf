"""The whole of `grader watch`: what happens is handled in turn, and what has changed is shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread

from grader.desk.watch.changes import follow
from grader.desk.watch.console import View, has_keys, listen, read_keys, shown, spell_out, suspend
from grader.desk.watch.events import Done, Event, Events, Failed, Key, Saved, Signal
from grader.desk.watch.session import PATIENCE, Session


def watch(directory: Path, name: str, current: str, seed: int) -> int:
    """Watches a submission, called `name`, until someone quits; returns the exit status.

    What is still under way then, an import or a submission's run, is left to the end of the process.
    """
    spell_out()
    events: Events = SimpleQueue()
    listen(events)
    session = Session(directory, name, current, seed, events)
    files = {bench.exercise.file: each for each, bench in session.benches.items()}
    _begin(lambda: follow(directory, files, lambda names: events.put(Saved(names))), events)
    if has_keys():
        _begin(lambda: read_keys(events), events)
    while True:
        with shown() as view:
            wanted = _attend(session, view, events)
        if wanted.wants == "quit":
            return wanted.status
        suspend()


def _begin(work: Callable[[], None], events: Events) -> None:
    """Does something in a thread that nobody waits for."""

    def run() -> None:
        try:
            work()
        except BaseException as error:
            events.put(Failed(error))

    Thread(target=run, daemon=True).start()


def _attend(session: Session, view: View, events: Events) -> Signal:
    """Handles what happens, until it is a signal to stop."""
    view.show(session.desk())
    while True:
        session.work()
        try:
            event = events.get(timeout=PATIENCE)
        except Empty:
            event = Signal("resize")
        match event:
            case Signal("quit" | "suspend") | Key("q" | "\x04"):
                return event if isinstance(event, Signal) else Signal("quit")
            case _:
                _handle(session, event)
        if events.empty() and session.is_settled:
            view.show(session.desk())


def _handle(session: Session, event: Event) -> None:
    match event:
        case Key(character):
            session.key(character)
        case Saved(names):
            session.saved(names)
        case Done():
            session.done(event)
        case Failed(error):
            raise error
