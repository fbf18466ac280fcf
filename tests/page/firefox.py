"""Firefox without a window, driven over its own protocol (Marionette): no other package is needed for that."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.patience import PATIENCE
from tests.proof import cannot_run


class Firefox:
    """A running Firefox: each command is [0, number, name, parameters], each answer [1, number, error, result]."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._number = 0
        self._receive()
        self.ask("WebDriver:NewSession", capabilities={})

    def ask(self, command: str, **parameters: Any) -> Any:
        """The result of a command; fails with its error."""
        self._number += 1
        text = json.dumps([0, self._number, command, parameters])
        self._connection.sendall(f"{len(text.encode())}:{text}".encode())
        _, _, error, result = self._receive()
        assert error is None, error
        return result

    def open(self, address: str) -> None:
        """Opens an address, and waits until it is there."""
        self.ask("WebDriver:Navigate", url=address)

    def run(self, script: str, *arguments: Any) -> Any:
        """What a script returns in the page."""
        return self.ask("WebDriver:ExecuteScript", script=script, args=list(arguments), sandbox=None)["value"]

    def _receive(self) -> Any:
        length = b""
        while (character := self._read(1)) != b":":
            length += character
        return json.loads(self._read(int(length)))

    def _read(self, count: int) -> bytes:
        found = b""
        while len(found) < count:
            more = self._connection.recv(count - len(found))
            assert more, "Firefox has ended"
            found += more
        return found


@contextmanager
def firefox(profile: Path) -> Iterator[Firefox]:
    """A Firefox with a fresh profile; a test can't run without one."""
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    if program is None:
        cannot_run("no Firefox is installed")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (profile / "user.js").write_text(f'user_pref("marionette.port", {port});\n')
    command = [program, "--headless", "--marionette", "--no-remote", "--profile", str(profile)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with _connected(port, process) as connection:
            yield Firefox(connection)
    finally:
        process.terminate()
        process.wait()


def _connected(port: int, process: subprocess.Popen[bytes]) -> socket.socket:
    """A connection to a Firefox that is starting."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        except ConnectionRefusedError:
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail("Firefox doesn't start")
            time.sleep(0.1)
