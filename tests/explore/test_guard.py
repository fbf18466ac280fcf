"""Who may talk to the server, and who may not: asked over the wire."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.explore.serving import Running, serve
from tests.faces.running import grader, hand_out, run
from tests.patience import PATIENCE
from tests.proof import needs, not_proved


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serve(hand_out(tmp_path_factory.mktemp("student"))) as running:
        yield running


def ask(
    server: Running, path: str, method: str = "GET", body: bytes | None = None, **headers: str
) -> tuple[int, dict[str, str], str]:
    """The status, headers and beginning of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body, named)
    response = connection.getresponse()
    text = response.read(300).decode() if response.status != 200 else ""
    found = response.status, {name.lower(): value for name, value in response.getheaders()}, text
    connection.close()
    return found


@cache
def cookie(server: Running) -> str:
    """The cookie that the first address is exchanged for."""
    status, headers, _ = ask(server, server.address.removeprefix(server.origin))
    assert (status, headers["location"]) == (303, "/")
    name, *attributes = headers["set-cookie"].split("; ")
    assert {each.lower() for each in attributes} == {"httponly", "path=/", "samesite=strict"}
    return name


CASE = json.dumps({"exercise": "relu", "case": 0, "fields": {}}).encode()
PATHS = [("GET", "/", None), ("GET", "/events", None), ("POST", "/case", CASE), ("GET", "/none", None)]


@pytest.mark.parametrize(("method", "path", "body"), PATHS)
def test_without_the_key_nothing_is_answered(server: Running, method: str, path: str, body: bytes | None) -> None:
    key = cookie(server)
    name = key.partition("=")[0]
    for wrong in ("", f"{name}=", f"{name}=x", f"{name}={'é' * 43}", key[:-1], key + "x", key.replace(name, "other")):
        headers = {"Cookie": wrong.encode().decode("latin-1")} if wrong else {}
        assert ask(server, path, method, body, Content_Type="application/json", **headers)[0] == 403
    assert ask(server, "/?key=")[0] == 403
    assert ask(server, f"/?key={'x' * 43}")[0] == 403


@pytest.mark.parametrize(("method", "path", "body"), PATHS[:3])
def test_with_the_key_all_is_answered(server: Running, method: str, path: str, body: bytes | None) -> None:
    status, headers, text = ask(server, path, method, body, Cookie=cookie(server), Content_Type="application/json")
    assert status == 200, text
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert not [name for name in headers if name.startswith("access-control-")]


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "localhost:1", "127.0.0.1.evil.example:{}", "0.0.0.0:{}"]
)
def test_another_name_is_refused_even_with_the_key(server: Running, host: str) -> None:
    assert ask(server, "/", Cookie=cookie(server), Host=host.format(server.port))[0] == 403
    assert ask(server, server.address.removeprefix(server.origin), Host=host.format(server.port))[0] == 403


def test_its_other_name_is_localhost(server: Running) -> None:
    assert ask(server, "/", Cookie=cookie(server), Host=f"localhost:{server.port}")[0] == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
def test_another_page_is_refused_even_with_the_key(server: Running, headers: dict[str, str]) -> None:
    key = cookie(server)
    for method, path, body in PATHS[:3]:
        assert ask(server, path, method, body, Cookie=key, Content_Type="application/json", **headers)[0] == 403


def test_a_request_that_a_form_could_send_is_refused(server: Running) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        assert ask(server, "/case", "POST", CASE, Cookie=cookie(server), Content_Type=kind)[0] == 415


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b"[" * 100_000, 400),
        (b'{"exercise": "relu", "case": 0, "fields": {"x": 1}}', 400),
        (b'{"exercise": "relu", "case": "0", "fields": {}}', 400),
        (b"1" * 300_000, 413),
    ],
)
def test_what_is_no_case_is_refused(server: Running, body: bytes, status: int) -> None:
    got, _, text = ask(server, "/case", "POST", body, Cookie=cookie(server), Content_Type="application/json")
    assert (got, "Traceback" in text) == (status, False)


def test_an_address_lets_one_browser_in_and_the_next_one_another(tmp_path: Path) -> None:
    with serve(hand_out(tmp_path)) as server:
        first = server.address.removeprefix(server.origin)
        key = cookie(server)
        assert key.partition("=")[2] not in first
        assert ask(server, first)[0] == 403
        # The same browser may come back to it.
        assert ask(server, first, Cookie=key)[0] == 303
        second = server.next_address().removeprefix(server.origin)
        assert second != first
        assert [ask(server, second)[0] for _ in range(2)] == [303, 403]


