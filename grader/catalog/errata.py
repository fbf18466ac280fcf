"""The printed figures of the notes that are off, and why: (exercise, source, quantity) → reason.

A figure is off where the exact value, at the exact inputs, rounds to other digits than those that are printed.
"""

from __future__ import annotations

from collections.abc import Mapping

_UP = "rounded up; σ(0.883) = 0.70744"
_FED_BACK = "computed from a2 = 0.708, rounded up, instead of 0.70739"
_ROUNDED = "computed from −0.019, rounded, instead of −0.01917"
_CUT = "cut off instead of rounded"

ERRATA: Mapping[tuple[str, str, str], str] = {
    ("sigmoid", "001 §4", "sigma[2]"): _UP,
    ("branch_merge", "002, step 1", "J"): _CUT,
    ("branch_merge", "002, step 2", "J"): _CUT,
    ("two_layer", "001 §4", "a2[0]"): _UP,
    ("two_layer", "001 §4", "L"): _FED_BACK,
    ("two_layer", "001 §4", "da2[0]"): _FED_BACK,
    ("two_layer", "001 §4", "da1[0]"): _ROUNDED,
    ("two_layer", "001 §4", "da1[1]"): _ROUNDED,
    ("two_layer", "001 §4", "dz1[0]"): _ROUNDED,
    ("two_layer", "001 §4", "dz1[1]"): _ROUNDED,
    ("two_layer", "001 §4", "dW1[0, 0]"): _ROUNDED,
    ("two_layer", "001 §4", "dW1[0, 1]"): _ROUNDED,
}
