"""Numbers as they are written: exact to four decimals, "−" for their sign."""

from __future__ import annotations

from math import floor, isfinite, isnan, log10
from typing import Any

_LARGE = 1e7

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def nested(numbers: Any) -> str:
    """Nested lists of numbers, as they are written."""
    return f"[{', '.join(map(nested, numbers))}]" if isinstance(numbers, list) else figure(float(numbers))


def figure(value: float) -> str:
    """A number exact to four decimals, or three significant digits where these are more; "−" is its sign."""
    if not isfinite(value):
        return "nan" if isnan(value) else "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    if abs(value) >= _LARGE:
        return f"{value:.3e}".replace("-", "−").replace("e+", "e")
    for decimals in range(7 if abs(value) < 1e-3 else 5):
        if abs(round(value, decimals) - value) <= 1e-12 * abs(value):
            return f"{value:.{decimals}f}".replace("-", "−")
    if abs(value) < 1e-6:
        return f"{value:.3e}".replace("-", "−")
    return f"{value:.{max(4, 2 - floor(log10(abs(value))))}f}".replace("-", "−")


def power(exponent: float) -> str:
    """An exponent, as it is written behind its base: a whole one above the line."""
    if exponent == int(exponent):
        return str(int(exponent)).translate(_SUPERSCRIPTS)
    return f"^{figure(exponent)}" if exponent > 0 else f"^({figure(exponent)})"
