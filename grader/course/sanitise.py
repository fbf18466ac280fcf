"""A student's Markdown and code as HTML in which nothing runs, at a bounded cost: in feedback and formgrader.

nbgrader's templates show Markdown with whatever HTML is in it. They render cells with the filters `markdown2html` and
`highlight_code`, whose place this module's take, in `c.HTMLExporter.filters`.
"""

from __future__ import annotations

import re
from functools import partial
from html import escape
from typing import Any

import nh3
from jinja2 import pass_context
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from grader.course.allowance import Allowance, TooMuchError
from grader.text.numbers import points

_LINK = re.compile(r"(?:https?://|mailto:|#)", re.IGNORECASE)
_IMAGE = re.compile(r"data:image/(?:png|jpeg|gif);base64,", re.IGNORECASE)
_LASTING = re.compile(r"<(?:a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)\b", re.IGNORECASE)

MAX_REOPENED = 100_000
"""Of tags that HTML opens again in every paragraph until they are closed: these, times all tags."""


@pass_context
def markdown2html(context: Any, source: str) -> str:
    """Markdown as clean HTML; pictures that are attached to a cell are kept. What costs too much is shown as typed."""
    attachments = context.get("cell", {}).get("attachments", {})
    allowance = Allowance.of(context)
    try:
        # What nh3 calls back can't be left: it would print the error and what it was called with, and go on.
        return allowance.render(source, partial(_markdown, allowance, attachments), clean)
    except (Exception, TooMuchError):
        # An attachment that is missing, for example: no reason to leave a class without its feedback.
        return f"<pre>{escape(source)}</pre>"


class _BoundedRenderer(IPythonRenderer):
    """Raises TooMuchError before what a text refers to again and again takes more room than an allowance has."""

    def __init__(self, allowance: Allowance, attachments: Any) -> None:
        super().__init__(escape=False, attachments=attachments, exclude_anchor_links=True)
        self._allowance = allowance
        self._length = 0

    def image(self, *arguments: Any, **named: Any) -> str:
        return self._counted(super().image(*arguments, **named))

    def link(self, *arguments: Any, **named: Any) -> str:
        return self._counted(super().link(*arguments, **named))

    def _counted(self, html: str) -> str:
        self._length += len(html)
        self._allowance.require_room(self._length)
        return html


def _markdown(allowance: Allowance, attachments: Any, source: str) -> str:
    html: str = MarkdownWithMath(renderer=_BoundedRenderer(allowance, attachments)).render(source)
    if html.count("<") * len(_LASTING.findall(source)) > MAX_REOPENED:
        raise TooMuchError
    return html


@pass_context
def highlight_code(context: Any, source: str, language: str | None = None, metadata: Any = None) -> str:
    """Code in colours, as nbconvert's own filter gives it. What costs too much is shown as it was typed."""
    info = context.get("nb", {}).get("metadata", {}).get("language_info", {})
    highlight = Highlight2HTML(pygments_lexer=info.get("pygments_lexer", info.get("name")))
    try:
        return Allowance.of(context).render(source, lambda text: str(highlight(text, language, metadata)))
    except (Exception, TooMuchError):
        return f'<div class="highlight"><pre>{escape(source)}</pre></div>'


def strip_files_prefix(html: str) -> str:
    """HTML as it is: the filter of this name rewrites links that are not kept, in time that grows with the square."""
    return html


def round_points(score: float, _digits: int = 2) -> str:
    """Points as the verdicts write them, where nbgrader's templates would round them: 2, not 2.0."""
    return points(float(score))


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
