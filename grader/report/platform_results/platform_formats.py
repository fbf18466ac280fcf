"""Every platform's form of results, by its name; each is made from a submission's JSON alone."""

from __future__ import annotations

from collections.abc import Mapping

from grader.report.platform_results.classroom50 import classroom50, unjudged_classroom50
from grader.report.platform_results.github_actions import (
    github,
    github_classroom,
    github_summary,
    unjudged_github,
    unjudged_github_classroom,
    unjudged_github_summary,
)
from grader.report.platform_results.gradescope import gradescope, unjudged_gradescope
from grader.report.platform_results.prairielearn import prairielearn, unjudged_prairielearn
from grader.report.platform_results.submitty import submitty, unjudged_submitty
from grader.report.platform_results.wording_for_all import PlatformFormat

PLATFORM_FORMATS: Mapping[str, PlatformFormat] = {
    "gradescope": PlatformFormat(gradescope, unjudged_gradescope),
    "prairielearn": PlatformFormat(prairielearn, unjudged_prairielearn),
    "classroom50": PlatformFormat(classroom50, unjudged_classroom50),
    "github": PlatformFormat(github, unjudged_github),
    "github-summary": PlatformFormat(github_summary, unjudged_github_summary),
    "github-classroom": PlatformFormat(github_classroom, unjudged_github_classroom),
    "submitty": PlatformFormat(submitty, unjudged_submitty),
}

RESULT_FORMATS = ("json", *PLATFORM_FORMATS)
"""What the file of --json can have in it."""
