"""The page of the report, with the parts that make it live beside it."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from grader.report.page import write


@cache
def html() -> str:
    """The page, still empty: what it shows comes over the connection that its policy allows, to where it came from."""
    return write.html({}, _own("live.css"), _own("live.js"), "'self'")


def _own(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
