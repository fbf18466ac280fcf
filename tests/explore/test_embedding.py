"""The live page in a frame: of the site that was named on the command line, and of no other one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.explore.serving import Running, fill, serve
from tests.explore.test_guard import ask, cookie
from tests.faces.running import grader, hand_out

FRAME = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "iframe"}


class Quiet(SimpleHTTPRequestHandler):
    """A server of files that logs nothing."""

    def log_message(self, *unused: object) -> None:
        """Nothing."""


@contextmanager
def site(folder: Path) -> Iterator[int]:
    """The port of a site that serves a folder."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.fixture(scope="module")
def slides(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("slides")


@pytest.fixture(scope="module")
def port(slides: Path) -> Iterator[int]:
    """The port of the site that is named."""
    with site(slides) as port:
        yield port


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Running]:
    named = [option for host in ("127.0.0.1", "localhost") for option in ("--embed", f"http://{host}:{port}")]
    with serve(hand_out(tmp_path_factory.mktemp("student")), *named) as running:
        yield running


def framed(context: Any, slides: Path, origin: str, address: str) -> tuple[Any, Any]:
    """A page of `origin` with an address in a frame, and the frame."""
    (slides / "index.html").write_text(f'<!doctype html><iframe width="900" height="700" src="{address}"></iframe>')
    page = context.new_page()
    # What a browser of the tests reaches otherwise has the name 127.0.0.1.
    page.route("http://localhost:*/**", lambda route: route.continue_())
    page.goto(origin)
    return page, page.frame_locator("iframe")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_named_site_shows_one_exercise_that_lives(
    context: Any, slides: Path, server: Running, port: int, host: str
) -> None:
    key = server.address if host == "127.0.0.1" else server.next_address()
    address = f"{key.partition('#')[0]}&only=relu#relu?step=2&.x=%5B4,-5,6,7%5D"
    page, frame = framed(context, slides, f"http://{host}:{port}", address)
    frame.locator(".exercise").first.wait_for()
    assert frame.locator(".exercise").count() == 1
    # The numbers of the address are there, and are computed.
    assert frame.get_by_label("x", exact=True).input_value() == "[4,-5,6,7]"
    frame.locator(".table tbody td", has_text="[4, −5, 6, 7]").first.wait_for(state="attached")
    fill(frame.locator("details#relu"), "dout", "[1, 2, 3, 5]")
    frame.locator(".log .printed", has_text="dout = [1, 2, 3, 5]").wait_for(state="attached")
    assert frame.locator(".count").inner_text() == "step 2 of 3"
    # A reload of the slides needs no other key.
    page.reload()
    page.frame_locator("iframe").locator(".exercise").first.wait_for()
    page.close()


def test_no_other_site_shows_it(context: Any, slides: Path, server: Running) -> None:
    with site(slides) as other:
        page, frame = framed(context, slides, f"http://127.0.0.1:{other}", server.origin)
        page.wait_for_function("() => frames[0].length === 0 && document.readyState === 'complete'")
        page.wait_for_timeout(300)
        assert frame.locator("#page, .exercise, .live").count() == 0
        page.close()


def test_nothing_else_is_let_in(server: Running, tmp_path: Path, port: int) -> None:
    with serve(hand_out(tmp_path)) as alone:
        known = cookie(alone)
        assert ask(alone, "/", "GET", None, Cookie=known, **FRAME)[0] == 403
        named = f"http://127.0.0.1:{port}"
        for method, path, headers in (
            ("GET", "/events", FRAME),
            ("GET", "/", {**FRAME, "Sec_Fetch_Dest": "document"}),
            ("GET", "/", {**FRAME, "Sec_Fetch_Mode": "cors", "Sec_Fetch_Dest": "empty"}),
            ("GET", "/", {**FRAME, "Origin": named}),
            ("POST", "/case", {**FRAME, "Content_Type": "application/json"}),
            ("POST", "/case", {"Origin": named, "Content_Type": "application/json"}),
        ):
            status, found, said = ask(server, path, method, b"{}" if method == "POST" else None, **headers)
            assert (status, said) == (
                403,
                "Refused: this request comes from another page; put the address into the address bar.\n",
            )
        # The empty page in a frame, too, is for who has the key.
        status, found, said = ask(server, "/", "GET", None, **FRAME)
        assert (status, "each lets one browser in" in said) == (403, True)
        assert found["content-security-policy"] == f"frame-ancestors http://127.0.0.1:{port} http://localhost:{port}"
        assert found["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize(
    "origin", ["*", "https://a.example/x", "a.example", "https://a.example; script-src *", "'self'"]
)
def test_what_is_no_origin_is_told(tmp_path: Path, origin: str) -> None:
    done = grader(tmp_path, "explore", "--no-browser", "--embed", origin)
    assert done.returncode == 2
    assert "is no origin: it has to be like" in done.stderr
