"""The commands that stay open, and show each verdict anew: in the terminal, and in a browser."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import click

from grader import catalog
from grader.cases import DEFAULT_SEED
from grader.cli.places import ExerciseName, Origin, submission_folder
from grader.exercise import Exercise
from grader.sandbox.host.launch import launch_ahead
from grader.text.language import say

if TYPE_CHECKING:
    from grader.desk.explore.guard import Guard


@click.command()
@click.argument("exercise", type=ExerciseName(), required=False)
@click.option("--submission", metavar="DIR", type=click.Path(path_type=Path), help="The folder to watch (exercises).")
@click.option("--seed", metavar="N", type=click.IntRange(0), default=DEFAULT_SEED, help="The seed of the random cases.")
def watch(exercise: Exercise | None, submission: Path | None, seed: int) -> None:
    """Show the verdict on what you save, whenever you save it."""
    launch_ahead("auto")
    from grader.desk.watch.run import watch

    directory, name = submission_folder(submission)
    current = exercise.name if exercise else _last_save(directory)
    _leave(watch(directory, name, current, seed, own=submission is None))


def _last_save(directory: Path) -> str:
    """The exercise that was saved last of those that have been begun, or the first."""
    from grader.authoring.seal import is_untouched
    from grader.judging.source import read_all

    times: dict[str, float] = {}
    for exercise, source in read_all(directory, catalog.every()):
        if isinstance(source, bytes) and not is_untouched(source.decode("utf-8", "replace")):
            with suppress(OSError):
                times[exercise.name] = (directory / exercise.file).lstat().st_mtime
    return max(times, key=lambda name: times[name], default=next(iter(catalog.names())))


@click.command()
@click.argument("exercise", type=ExerciseName(), required=False)
@click.option("--submission", metavar="DIR", type=click.Path(path_type=Path), help="The folder to show (exercises).")
@click.option("--seed", metavar="N", type=click.IntRange(0), default=DEFAULT_SEED, help="The seed of the random cases.")
@click.option("--port", metavar="N", type=click.IntRange(0, 65535), default=0, help="The port (any that is free).")
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@click.option("--embed", metavar="ORIGIN", type=Origin(), multiple=True, help="A site whose pages may embed this one.")
def explore(
    exercise: Exercise | None,
    submission: Path | None,
    seed: int,
    port: int,
    no_browser: bool,
    embed: tuple[str, ...],
) -> None:
    """Serve the page live: change an input, and see both passes.

    The address that is printed lets one browser of yours in; for another one, a new address is printed then.
    """
    # Every other command would pay for these, too.
    import asyncio
    import webbrowser

    launch_ahead("auto")
    try:
        from grader.desk.explore.server import listen_on, serve
    except ImportError:
        raise click.ClickException("the live page needs a server: pip install 'handgrad[explore]'") from None
    directory, name = submission_folder(submission)
    fragment = f"#{exercise.name}" if exercise else ""

    def announce(guard: Guard) -> None:
        click.echo(
            say(
                "{name} is shown at\n\n  {address}\n\nfor this machine alone. Ctrl-C ends it.",
                name=name,
                address=f"{guard.address}{fragment}",
            )
        )
        if not no_browser:
            # A browser in the terminal would keep the server waiting.
            Thread(target=webbrowser.open, args=(f"{guard.address_once}{fragment}",), daemon=True).start()

    def renew(address: str) -> None:
        # Whoever reads what is printed may have stopped reading.
        with suppress(OSError):
            click.echo(f"\n{say('A browser has opened it; another one is let in at')}\n\n  {address}{fragment}")

    try:
        entrance = listen_on(port)
    except OSError as error:
        raise click.ClickException(
            say("port {port} can't be served: {reason}", port=port, reason=os.strerror(error.errno or 0))
        ) from None
    # The signal that has ended it is raised once more.
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(directory, name, seed, submission is None, entrance, announce, renew, embed))
    click.echo(f"\n{say('No longer shown.')}")
    _leave(0)


def _leave(status: int) -> None:
    """Ends the process, but not in good order.

    That would wait for an endless loop, and abort while PyTorch is being imported.
    """
    sys.stdout.flush()
    os._exit(status)
