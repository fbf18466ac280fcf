"""Reads the arithmetic that a step shows, and computes it again from the shown numbers alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import numpy as np

_SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_WRITTEN = {"−": "-", "·": "*", "∞": "inf", "^": "**", "ᵀ": ".T", "σ(": "sigma(", " = ": " == "}
_ROUNDED = re.compile(r"(?<![\w.])\d+\.\d{4,}(?![\d.])(?!e)|(?<![\w.])\d+\.\d+e-?\d+|(?<![\w.])\d+\.\d{3}e\+?\d+")


def _sum(values: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return np.sum(values, axis=axis, keepdims=keepdims)


def _mean(values: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return np.mean(values, axis=axis, keepdims=keepdims)


def _softmax(values: Any, axis: int) -> Any:
    return np.exp(_log_softmax(values, axis))


def _log_softmax(values: Any, axis: int) -> Any:
    less = values - np.max(values, axis=axis, keepdims=True)
    return less - np.log(np.exp(less).sum(axis=axis, keepdims=True))


def _pick(values: Any, labels: Any) -> Any:
    return np.take_along_axis(values, labels.astype(int).reshape(-1, 1), axis=1)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "A": np.array,
    "sum": _sum,
    "mean": _mean,
    "outer": np.outer,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "sin": np.sin,
    "cos": np.cos,
    "tanh": np.tanh,
    "sigma": lambda x: 1 / (1 + np.exp(-x)),
    "relu": lambda x: np.maximum(x, 0),
    "var": lambda x, axis=None, keepdims=False: np.var(x, axis=axis, keepdims=keepdims),
    "log_softmax": _log_softmax,
    "max": lambda *each: reduce(np.maximum, each),
    "logaddexp": np.logaddexp,
    "softmax": _softmax,
    "pick": _pick,
}


def python(written: str) -> str:
    """The arithmetic of a step, as Python writes it."""
    text = re.sub("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda match: f"**({match[0].translate(_SUPERSCRIPTS)})", written)
    for sign, meaning in _WRITTEN.items():
        text = text.replace(sign, meaning)
    made, depth = [], 0
    for character in text:
        made.append("A([" if character == "[" and not depth else character)
        depth += {"[": 1, "]": -1}.get(character, 0)
        made.append(")" if character == "]" and not depth else "")
    return "".join(made)


def value(written: str) -> Any:
    """What arithmetic comes to."""
    with np.errstate(all="ignore"):
        return np.asarray(eval(python(written), dict(FUNCTIONS)), dtype=np.float64)


def half_unit(written: str) -> float:
    """Half a unit of the last decimal of a number."""
    mantissa, _, exponent = written.partition("e")
    return 0.5 * 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))


def rounding(written: str) -> Any:
    """How far the result may be off because the shown operands are rounded: to first order, each by itself."""
    text = written.replace("−", "-")
    exact, off = value(text), 0.0
    for match in _ROUNDED.finditer(text):
        for sign in (1, -1):
            moved = f"({float(match[0]) + sign * half_unit(match[0])!r})"
            off = off + np.abs(value(text[: match.start()] + moved + text[match.end() :]) - exact)
    return off


def formula(written: str, gradients: Mapping[str, Any], values: Mapping[str, Any]) -> Any:
    """What the right-hand side of a formula comes to, its names standing for these arrays."""
    names: dict[str, Any] = {}
    # 2u, 0.5x and 2(a − y) are products.
    text = re.sub(r"(?<![\w.])(\d+(?:\.\d+)?)(?=[A-Za-z(])", r"\1 · ", written)
    # The longest first: d(a · x + b) before d(a · x) before dx before x.
    for kind, arrays in (("G", gradients), ("V", values)):
        for number, name in enumerate(sorted(arrays, key=lambda each: -len(each))):
            names[f"{kind}{number}_"] = arrays[name]
            # A value may be called like the function that made it: mean = mean(x).
            after = r"(?![A-Za-z0-9_])" + (r"(?!\()" if name in FUNCTIONS else "")
            text = re.sub(r"(?<![A-Za-z0-9_])" + re.escape(name) + after, f"{kind}{number}_", text)
    # So is a(1 − a).
    text = re.sub(r"_(?=\()", "_ · ", text)
    with np.errstate(all="ignore"):
        return np.asarray(eval(python(text), {**FUNCTIONS, **names}), dtype=np.float64)
