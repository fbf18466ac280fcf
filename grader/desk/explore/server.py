"""The server: the page, what happens to it, and the cases that are tried on it."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import FrameType
from typing import Any, TypeAlias

import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from grader.cases import Case
from grader.desk.explore.connection import BACKLOG, Connection
from grader.desk.explore.fields import FieldError
from grader.desk.explore.guard import Guard
from grader.desk.explore.nudge import Nudge
from grader.desk.explore.open_page import OpenPage
from grader.report.page import write
from grader.text.language import language

MOST_BYTES = 200_000
"""A longer request isn't read."""

MOST_BEHIND = 100
"""A page that is so many messages behind begins anew."""

PARTS = ("live.css", "nudge.js", "rate.js", "trial.js", "live.js")
"""What the live page has besides: its style, and its scripts in the order in which they run."""

HEARTBEAT = 15.0
"""Seconds between two signs of life."""


Compute: TypeAlias = Callable[[str, Case], Awaitable[Any]]
"""What is made of an exercise's name and a case of it."""


class Stream:
    """What is told to every page that is open."""

    def __init__(self) -> None:
        self._listening: set[asyncio.Queue[str]] = set()
        self.is_over = False

    def tell(self, text: str) -> None:
        """Tells all pages."""
        for queue in list(self._listening):
            if queue.qsize() >= MOST_BEHIND:
                self._listening.discard(queue)
            else:
                queue.put_nowait(text)

    def end(self) -> None:
        """Lets all pages go."""
        self.is_over = True
        for queue in self._listening:
            queue.put_nowait("")

    async def listen(self, first: Callable[[], str]) -> AsyncIterator[str]:
        """What a page is told: `first`, and then everything."""
        queue: asyncio.Queue[str] = asyncio.Queue()
        self._listening.add(queue)
        try:
            yield first()
            while queue in self._listening and not self.is_over:
                try:
                    yield await asyncio.wait_for(queue.get(), HEARTBEAT)
                except asyncio.TimeoutError:
                    yield ": still here\n\n"
        finally:
            self._listening.discard(queue)


def message(event: str, data: Any) -> str:
    """An event as it is sent."""
    return f"event: {event}\ndata: {json.dumps(data, ensure_ascii=False, allow_nan=False)}\n\n"


class Responses:
    """The server's responses about a page, and what is told of it to those who have it open."""

    def __init__(self, page: OpenPage, stream: Stream) -> None:
        self._page, self._stream = page, stream
        self._is_complete = False
        routes = [Route("/", self.page), Route("/events", self.events), Route("/case", self.case, methods=["POST"])]
        routes.append(Route("/nudge", self.nudge, methods=["POST"]))
        self.app = Starlette(routes=routes)

    def tell(self, name: str) -> None:
        """Tells of an exercise that has a new verdict, or whose verdict is out of date."""
        if not self._is_complete:
            self._is_complete = self._page.is_complete
            self._stream.tell(self.state())
        elif name in (judging := self._page.judging):
            self._stream.tell(message("judging", judging))
        else:
            self._stream.tell(message("exercise", {**self._page.board(), "exercise": self._page.exercise(name)}))

    async def page(self, request: Request) -> Response:
        """The page, still empty."""
        return HTMLResponse(_html(language()))

    async def events(self, request: Request) -> Response:
        """What the page is filled with, as it happens."""
        return StreamingResponse(self._stream.listen(self.state), media_type="text/event-stream")

    def state(self) -> str:
        """The event that tells everything."""
        page = self._page
        return message("page", page.whole()) if page.is_complete else message("waiting", page.progress)

    async def case(self, request: Request) -> Response:
        """Tries a case: {"exercise", "case": its number, "fields": {name: text}} → what the page shows of it,
        or {"faults": {name: what is wrong with it}}.
        """

        return await self._of_case(
            request, lambda asked: lambda name, case: asyncio.wrap_future(self._page.compute(name, case))
        )

    async def nudge(self, request: Request) -> Response:
        """Moves one number of a case, which is asked for as in `case`, with "nudge": see `Nudge.read`."""

        def prepare(asked: Mapping[str, Any]) -> Compute:
            nudge = Nudge.read(asked.get("nudge"))
            return lambda name, case: asyncio.to_thread(self._page.nudge, name, case, nudge)

        return await self._of_case(request, prepare)

    async def _of_case(self, request: Request, prepare: Callable[[Mapping[str, Any]], Compute]) -> Response:
        """What is computed of the case that a request asks for."""
        if request.headers.get("content-type") != "application/json":
            return PlainTextResponse("JSON belongs here.\n", 415)
        body = b""
        try:
            async for chunk in request.stream():
                body += chunk
                if len(body) > MOST_BYTES:
                    return PlainTextResponse("That is too much.\n", 413)
        except ClientDisconnect:
            # Or what came was no chunk, and was hung up on.
            return PlainTextResponse("That is no whole request.\n", 400)
        try:
            asked = json.loads(body)
            name, number, texts = _case_of(asked)
            compute = prepare(asked)
        except (ValueError, RecursionError):
            return PlainTextResponse("This is no case.\n", 400)
        try:
            case = await asyncio.to_thread(self._page.case, name, number, texts)
            answer = JSONResponse(await compute(name, case))
        except FieldError as error:
            answer = JSONResponse({"faults": error.faults})
        except asyncio.CancelledError:
            if not self._stream.is_over:
                raise
        # What is given up has no answer that is true.
        return PlainTextResponse("It is no longer shown.\n", 503) if self._stream.is_over else answer


