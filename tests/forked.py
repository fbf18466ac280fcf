"""A program that is forked from the process that serves `tests.commands`, for whoever starts it by its name.

`python forked.py ADDRESS PROGRAM [ARGUMENT…]` does what the program, a Python script, does. It imports next to nothing.
"""

from __future__ import annotations

import json
import os
import socket
import struct
import sys
from collections.abc import Mapping, Sequence

NUMBER = struct.Struct("i")
"""What is told of a command: its process id when it has begun, and its exit status in the end."""


def ask(address: str, request: Mapping[str, object], files: Sequence[int]) -> int:
    """Asks for a command with three standard files; returns a descriptor from which its numbers come."""
    reading, writing = os.pipe()
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
            connection.connect(address)
            socket.send_fds(connection, [json.dumps(request).encode()], [*files, writing])
    finally:
        os.close(writing)
    return reading


def asked(
    command: Sequence[str], cwd: str, env: Mapping[str, str], quiet: bool, session: bool = False, terminal: bool = False
) -> Mapping[str, object]:
    """The request for a command."""
    return {
        "command": command,
        "cwd": cwd,
        "env": dict(env),
        "quiet": quiet,
        "session": session or terminal,
        "terminal": terminal,
    }


def main(address: str, *command: str) -> None:
    """Runs a command with this process's files, and ends with its status."""
    quiet = os.environ.get("PYTHONWARNINGS") == "ignore"
    with open(ask(address, asked(command, os.getcwd(), os.environ, quiet), (0, 1, 2)), "rb") as news:
        _, status = struct.unpack("ii", news.read())
    sys.exit(status if status >= 0 else 128 - status)


if __name__ == "__main__":
    main(*sys.argv[1:])
