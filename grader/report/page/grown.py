"""Drawings and formulas as plain JSON, from which the page's script makes elements."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert_to_element

_TEXT = re.compile(r"\\text\{[^{}]*\}")
_INNER = re.compile(r"\$([^$]*)\$")


def tree(element: Element) -> list[Any]:
    """An element as [tag, attributes, …children]; titles are left out, the page has its own."""
    children: list[Any] = [element.text] if element.text and element.text.strip() else []
    for each in element:
        children += [tree(each)] if each.tag != "title" else []
        children += [each.tail] if each.tail and each.tail.strip() else []
    return [element.tag, dict(element.attrib), *children]


def formula(latex: str) -> Element:
    """A LaTeX formula as MathML, its characters as themselves and not as the entities that the converter writes."""
    # The converter knows no formula inside a text: the text ends there, and goes on behind it.
    apart = _TEXT.sub(lambda text: _INNER.sub(r"}\1\\text{", text[0]), latex)
    element: Element = convert_to_element(apart)
    for each in element.iter():
        each.text = unescape(each.text) if each.text else None
    return element
