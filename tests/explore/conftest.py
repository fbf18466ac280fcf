"""One browser for all tests of the live page, and whoever visits it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.course.browsing import browser
from tests.explore.serving import Running, Visit
from tests.page.pages import Open, visited


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with browser(tmp_path_factory.mktemp("profile")) as page:
        yield page.context


@pytest.fixture
def visit(context: Any) -> Iterator[Visit]:
    pages: list[Open] = []

    def visit(server: Running, fragment: str = "", width: int = 1280, scheme: str = "light") -> Open:
        pages.append(visited(context, server.address.partition("#")[0] + fragment, width, scheme))
        pages[-1].page.locator(".exercise").first.wait_for()
        return pages[-1]

    yield visit
    for each in pages:
        each.page.close()
