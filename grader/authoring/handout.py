"""The folder that an instructor gives to students: stubs, a README, and what installs the grader; nothing to hide."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from string import Template

from grader import catalog
from grader.authoring.sync import write
from grader.authoring.wheels import WheelError, wheel, write_stubs
from grader.text.language import ENGLISH, SETTING

README = Path(__file__).with_name("student_readme.md")
"""In English; one in German is called `student_readme.de.md`, and a language that has none gets this one."""

VSCODE = {
    "python.testing.pytestEnabled": True,
    "python.testing.unittestEnabled": False,
    "python.testing.pytestArgs": ["grader"],
}
"""What makes the exercises an editor's tests."""

SETTINGS = {
    ".gitignore": ".venv/\n__pycache__/\n.pytest_cache/\n.handgrad/\n*.bak*\n",
    ".vscode/settings.json": json.dumps(VSCODE, indent=4) + "\n",
    "pytest.ini": """[pytest]
required_plugins = handgrad
""",
}
"""What makes the exercises an editor's tests, and a pytest of another environment say that it lacks the plug-in.

Git leaves out what isn't work: a .venv with PyTorch in it is more than GitHub takes.
"""


def devcontainer(install: str) -> str:
    """The container in which an editor, or Codespaces, opens the handout: everything is installed there with pip."""
    return (
        json.dumps(
            {
                "name": "Handgrad",
                "image": "mcr.microsoft.com/devcontainers/python:3.12",
                "postCreateCommand": f"pip install --extra-index-url https://download.pytorch.org/whl/cpu {install}",
                "customizations": {"vscode": {"extensions": ["ms-python.python"], "settings": VSCODE}},
            },
            indent=4,
        )
        + "\n"
    )


class HandoutError(RuntimeError):
    """Why a handout can't be made; a full sentence without its full stop."""


def hand_out(root: Path, target: Path, requirement: str = "", language: str = ENGLISH) -> None:
    """Makes the folder `target` for students, from the project or the installed package.

    They install `requirement` with pip ("handgrad==0.1.0"); without one, a wheel that is built here. Every
    command there speaks `language`. Raises HandoutError if `target` has files, or no wheel can be built.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise HandoutError(f"{target} is there already, and not empty; name a new folder")
    exercises = list(catalog.every())
    outside = [exercise for exercise in exercises if catalog.home(exercise.name)]
    if requirement and outside:
        raise HandoutError(
            f"exercises from outside, as {outside[0].name}, go into a wheel that is made here: without --install"
        )
    write_stubs(root, target / "exercises", exercises)
    for file, text in SETTINGS.items():
        write(target / file, text)
    if language != ENGLISH:
        write(target / "pytest.ini", f"{SETTINGS['pytest.ini']}{SETTING} = {language}\n")
    try:
        install = shlex.quote(requirement or f"./{wheel(root, target, exercises).name}")
    except WheelError as error:
        raise HandoutError(f"{error}; --install REQUIREMENT says what students install instead") from None
    write(target / ".devcontainer" / "devcontainer.json", devcontainer(install))
    own = README.with_suffix(f".{language}.md")
    text = (own if own.is_file() else README).read_text(encoding="utf-8")
    write(target / "README.md", Template(text).substitute(install=install))
