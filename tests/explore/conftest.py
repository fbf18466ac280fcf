"""One browser for all tests of the live page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.course.browsing import browser


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with browser(tmp_path_factory.mktemp("profile")) as page:
        yield page.context
