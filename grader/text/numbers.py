"""How a number is written: as code, as points, in a formula, or in few digits beside a drawing."""

from __future__ import annotations

from collections.abc import Callable
from math import floor, inf, isfinite, isnan, log10
from typing import Any, SupportsFloat

_LARGE = 1e7

_NOTHING = 1e-6
"""Points that are none: by so much a sum of shares may miss the whole."""

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def at(index: tuple[int, ...]) -> str:
    """A place in an array as it is typed: "[1, 0]"; "" in a single number."""
    return f"[{', '.join(map(str, index))}]" if index else ""


def number(value: SupportsFloat) -> str:
    """A number as it would be typed: in at most six digits, a whole one without its point."""
    return f"{float(value) + 0.0:.6g}"


def points(value: float, most: float = inf) -> str:
    """Points in at most two digits after the point, rounded as nbgrader rounds them, but never up to `most`."""
    rounded = round(value, 2)
    return f"{floor(value * 100) / 100 if value < most - _NOTHING and rounded >= most else rounded:g}"


def mark(value: float) -> str:
    """Points as they stand in a table for another program: in at most four digits after the point."""
    return f"{value + 0.0:.4f}".rstrip("0").rstrip(".")


def nested(value: Any, write: Callable[[Any], str]) -> str:
    """Nested lists, each of the numbers in them written by `write`."""
    return f"[{', '.join(nested(each, write) for each in value)}]" if isinstance(value, list) else write(value)


def figure(value: float) -> str:
    """A number exact to four decimals, or three significant digits where these are more; "−" is its sign."""
    if not isfinite(value):
        return "nan" if isnan(value) else "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    if abs(value) >= _LARGE:
        return _scientific(f"{value:.3e}")
    for decimals in range(7 if abs(value) < 1e-3 else 5):
        if abs(round(value, decimals) - value) <= 1e-12 * abs(value):
            return f"{value:.{decimals}f}".replace("-", "−")
    if abs(value) < 1e-6:
        return _scientific(f"{value:.3e}")
    return f"{value:.{max(4, 2 - floor(log10(abs(value))))}f}".replace("-", "−")


def figure_beside(value: float, other: float) -> str:
    """A number as `figure` writes it, or in as many decimals as tell it from another one that is written the same."""
    if value == other or not isfinite(value) or figure(value) != figure(other):
        return figure(value)
    decimals = max(0, 3 - floor(log10(abs(value - other))))
    text = f"{value:.{decimals}f}".replace("-", "−")
    return text.rstrip("0").rstrip(".") if decimals else text


def power(exponent: float) -> str:
    """An exponent, as it is written behind its base: a whole one above the line."""
    if exponent == int(exponent):
        return str(int(exponent)).translate(_SUPERSCRIPTS)
    return f"^{figure(exponent)}" if exponent > 0 else f"^({figure(exponent)})"


def to_digits(value: float, digits: int) -> str:
    """A number with a proper minus sign, in at most `digits` significant digits: "−0.01917", "1.2e−5"."""
    if isnan(value):
        return "nan"
    if 10**digits <= abs(value) < 1e6:
        return f"{value:.0f}".replace("-", "−")
    return _scientific(f"{value + 0.0:.{digits}g}")


def _scientific(written: str) -> str:
    """A number as Python writes it, with a proper minus sign and no 0 before its exponent: "1.2e−5", "3e8"."""
    mantissa, e, exponent = written.partition("e")
    return (mantissa + (f"e{int(exponent)}" if e else "")).replace("-", "−")
