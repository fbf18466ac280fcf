"""Where each platform has what a grader needs, below the folder that the platform gives it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Site:
    """Paths below a platform's folder: the student's work, results by format, and what is closed to submissions."""

    submission: str
    results: Mapping[str, str]
    closed: tuple[str, ...] = ()


SITES: Mapping[str, Site] = {
    "gradescope": Site(
        "submission",
        {"gradescope": "results/results.json"},
        ("source", "results", "submission_metadata.json"),
    ),
    "prairielearn": Site(
        "student",
        {"prairielearn": "results/results.json"},
        ("tests", "serverFilesCourse", "data", "results"),
    ),
    "classroom50": Site(".", {"classroom50": "result.json"}),
    "github": Site(
        ".",
        {
            "github": ".handgrad/annotations",
            "github-summary": ".handgrad/summary.md",
            "github-classroom": ".handgrad/result",
        },
    ),
    "submitty": Site(".", {"submitty": "validation_results.json"}),
}
"""By the platform's name."""

OPEN_SEED = ("classroom50", "github")
"""Platforms on which students can read whatever the grader has: no seed is a secret there."""
