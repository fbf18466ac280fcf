"""The parts of a notebook as nbformat has them, without nbformat: that takes longer to import than a class to judge."""

from __future__ import annotations

from typing import Any


class Part(dict[str, Any]):
    """A notebook, a cell, its metadata or an output, whose entries are its attributes too."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value


def parts(found: Any) -> Any:
    """What `nbformat.from_dict` makes: parts, wherever a dictionary stands."""
    if isinstance(found, dict):
        return Part((name, parts(each)) for name, each in found.items())
    return [parts(each) for each in found] if isinstance(found, list) else found
