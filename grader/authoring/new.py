"""The two files that a new exercise begins with."""

from __future__ import annotations

import re
from pathlib import Path
from string import Template

from grader import catalog
from grader.authoring.sync import write
from grader.catalog.spec_files import outside_files

SPEC = Template('''\
"""$title."""

from grader.exercise import Edge, Example, Exercise, Input, Output, Tensor


def forward(x: Tensor) -> Tensor:
    return x * 2  # TODO: the forward, in torch


exercise = Exercise(
    title="$title",
    source="beyond the notes",
    statement="TODO: what the forward computes and what to return, in plain text that needs no rendering.",
    formula=r"z = 2x",  # TODO: the same in LaTeX
    inputs=(Input("x"),),
    out=Output("z"),
    gradients=("dx",),
    forward=forward,
    examples=(Example("beyond the notes, with numbers of ours", {"x": [1, -2, 3]}, dout=[2, -1, 5]),),
    # TODO: zero, very large, ties: where a formula can fail
    edges=(Edge("x at 0", {"x": [0, 0]}, dout=[2, -3], holds=lambda dout, x: bool((x == 0).all())),),
    # TODO: the backward as textbooks write it, a line for each gradient; other ways of writing it below a blank line
    textbook="""
        dx = dout * 2
    """,
    # TODO: at least four mistakes that people really make, each with its lines, what it claims, and a hint
    mistakes="""
        upstream-ignored: dx = 0 * x + 2
            dx is the local gradient alone: there is no dout in it.
            The local gradient says how z follows x. What does the loss do?
    """,
    hints=("TODO: where to look.", "TODO: what to ask there.", "TODO: nearly the answer, without code."),
    points=2,
)
''')

SOLUTION = Template('''\
"""$title."""

import numpy as np


def ${name}_forward(x):
    """z = 2x, element by element."""  # TODO: the forward, in NumPy
    z = 2 * x
    cache = x
    return z, cache


def ${name}_backward(dout, cache):
    """The gradient of the loss with respect to x.

    dout: upstream gradient, the shape of x.
    Returns dx, the shape of x.
    """
    return 2 * dout  # TODO: the backward, in NumPy
''')


LEAST_OUTSIDE = 101
"""The first number from outside: the project's own exercises, of this release and the next ones, have smaller ones."""


def begin(root: Path, name: str, chapter: str) -> tuple[Path, Path]:
    """Writes a spec and a solution for a new exercise of the project in `root`, with the number after all others.

    Raises ValueError where there is no catalogue, and for a name that is taken or isn't in snake_case.
    """
    if not (root / "grader" / "catalog").is_dir():
        raise ValueError(
            f"there is no grader/catalog in {root}; a new exercise begins in a checkout of the project, or in a folder "
            "of your own: --catalog DIR"
        )
    number = max(catalog.spec_file(each).number for each in catalog.own_names()) + 1
    return _written(name, chapter, number, root / "grader" / "catalog", root / "solutions")


def begin_outside(home: Path, name: str, chapter: str) -> tuple[Path, Path]:
    """The same in an outside catalogue, which there need not be yet."""
    there = [each.number for each in outside_files(home)]
    return _written(name, chapter, max([LEAST_OUTSIDE - 1, *there]) + 1, home / "specs", home / "solutions")


def _written(name: str, chapter: str, number: int, specs: Path, solutions: Path) -> tuple[Path, Path]:
    for each in (name, chapter):
        if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", each):
            raise ValueError(f"{each!r} is no name in snake_case")
    taken = catalog.names() | {each.name: each.module for each in outside_files(specs.parent)}
    if name in taken:
        raise ValueError(f"there is an exercise {name} already: {taken[name]}")
    if name in catalog.chapters():
        raise ValueError(f"there is a chapter {name}; an exercise needs a name of its own")
    paths = tuple(folder / f"ex{number}_{name}.py" for folder in (specs / chapter, solutions))
    for path, template in zip(paths, (SPEC, SOLUTION), strict=True):
        write(path, template.substitute(name=name, title=name.replace("_", " ").capitalize()))
    return paths[0], paths[1]
