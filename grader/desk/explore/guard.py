"""Who may talk to the server: pages that it served itself, to who was told its key."""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from grader.desk.explore.connection import is_of_another_user

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


NONE = "'none'"

UNKNOWN = "open the address that `grader explore` has printed last; each lets one browser in"

ONCE_SECONDS = 60.0
"""How long a browser that we start has for its start."""


class Guard:
    """Lets requests through to `app` that come with the cookie, from a page of this very server.

    An address lets one browser in, once: its key is exchanged for the cookie, so that it is in no history and in no
    Referer. `address` is shown to the user, who may open another browser with the next one, of which `renew` is
    told. `address_once` is for the browser that we start, and good for a minute. Either may come to stand on a command
    line, where others read it: who comes later gets nothing, and who comes first neither, where the system tells whose
    a connection is.

    No page may embed this one, but those of the origins in `embed`. In such a frame the page is shown to who has the
    cookie, or a key for one; its requests come from this very server, as always.
    """

    def __init__(self, app: ASGIApp, port: int, renew: Callable[[str], None], embed: tuple[str, ...] = ()) -> None:
        self._app, self._port, self._renew, self._embed = app, port, renew, embed
        self._headers = HEADERS | {"Content-Security-Policy": f"frame-ancestors {' '.join(embed) or NONE}"}
        names = ("127.0.0.1", "localhost")
        # Browsers leave out the port 80.
        self._hosts = (*(f"{name}:{port}" for name in names), *(names if port == 80 else ()))
        # Cookies don't tell ports apart.
        self._cookie = f"handgrad-{port}"
        self._session, self._key, self._once = (secrets.token_urlsafe(32) for _ in range(3))
        self._once_until = time.monotonic() + ONCE_SECONDS

    @property
    def address(self) -> str:
        """What lets the next browser in."""
        return f"http://127.0.0.1:{self._port}/?key={self._key}"

    @property
    def address_once(self) -> str:
        """What lets in the browser that we start."""
        return f"http://127.0.0.1:{self._port}/?key={self._once}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                ours = [(name.lower().encode(), value.encode()) for name, value in self._headers.items()]
                message = {**message, "headers": [*message["headers"], *ours]}
            await send(message)

        if scope["type"] == "http":
            await (self._answer(Request(scope)) or self._app)(scope, receive, send_with_headers)

    def _answer(self, request: Request) -> Response | None:
        """The answer to a request that isn't let through."""
        host, origin = request.headers.get("host", ""), request.headers.get("origin")
        if host not in self._hosts:
            return _refusal("this server has another name")
        own = request.headers.get("sec-fetch-site", "none") in ("none", "same-origin")
        if origin not in (None, f"http://{host}") or not (own or self._is_frame(request)):
            return _refusal("this request comes from another page; put the address into the address bar")
        is_known = _same(request.cookies.get(self._cookie, ""), self._session)
        if request.method == "GET" and request.url.path == "/" and "key" in request.query_params:
            return self._exchange(request, is_known)
        return None if is_known else _refusal(UNKNOWN)

    def _is_frame(self, request: Request) -> bool:
        """Whether it is our page, still empty, that a frame asks for. Its browser shows it in a named origin alone."""
        asked = request.method, request.url.path
        kind = tuple(request.headers.get(f"sec-fetch-{name}") for name in ("mode", "dest"))
        return bool(self._embed) and (asked, kind) == (("GET", "/"), ("navigate", "iframe"))

    def _exchange(self, request: Request, is_known: bool) -> Response:
        """The cookie for a key; who has it already keeps it, whatever the key."""
        if not is_known:
            key = request.query_params["key"]
            is_once = _same(key, self._once) and time.monotonic() < self._once_until
            if not is_once and not _same(key, self._key):
                return _refusal(UNKNOWN)
            if request.client and is_of_another_user(request.client.port, self._port):
                return _refusal("another user of this machine has started this server")
            if is_once:
                self._once_until = 0.0
            else:
                self._key = secrets.token_urlsafe(32)
                self._renew(self.address)
        only = request.query_params.get("only")
        response = RedirectResponse(f"/?{urlencode({'only': only})}" if only else "/", 303)
        if self._is_frame(request) and request.headers.get("sec-fetch-site") == "cross-site":
            # In a frame of another site a browser keeps no strict cookie; this one it keeps for frames of that site.
            kept = f"{self._cookie}={self._session}; HttpOnly; Path=/; SameSite=None; Secure; Partitioned"
            response.headers.append("Set-Cookie", kept)
        else:
            response.set_cookie(self._cookie, self._session, httponly=True, samesite="strict")
        return response


def _same(text: str, key: str) -> bool:
    return hmac.compare_digest(text.encode(errors="replace"), key.encode())


def _refusal(why: str) -> Response:
    # A stranger's connection isn't kept.
    return PlainTextResponse(f"Refused: {why}.\n", 403, {"Connection": "close"})
