"""The page as one HTML file: style, script and data are in it, and its policy lets nothing else run or load."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from grader.report.drawing import stylesheet
from grader.text.language import language, say, table

SCRIPTS = (
    "dom.js",
    "said.js",
    "keys.js",
    "view.js",
    "playing.js",
    "paths.js",
    "lens.js",
    "items.js",
    "table.js",
    "log.js",
    "predict.js",
    "picture.js",
    "graph.js",
    "training.js",
    "print.js",
    "share.js",
    "page.js",
)
"""In the order in which they run: they share one scope."""


STYLES = ("page.css", "pointing.css", "training.css")
"""What is not of a single drawing."""


def html(data: dict[str, Any], style: str = "", start: str | None = None, connect: str = "'none'") -> str:
    """The page that shows `data` (of `page_data`).

    A page that is live has more `style`, starts by a script of its own, and may `connect` to where it came from.
    """
    style = stylesheet() + "".join(map(part, STYLES)) + style
    script = "".join(map(part, SCRIPTS)) + (part("start.js") if start is None else start)
    policy = (
        f"default-src 'none'; script-src {content_hash(script)}; style-src {content_hash(style)}; "
        # A graph is saved as PNG by way of an image that the page itself has made.
        f"img-src blob:; connect-src {connect}; base-uri 'none'; form-action 'none'"
    )
    page = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True).from_string(
        part("page.html.jinja")
    )
    return page.render(
        policy=policy, style=Markup(style), script=Markup(script), data=Markup(embed(data)), **in_language(script)
    )


def in_language(script: str) -> dict[str, Any]:
    """What a page has of the language of the run: its name, what stands without a script, and the script's messages."""
    said = table(script)
    return {
        "language": language(),
        "needs_script": say("This page needs JavaScript. It loads nothing: everything that it shows is in this file."),
        "table": Markup(embed(said)) if said else "",
    }


def embed(data: Any) -> str:
    """JSON that can stand in a script element: no "<" in it ends the element or begins another."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


@cache
def part(name: str) -> str:
    """A file of the page."""
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def content_hash(text: str) -> str:
    """What a policy allows a script or a style of the page by."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
