"""A connection, before anything is known of who has made it."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import suppress
from pathlib import Path

from h11 import LocalProtocolError
from uvicorn.protocols.http.h11_impl import H11Protocol

BACKLOG = 50
"""So many connections are accepted at once."""

MOST_SILENT = 2 * BACKLOG
"""Connections that haven't asked yet: who asks at once is served, whatever comes in meanwhile."""


class Connection(H11Protocol):
    """A connection that gives way to newer ones, the oldest first, as long as it has finished no request.

    Nobody can be locked out by requests that are begun and never finished. The guard ends every connection whose
    request it refuses.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.since = self.loop.time()
        silent = [each for each in self.connections if isinstance(each, Connection) and each.is_silent]
        if len(silent) > MOST_SILENT:
            min(silent, key=lambda each: each.since).transport.abort()

    def send_400_response(self, msg: str) -> None:
        """Says that this is no request, unless an answer has begun, and hangs up."""
        with suppress(LocalProtocolError):
            super().send_400_response(msg)
        self.transport.close()

    @property
    def is_silent(self) -> bool:
        """Whether it is open, and nothing has been asked over it so far."""
        return self.cycle is None and not self.transport.is_closing()


def is_of_another_user(client: int, port: int) -> bool:
    """Whether the connection from the port `client` of this machine to `port` was made by another user.

    Only Linux tells. Root is no other user: it can read everything anyway, and passes on what comes from outside a
    virtual machine; and where root is asked, numbers of users may mean nothing, as in a container.
    """
    if sys.platform == "win32" or not os.getuid():
        return False
    ends = f"{client:04X}", f"{port:04X}"
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with suppress(OSError):
            for line in Path(table).read_text("ascii").splitlines()[1:]:
                _, local, remote, *_, user = line.split()[:8]
                if (local[-4:], remote[-4:]) == ends and int(user) not in (0, os.getuid()):
                    return True
    return False
