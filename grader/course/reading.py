"""A submitted file → a notebook that has the form of one, whatever the file holds."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from itertools import islice
from typing import Any

from grader.course.parts import parts
from grader.text import quote

LIMIT = 10 << 20
"""The most bytes that a submitted notebook may have."""

MAX_CELLS = 1_000

MAX_CODE = 1 << 20
"""The most bytes of code in all cells, as in a file of an exercise."""

MAX_LINES = 100_000
"""The most lines in all cells: each takes thirty times the memory of its line break."""

MAX_VALUES = 1_000_000
"""The most values in its JSON."""

MAX_DIGITS = 20
"""The most digits that are read of a whole number."""

_PARTS = re.compile(r'"[^"]*"|[\[{,]')
_BREAKS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"

_OLDER = (1, 2, 3)
"""The formats that are brought to format 4."""

_IMAGES = ("image/png", "image/jpeg", "image/gif")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")

_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


class UnreadableError(Exception):
    """What was handed in is no notebook; the message says why."""


def read_notebook(content: bytes) -> Any:
    """A notebook of format 4 without outputs, its cells with nothing but what means something. Raises UnreadableError.

    Raw cells become Markdown. Of the metadata only nbgrader's and ours are kept; both may be forged.
    """
    try:
        found = _parsed(content)
        if not isinstance(found, dict):
            raise UnreadableError("it is no notebook")
        cells = _cells(found)
        if len(cells) > MAX_CELLS:
            raise UnreadableError(f"it has {len(cells)} cells, and {MAX_CELLS} are the limit")
        made = [_cell(number, cell) for number, cell in enumerate(cells)]
        _require_little_text(made)
        return _notebook(made)
    except UnreadableError:
        raise
    except UnicodeDecodeError:
        raise UnreadableError("it is no UTF-8 text") from None
    except RecursionError:
        raise UnreadableError("it is nested too deeply") from None
    except ValueError:
        raise UnreadableError("it is no JSON") from None
    except Exception as error:
        raise UnreadableError(f"it is no notebook ({type(error).__name__})") from None


def unreadable_notebook(error: Exception) -> Any:
    """An empty notebook that says why there is no other."""
    text = f"**This notebook can't be read, so nothing in it was marked:** {error}"
    return _notebook([new_cell("markdown", "unreadable", {}, text)])


def new_cell(kind: str, name: str, metadata: dict[str, Any], source: str, attachments: Any = None) -> Any:
    """A cell as nbformat has it: of code without outputs, or else of Markdown with its attachments."""
    made = {"id": name, "metadata": metadata, "source": source}
    if kind == "code":
        return parts({"cell_type": "code", "execution_count": None, "outputs": [], **made})
    return parts({"cell_type": "markdown", **made, **({"attachments": attachments} if attachments else {})})


def renumbered(notebook: Any) -> Any:
    """The notebook, as reading it once more would give it: its cells numbered anew."""
    for number, cell in enumerate(notebook.cells):
        cell.id = _id(number)
    return notebook


def _notebook(cells: list[Any]) -> Any:
    return parts({"cells": cells, "metadata": _METADATA, "nbformat": 4, "nbformat_minor": 5})


def _cells(found: dict[str, Any]) -> list[Any]:
    if "nbformat" not in found:
        raise UnreadableError("it is no notebook: it has no nbformat")
    if found["nbformat"] in _OLDER:
        return _of_older(found)
    if found["nbformat"] != 4:
        version = quote.line(json.dumps(found["nbformat"]), 20)
        raise UnreadableError(f"its format isn't supported: nbformat is {version}, and must be 4")
    if not isinstance(found.get("cells"), list):
        raise UnreadableError("it is no notebook: it has no list of cells")
    return list(found["cells"])


def _of_older(found: dict[str, Any]) -> list[Any]:
    """The cells of a notebook in an older format, as nbformat brings them to format 4, but for their outputs."""
    try:
        sheets = [found] if found["nbformat"] == 1 else found["worksheets"]
        cells = [cell for sheet in sheets for cell in sheet["cells"]]
        if len(cells) > MAX_CELLS:
            return cells
        # Format 2 keeps lines without their ends.
        return [_newer(cell, "\n" if found["nbformat"] == 2 else "") for cell in cells]
    except (AttributeError, KeyError, TypeError, ValueError):
        raise UnreadableError("it is no notebook: its older format can't be brought to nbformat 4") from None


def _newer(cell: dict[str, Any], between: str) -> dict[str, Any]:
    """A cell in format 4; `between` the lines of its text, if that is a list, is what stands there."""
    kind = cell["cell_type"]
    source = cell.get("input", cell.get("code", "")) if kind == "code" else cell.get("source", cell.get("text", ""))
    if isinstance(source, list):
        source = between.join(source)
    if kind == "heading":
        # Its level may be any number.
        source = f"{'#' * min(cell.get('level', 1), 6)} {' '.join(source.splitlines())}"
    return {"cell_type": kind, "metadata": cell.get("metadata", {}), "source": source}


def _parsed(content: bytes) -> Any:
    text = content.decode(json.detect_encoding(content), "surrogatepass")
    _require_few_values(text)
    return json.loads(text, parse_int=_whole)


def _whole(digits: str) -> int | float:
    """A whole number; one of many digits, which means nothing to us, as a float: int() takes a square of their time."""
    return int(digits) if len(digits) <= MAX_DIGITS else float(digits)


def _require_few_values(text: str) -> None:
    """Raises UnreadableError for JSON of very many values: it takes thirty times the memory of its text."""
    if len(text) <= MAX_VALUES:
        return
    parts = _PARTS.finditer(text.replace("\\\\", "").replace('\\"', ""))
    if next(islice(parts, MAX_VALUES, None), None):
        raise UnreadableError(f"it has more than {MAX_VALUES} values")


def _require_little_text(cells: list[Any]) -> None:
    """Raises UnreadableError for more code than a file may have, and for more lines than anyone reads."""
    code = sum(len(cell.source.encode("utf-8")) for cell in cells if cell.cell_type == "code")
    if code > MAX_CODE:
        raise UnreadableError(f"it has {code} bytes of code, and {MAX_CODE} are the limit")
    lines = sum(cell.source.count(each) for cell in cells for each in _BREAKS)
    if lines > MAX_LINES:
        raise UnreadableError(f"it has {lines} lines, and {MAX_LINES} are the limit")


def _cell(number: int, cell: Any) -> Any:
    if not isinstance(cell, dict):
        raise UnreadableError(f"it is no notebook: its cell {number + 1} is no cell")
    for name in ("cell_type", "metadata", "source"):
        if name not in cell:
            raise UnreadableError(f"it is no notebook: its cell {number + 1} has no {name}")
    if not isinstance(cell["metadata"], dict):
        raise UnreadableError(f"it is no notebook: the metadata of its cell {number + 1} have no names")
    source = cell["source"]
    if isinstance(source, list):
        source = "".join(source)
    if not isinstance(source, str):
        raise UnreadableError(f"cell {number + 1} has no text")
    known = [name for name in ("nbgrader", "handgrad") if name in cell["metadata"]]
    metadata = {name: _plain(cell["metadata"][name]) for name in known}
    return new_cell(cell["cell_type"], _id(number), metadata, _writable(source), _images(cell.get("attachments")))


def _id(number: int) -> str:
    return f"cell-{number + 1}"


def _plain(metadata: Any) -> dict[str, Any]:
    """Metadata as they may be: names with values that are no containers."""
    if not isinstance(metadata, Mapping):
        return {}
    return {
        _writable(name): _writable(value) if isinstance(value, str) else value
        for name, value in metadata.items()
        if not isinstance(value, list | dict)
    }


def _writable(text: str) -> str:
    """Text without lone surrogates: valid in JSON, they can't be written as UTF-8."""
    try:
        text.encode("utf-8")
        return text
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode("utf-8")


def _images(attachments: Any) -> dict[str, Any]:
    """The attachments that are pictures."""
    if not isinstance(attachments, Mapping):
        return {}
    found = {
        _writable(name): {kind: data for kind, data in bundle.items() if _is_image(kind, data)}
        for name, bundle in attachments.items()
        if isinstance(bundle, Mapping)
    }
    return {name: bundle for name, bundle in found.items() if bundle}


def _is_image(kind: str, data: Any) -> bool:
    return kind in _IMAGES and isinstance(data, str) and bool(_BASE64.fullmatch(data))
