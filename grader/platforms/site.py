"""Where each platform has what a grader needs, below the folder that the platform gives it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Site:
    """Paths below a platform's folder: the student's work, results by their formats, and what no submission may read.

    At a site that `is_ours` the container is made for one submission, and root's but for what the student handed in.
    """

    submission: str
    results: Mapping[str, str]
    closed: tuple[str, ...] = ()
    is_ours: bool = True


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
    "classroom50": Site(".", {"classroom50": "result.json"}, is_ours=False),
    "github": Site(
        ".",
        {
            "github": ".handgrad/annotations",
            "github-summary": ".handgrad/summary.md",
            "github-classroom": ".handgrad/result",
        },
        is_ours=False,
    ),
    "submitty": Site(".", {"submitty": "validation_results.json"}, ("seed.txt",)),
}
"""By the platform's name."""

OPEN_SEED = ("classroom50", "github")
"""Platforms on which students can read whatever the grader has: no seed is a secret there."""