def test_requests_that_are_never_finished_lock_nobody_out(server: Running) -> None:
    key = cookie(server)
    with ExitStack() as held:
        lines = (b"", b"GET / HTTP/1.1\r\n", b"POST /case HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n1")
        for number in range(200):
            silent = held.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE))
            silent.sendall(lines[number % 3])
        assert ask(server, "/", Cookie=key)[0] == 200
        assert ask(server, "/case", "POST", CASE, Cookie=key, Content_Type="application/json")[0] == 200


def test_who_is_refused_is_let_go_whatever_else_is_announced(server: Running) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as stranger:
        stranger.sendall(b"POST /case HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n")
        answer = b""
        while more := stranger.recv(1000):
            answer += more
        assert answer.startswith(b"HTTP/1.1 403 ")


def first_visit(port: int, client: int, host: str) -> int:
    """The status of the answer to someone who has the address of a fresh guard, and comes from the port `client`."""
    from grader.desk.explore.guard import Guard

    said: list[Any] = []

    async def app(*unused: object) -> None:
        raise AssertionError

    async def send(message: Any) -> None:
        said.append(message)

    guard = Guard(app, port, lambda address: None)
    path, _, query = guard.address.partition(f":{port}")[2].partition("?")
    headers = [(b"host", host.encode()), (b"origin", f"http://{host}".encode())]
    scope = {"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": headers}
    asyncio.run(guard({**scope, "client": ("127.0.0.1", client)}, app, send))  # type: ignore[arg-type]
    return int(said[0]["status"])


@pytest.mark.parametrize(("port", "status"), [(80, 303), (8080, 403)])
def test_a_browser_names_no_port_80(port: int, status: int) -> None:
    needs("starlette")
    for host in ("127.0.0.1", "localhost"):
        assert first_visit(port, 1, host) == status


AS_USERS = """
import codecs, os, socket, sys
from tests.explore.test_guard import first_visit

user = int(sys.argv[1])
with socket.create_server(("127.0.0.1", 0)) as listening:
    port = listening.getsockname()[1]
    # What is imported only when it is needed may be closed to the other user.
    first_visit(port, 1, f"127.0.0.1:{port}"), codecs.lookup("idna"), codecs.lookup("ascii")
    os.seteuid(user)
    browser = socket.create_connection(("127.0.0.1", port))
    os.seteuid(0)
    os.setuid(4321)
    print(first_visit(port, browser.getsockname()[1], f"127.0.0.1:{port}"))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="who is on the other side is asked of Linux")
@pytest.mark.parametrize(("user", "status"), [(4321, 303), (4322, 403), (0, 303)])
def test_another_user_who_is_first_to_read_the_address_is_refused(user: int, status: int) -> None:
    if os.getuid() != 0:
        not_proved("needs root, to be two users")
    needs("starlette")
    done = run(ROOT, sys.executable, "-c", AS_USERS, str(user))
    assert (done.stdout, done.stderr) == (f"{status}\n", "")


def test_other_machines_cant_reach_it(server: Running) -> None:
    other = next(
        (str(each[4][0]) for each in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
         if not str(each[4][0]).startswith("127.")),
        None,
    )  # fmt: skip
    if other is None:
        not_proved("this machine has no other address")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((other, server.port), timeout=5)


def test_a_port_that_is_taken_and_a_folder_that_isnt_there_are_told(server: Running, tmp_path: Path) -> None:
    folder = hand_out(tmp_path)
    done = grader(folder, "explore", "--no-browser", "--port", str(server.port))
    assert done.stderr == f"Error: port {server.port} can't be served: Address already in use\n"
    done = grader(folder, "explore", "--no-browser", "--submission", "nowhere")
    assert done.stderr.startswith("Error: there is no folder nowhere")


BROKEN = [b"zz\r\n{}\r\n", b"5\r\n{}", b"5\r\n{}...nothing like a line's end\r\n", b"-1\r\n\r\n"]
"""Bodies in chunks that are none, or that never end."""


def test_a_broken_chunk_costs_its_own_request_and_shows_no_traceback(tmp_path: Path) -> None:
    with serve(hand_out(tmp_path)) as server:
        head = f"POST /case HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nOrigin: {server.origin}\r\n"
        head += f"Cookie: {cookie(server)}\r\n"
        head += "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        for body in BROKEN:
            for pause in (0.0, 0.1):
                with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as connection:
                    connection.sendall(head.encode() + (b"" if pause else body))
                    if pause:
                        time.sleep(pause)
                        connection.sendall(body)
                    connection.shutdown(socket.SHUT_WR)
                    while connection.recv(1 << 16):
                        pass
        assert ask(server, "/", Cookie=cookie(server))[0] == 200
        server.end()
        said = server.printed.read()
    assert "Traceback" not in said
    assert "Exception" not in said