@cache
def _html(language: str) -> str:
    """The page, still empty: what it shows comes over the connection that its policy allows, to where it came from."""
    style, *scripts = (files(__package__).joinpath(name).read_text("utf-8") for name in PARTS)
    return write.html({}, style, "".join(scripts), "'self'")


def _case_of(body: Any) -> tuple[str, int, dict[str, str]]:
    """What a request asks for. Raises ValueError if it is no such request."""
    match body:
        case {"exercise": str(name), "case": int(number), "fields": dict(texts)}:
            if all(isinstance(each, str) for each in texts.values()):
                return name, number, texts
    raise ValueError


class Server(uvicorn.Server):
    """Ends at once: no page is waited for, and what is computed is given up by `end`."""

    def __init__(self, config: uvicorn.Config, stream: Stream, end: Callable[[], object]) -> None:
        super().__init__(config)
        self._stream, self._end, self._loop = stream, end, asyncio.get_running_loop()
        self.failure: BaseException | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._loop.call_soon_threadsafe(self._stream.end)
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Before a signal that has ended it is raised once more, of which the process may die.
        self._end()
        await super().shutdown(sockets)

    def fail(self, error: BaseException) -> None:
        """Ends because the grader itself has failed."""
        self.failure = self.failure or error
        self.should_exit = True
        self._stream.end()


def listen_on(port: int) -> socket.socket:
    """A socket that this machine alone can reach; with port 0 it is any that is free. Raises OSError."""
    return socket.create_server(("127.0.0.1", port))


async def serve(
    directory: Path,
    folder: str,
    seed: int,
    own: bool,
    entrance: socket.socket,
    announce: Callable[[Guard], None],
    renew: Callable[[str], None],
    embed: tuple[str, ...] = (),
) -> None:
    """Serves a submission's page until someone ends it; raises what the grader itself fails of.

    `announce` is given the guard, for its addresses, before anyone comes, and `renew` each further address; pages of
    the origins in `embed` may embed this one. An import that is still under way at the end is left to the end of the
    process.
    """
    loop, stream = asyncio.get_running_loop(), Stream()

    def attempt(act: Callable[[], object]) -> None:
        # What is given up has no verdict that is true.
        if server.should_exit:
            return
        try:
            act()
        except BaseException as error:
            server.fail(error)

    def post(act: Callable[[], object]) -> None:
        # At the end, when nobody wants to know any more, the loop is closed.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(attempt, act)

    page = OpenPage(directory, folder, seed, own, post, lambda name: responses.tell(name))
    responses = Responses(page, stream)
    guard = Guard(responses.app, entrance.getsockname()[1], renew, embed)
    server = Server(_config(guard), stream, page.session.end)
    announce(guard)
    page.session.follow(page.session.update)
    try:
        await server.serve(sockets=[entrance])
    finally:
        # What ends while it is starting isn't shut down.
        page.session.end()
    if server.failure:
        raise server.failure


def _config(guard: Guard) -> uvicorn.Config:
    return uvicorn.Config(
        guard,
        http=Connection,
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=1,
    )
