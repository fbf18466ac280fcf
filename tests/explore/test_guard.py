"""Who may talk to the server, and who may not: asked over the wire."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.explore.serving import Served, served
from tests.faces.running import grader, hand_out


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(hand_out(tmp_path_factory.mktemp("student"))) as running:
        yield running


def ask(
    server: Served, path: str, method: str = "GET", body: bytes | None = None, **headers: str
) -> tuple[int, dict[str, str], str]:
    """The status, headers and beginning of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body, named)
    response = connection.getresponse()
    text = response.read(300).decode() if response.status != 200 else ""
    found = response.status, {name.lower(): value for name, value in response.getheaders()}, text
    connection.close()
    return found


def cookie(server: Served) -> str:
    """The cookie that the address is exchanged for."""
    status, headers, _ = ask(server, server.address.removeprefix(server.origin))
    assert (status, headers["location"]) == (303, "/")
    name, *attributes = headers["set-cookie"].split("; ")
    assert {each.lower() for each in attributes} == {"httponly", "path=/", "samesite=strict"}
    return name


CASE = json.dumps({"exercise": "relu", "case": 0, "fields": {}}).encode()
PATHS = [("GET", "/", None), ("GET", "/events", None), ("POST", "/case", CASE), ("GET", "/none", None)]


@pytest.mark.parametrize(("method", "path", "body"), PATHS)
def test_without_the_key_nothing_is_answered(server: Served, method: str, path: str, body: bytes | None) -> None:
    key = cookie(server)
    name = key.partition("=")[0]
    for wrong in ("", f"{name}=", f"{name}=x", f"{name}={'é' * 43}", key[:-1], key + "x", key.replace(name, "other")):
        headers = {"Cookie": wrong.encode().decode("latin-1")} if wrong else {}
        assert ask(server, path, method, body, Content_Type="application/json", **headers)[0] == 403
    assert ask(server, "/?key=")[0] == 403
    assert ask(server, f"/?key={'x' * 43}")[0] == 403


@pytest.mark.parametrize(("method", "path", "body"), PATHS[:3])
def test_with_the_key_all_is_answered(server: Served, method: str, path: str, body: bytes | None) -> None:
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
def test_another_name_is_refused_even_with_the_key(server: Served, host: str) -> None:
    assert ask(server, "/", Cookie=cookie(server), Host=host.format(server.port))[0] == 403
    assert ask(server, server.address.removeprefix(server.origin), Host=host.format(server.port))[0] == 403


def test_its_other_name_is_localhost(server: Served) -> None:
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
def test_another_page_is_refused_even_with_the_key(server: Served, headers: dict[str, str]) -> None:
    key = cookie(server)
    for method, path, body in PATHS[:3]:
        assert ask(server, path, method, body, Cookie=key, Content_Type="application/json", **headers)[0] == 403


def test_a_request_that_a_form_could_send_is_refused(server: Served) -> None:
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
def test_what_is_no_case_is_refused(server: Served, body: bytes, status: int) -> None:
    got, _, text = ask(server, "/case", "POST", body, Cookie=cookie(server), Content_Type="application/json")
    assert (got, "Traceback" in text) == (status, False)


def test_other_machines_cant_reach_it(server: Served) -> None:
    other = next(
        (str(each[4][0]) for each in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
         if not str(each[4][0]).startswith("127.")),
        None,
    )  # fmt: skip
    if other is None:
        pytest.skip("this machine has no other address")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((other, server.port), timeout=5)


def test_a_port_that_is_taken_and_a_folder_that_isnt_there_are_told(server: Served, tmp_path: Path) -> None:
    folder = hand_out(tmp_path)
    done = grader(folder, "explore", "--no-browser", "--port", str(server.port))
    assert done.stderr == f"Error: port {server.port} can't be served: Address already in use\n"
    done = grader(folder, "explore", "--no-browser", "--submission", "nowhere")
    assert done.stderr.startswith("Error: there is no folder nowhere")
