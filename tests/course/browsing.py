"""A real browser, headless, and a Jupyter server with formgrader in a course's folder."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from tests.patience import PATIENCE
from tests.proof import cannot_run, needs

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def browser(profile: Path) -> Iterator[Any]:
    """A page of a browser with a fresh profile, which reaches no other machine; a test can't run without one."""
    playwright = needs("playwright.sync_api")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        cannot_run("no Chromium is installed")
    with playwright.sync_playwright() as running:
        context = running.chromium.launch_persistent_context(str(profile), executable_path=chromium, args=FLAGS)
        context.route(
            lambda url: not url.startswith(("http://127.0.0.1", "file:", "data:")), lambda route: route.abort()
        )
        context.set_default_timeout(1000 * PATIENCE)
        yield context.new_page()
        context.close()


@contextmanager
def formgrader(folder: Path) -> Iterator[str]:
    """The address of formgrader, served from a course's folder."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = [f"--ServerApp.port={port}", "--IdentityProvider.token=", "--ServerApp.open_browser=False"]
    extensions = ["nbgrader.server_extensions.formgrader"]
    enabled = "{" + ", ".join(f"'{name}': True" for name in extensions) + "}"
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "jupyter_server", *options, "--allow-root",
             f"--ServerApp.jpserver_extensions={enabled}"],
            cwd=folder,
            env={**os.environ, "HOME": str(folder), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
            stdout=log,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
    address = f"http://127.0.0.1:{port}/formgrader"
    try:
        _wait(server, f"{address}/api/assignments", folder / "server.log")
        yield address
    finally:
        server.terminate()
        server.wait(PATIENCE)


def _wait(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=PATIENCE).close()
            return
        except OSError:
            time.sleep(0.3)
    raise AssertionError(log.read_text())
