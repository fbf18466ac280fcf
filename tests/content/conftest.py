"""Where HANDGRAD_CATALOG names outside catalogues, their exercises are asked what every exercise has to be, alone."""

from __future__ import annotations

import pytest

from grader import catalog
from grader.catalog.spec_files import setting
from grader.exercise import Exercise


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what is asked of other exercises, and of the project."""
    if not setting():
        return
    outside = set(catalog.names()) - set(catalog.own_names())
    kept = [item for item in items if _exercise(item) in outside]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def _exercise(item: pytest.Item) -> str:
    """The name of the exercise that a test asks something of, or ""."""
    asked = getattr(item, "callspec", None)
    given = asked.params if asked else {}
    exercise = given.get("exercise", given.get("name", ""))
    return exercise.name if isinstance(exercise, Exercise) else str(exercise)
