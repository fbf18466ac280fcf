"""What an instructor does with a package, platform by platform."""

from __future__ import annotations

from pathlib import Path

from grader.platforms.packages import Plan
from grader.text.numbers import points


def advice(platform: str, target: Path, plan: Plan) -> str:
    """What to do with a package, and with how many points."""
    total = points(plan.points)
    return {
        "gradescope": f"Upload {target} under Configure Autograder, and set the assignment's points to {total}: "
        "Gradescope wants exactly their sum. Its defaults of 768 MB and 10 minutes are enough.",
        "prairielearn": f"Build the image in {target}/image as {plan.image}, for linux/amd64, and push it to Docker "
        f"Hub. Copy {target}/questions into the course, and sync. Each question is one exercise.",
        "classroom50": f"Copy what is in {target} to CLASSROOM/autograders/ASSIGNMENT/ of your classroom50 repository. "
        f"The assignment has {total} points. Students can read all of that, so no seed is a secret there.",
        "github": f"Copy what is in {target} into the repository that students start from, beside the exercises/ of a "
        "handout. They can change it there: it tells them where they are, and is no examination.",
        "submitty": f"Build the image in {target}/image as {plan.image} where your Submitty finds it. {target}/config "
        f"is the gradeable's configuration, of {total} points.",
    }[platform]
