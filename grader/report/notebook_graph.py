"""The graph below a verdict in a notebook, as HTML without script."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape

from grader.graph.diagram import Graph
from grader.report.drawing import svg
from grader.text.language import language, say

MOST_BYTES = 30_000
"""A longer drawing is left out: a class has many notebooks."""

LEAST_SCALE = 0.8
"""A drawing that is smaller can't be read."""

_WIDTH = re.compile(r'<svg [^>]*?\bwidth="([\d.]+)"')
_MARK = re.compile(r'class="hg-flag" x="([\d.]+)" y="[^"]*" width="([\d.]+)"')


def graph_html(graph: Graph | None) -> str:
    """The graph of a failing case, to stand below its verdict; "" where there is nothing to mark in it."""
    return _html(graph, language()) if graph and graph.first_wrong else ""


@lru_cache(maxsize=256)
def _html(graph: Graph, _spoken: str) -> str:
    """The graph in a language; kept, for in a class many make the same mistake."""
    drawn = svg(graph)
    # What is wider than the notebook shrinks a little, and then is scrolled by itself, from where the mark is.
    width, mark, flag = map(float, [_WIDTH.findall(drawn)[0], *_MARK.findall(drawn)[0]])
    size = f"width:100%;max-width:{width:.0f}px;min-width:{LEAST_SCALE * width:.0f}px;height:auto"
    place = f"left:{100 * (mark + flag / 2) / width:.1f}%"
    attributes = f'tabindex="0" role="group" aria-label="{escape(say("Computation graph"))}"'
    style = "overflow-x:auto;scroll-snap-type:x mandatory;text-align:left"
    sheet = f"position:relative;max-width:{width:.0f}px;min-width:{LEAST_SCALE * width:.0f}px"
    anchor = f'<i class="hg-anchor" style="position:absolute;top:0;{place};width:1px;height:1px"></i>'
    drawn = drawn.replace("<svg ", f'<svg style="{size}" ', 1)
    notes = "".join(f"<p>{escape(each)}</p>" for each in graph.notes)
    html = f'<div><div {attributes} style="{style}"><div style="{sheet}">{drawn}{anchor}</div></div>{notes}</div>'
    return html if len(html.encode()) <= MOST_BYTES else ""
