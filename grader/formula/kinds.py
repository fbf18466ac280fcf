"""The kinds of mistakes, and what is easily written for something else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias, get_args

Kind: TypeAlias = Literal[
    "dropped",
    "sign",
    "axis",
    "transpose",
    "variable",
    "operator",
    "comparison",
    "constant",
    "function",
    "extra",
    "other",
]

KINDS: tuple[Kind, ...] = get_args(Kind)
"""In the order in which they are believed where several give the same numbers."""

RELATIVES: Mapping[str, tuple[str, ...]] = {
    "exp": ("log", "expm1"),
    "log": ("exp", "log1p"),
    "log1p": ("log", "expm1"),
    "expm1": ("exp", "log1p"),
    "sqrt": ("square",),
    "square": ("sqrt",),
    "abs": ("sign",),
    "sign": ("abs",),
    "maximum": ("minimum",),
    "minimum": ("maximum",),
    "sum": ("mean", "max"),
    "mean": ("sum", "max"),
    "zeros_like": ("ones_like",),
    "ones_like": ("zeros_like",),
}
"""The functions that stand in each other's places, in textbooks and in code."""
