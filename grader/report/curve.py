"""A learning curve as a picture: a submission's losses over PyTorch's. Needs matplotlib, the extra `plot`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from grader.text.language import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MINE, THEIRS, MUTED = "#1f3a5f", "#f2a93b", "#6b7280"

ROUNDING = 1e-17
"""Stands for a difference of 0, which has no place on a logarithmic axis."""


@dataclass(frozen=True)
class Curve:
    """Two runs over the same mini-batches: the loss of each step, in order.

    `mine` may have another length, or values that aren't finite: they leave gaps. `tolerance` is relative.
    """

    submission: str
    mine: NDArray[Any]
    theirs: NDArray[Any]
    steps_per_epoch: int
    tolerance: float
    remark: str = ""


def draw(curve: Curve, file: Path) -> None:
    """Draws a curve to `file`, in the format of its suffix. Raises ImportError without matplotlib."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 5.2), dpi=150, layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    _losses(above, curve)
    _difference(below, curve)
    for axes in (above, below):
        _frame(axes, curve)
    figure.savefig(file)


def _losses(axes: Axes, curve: Curve) -> None:
    axes.plot(*_steps(curve.theirs), color=THEIRS, linewidth=6, alpha=0.75, label="PyTorch", solid_capstyle="round")
    axes.plot(*_steps(curve.mine), color=MINE, linewidth=1.5, label=say("yours"))
    axes.set_ylabel(say("loss of the mini-batch"))
    # A run that goes wrong may reach any height; what there is to compare with stays in sight.
    axes.set_ylim(0, 1.25 * float(curve.theirs.max()))
    axes.legend(frameon=False, loc="upper right")
    axes.set_title(say("Learning to read handwritten digits"), loc="left", fontsize=14, fontweight="bold", pad=24)
    sentence = f"{curve.remark[:1].upper()}{curve.remark[1:]}." if curve.remark else ""
    axes.text(0, 1.03, sentence, transform=axes.transAxes, color=MUTED)


def _difference(axes: Axes, curve: Curve) -> None:
    shared = min(len(curve.mine), len(curve.theirs))
    apart = np.abs(curve.mine[:shared] - curve.theirs[:shared])
    allowed = curve.tolerance * np.abs(curve.theirs)
    axes.semilogy(*_steps(np.maximum(apart, ROUNDING)), color=MINE, linewidth=1, marker=".", markersize=3)
    axes.semilogy(*_steps(allowed), color=MUTED, linewidth=1, linestyle="--")
    axes.text(len(allowed), 2 * allowed[-8:].max(), say("tolerance"), ha="right", va="bottom", fontsize=8, color=MUTED)
    axes.set_ylim(ROUNDING / 3, float(np.clip(3 * np.max(apart[np.isfinite(apart)], initial=0), 1e-3, 1e3)))
    axes.set_ylabel(say("difference"))
    axes.set_xlabel(say("step; the lines mark epochs"))


def _frame(axes: Axes, curve: Curve) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_xlim(0, len(curve.theirs) + 1)
    for step in range(curve.steps_per_epoch, len(curve.theirs), curve.steps_per_epoch):
        axes.axvline(step + 0.5, color=MUTED, linewidth=0.5, alpha=0.4)


def _steps(losses: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Steps counted from 1, and the losses with gaps where they aren't finite."""
    return np.arange(1, len(losses) + 1), np.where(np.isfinite(losses), losses, np.nan)
