"""A student's Markdown as HTML in which nothing runs: for the feedback, and for the grader's own browser.

nbgrader's templates show Markdown with whatever HTML is in it. They render it with the filter `markdown2html`, whose
place this module's take, in `c.HTMLExporter.filters`.
"""

from __future__ import annotations

import re
from html import escape
from typing import Any

import nh3
from jinja2 import pass_context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

_LINK = re.compile(r"(?:https?://|mailto:|#)", re.IGNORECASE)
_IMAGE = re.compile(r"data:image/(?:png|jpeg|gif);base64,", re.IGNORECASE)

MAX_MARKDOWN = 20_000
"""Characters of a cell that are shown as Markdown; of a longer one as many are shown as they were typed."""


@pass_context
def markdown2html(context: Any, source: str) -> str:
    """Markdown as clean HTML; pictures that are attached to a cell are kept."""
    attachments = context.get("cell", {}).get("attachments", {})
    try:
        if len(source) > MAX_MARKDOWN:
            raise ValueError("too long")
        renderer = IPythonRenderer(escape=False, attachments=attachments, exclude_anchor_links=True)
        html = MarkdownWithMath(renderer=renderer).render(source)
    except Exception:
        # An attachment that is missing, for example: no reason to leave a class without its feedback.
        text = source if len(source) <= MAX_MARKDOWN else f"{source[:MAX_MARKDOWN]}…"
        html = f"<pre>{escape(text)}</pre>"
    return clean(html)


def strip_files_prefix(html: str) -> str:
    """HTML as it is: the filter of this name rewrites links that are not kept, in time that grows with the square."""
    return html


def clean(html: str) -> str:
    """HTML without scripts, styles, forms and frames, whose links lead out and whose pictures are its own."""
    cleaned: str = nh3.clean(html, url_schemes={"http", "https", "mailto", "data"}, attribute_filter=_kept)
    return cleaned


def _kept(tag: str, attribute: str, value: str) -> str | None:
    if attribute in ("href", "cite"):
        return value if _LINK.match(value) else None
    if attribute == "src":
        return value if _IMAGE.match(value) else None
    return value
