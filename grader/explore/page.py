"""The page of the report, with the parts that make it live beside it."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from grader.report.drawing import stylesheet
from grader.report.page.write import SCRIPTS, part


@cache
def html() -> str:
    """The page, still empty: what it shows comes over the connection that its policy allows, to where it came from."""
    style = stylesheet() + part("page.css") + _own("live.css")
    # All but the one that starts it with the data of a report.
    script = "".join(map(part, SCRIPTS[:-1])) + _own("live.js")
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'"
    )
    page = Environment(autoescape=True, undefined=StrictUndefined).from_string(part("page.html.jinja"))
    return page.render(policy=policy, style=Markup(style), script=Markup(script), data="{}")


def _own(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
