"""Who may talk to the server: pages that it served itself, to who was told its key."""

from __future__ import annotations

import hmac
import secrets
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Guard:
    """Lets requests through to `app` that come with the key, in a cookie, from a page of this very server.

    The address with the key is exchanged for the cookie, so that the key is in no history and in no Referer. Another
    key is good for one such exchange: a browser is started with that one, on a command line that others may read.
    """

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._app, self._hosts = app, (f"127.0.0.1:{port}", f"localhost:{port}")
        # Cookies don't tell ports apart.
        self._cookie = f"handgrad-{port}"
        self._key, self._once = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        self.address = f"http://127.0.0.1:{port}/?key={self._key}"
        self.address_once = f"http://127.0.0.1:{port}/?key={self._once}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                guarded = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
                message = {**message, "headers": [*message["headers"], *guarded]}
            await send(message)

        if scope["type"] == "http":
            await (self._answer(Request(scope)) or self._app)(scope, receive, send_guarded)

    def _answer(self, request: Request) -> Response | None:
        """The answer to a request that isn't let through."""
        host, origin = request.headers.get("host", ""), request.headers.get("origin")
        if host not in self._hosts:
            return _refused("this server has another name")
        if origin not in (None, f"http://{host}"):
            return _refused("this request comes from another page")
        if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return _refused("this request comes from another page")
        if request.method == "GET" and request.url.path == "/" and "key" in request.query_params:
            return self._exchanged(request.query_params["key"])
        if not _same(request.cookies.get(self._cookie, ""), self._key):
            return _refused("open the address that `grader explore` has printed")
        return None

    def _exchanged(self, key: str) -> Response:
        if not _same(key, self._key):
            if not self._once or not _same(key, self._once):
                return _refused("open the address that `grader explore` has printed")
            self._once = ""
        response = RedirectResponse("/", 303)
        response.set_cookie(self._cookie, self._key, httponly=True, samesite="strict")
        return response


def _same(given: str, key: str) -> bool:
    return hmac.compare_digest(given.encode(errors="replace"), key.encode())


def _refused(why: str) -> Response:
    return PlainTextResponse(f"Refused: {why}.\n", 403)
