"""The whole of `grader watch`: what happens is handled in turn, and what has changed is shown."""

from __future__ import annotations

from pathlib import Path
from queue import Empty, SimpleQueue

from grader.desk.live.threads import begin
from grader.desk.watch.choice import PATIENCE, Choice
from grader.desk.watch.console import (
    Events,
    Key,
    Signal,
    View,
    has_keys,
    listen,
    open_view,
    read_keys,
    suspend,
)


def watch(directory: Path, folder: str, current: str, seed: int, own: bool) -> int:
    """Watches a submission, called `folder`, until someone quits; returns the exit status.

    An import that is still under way then is left to the end of the process.
    """
    events: Events = SimpleQueue()
    listen(events)
    choice = Choice(directory, folder, current, seed, own, events.put)
    if has_keys():
        begin(lambda: read_keys(events), events.put)
    try:
        while True:
            with open_view() as view:
                end = _attend(choice, view, events)
            if end.wants == "quit":
                return end.status
            suspend()
    finally:
        choice.end()


def _attend(choice: Choice, view: View, events: Events) -> Signal:
    """Handles what happens, until it is a signal to stop."""
    view.show(choice.desk())
    while True:
        try:
            event = events.get(timeout=PATIENCE)
        except Empty:
            event = Signal("resize")
        match event:
            case Signal("quit" | "suspend"):
                return event
            case Key("q" | "\x04"):
                return Signal("quit")
            case Key(character):
                choice.key(character)
            case Signal():
                pass
            case _:
                event()
        if events.empty() and choice.is_settled:
            view.show(choice.desk())
