"""The figures that the notes print, recomputed."""

import re

import pytest

from grader import catalog
from grader.authoring.chapter_notebook import NOTES
from grader.catalog.errata import ERRATA
from grader.exercise import Exercise
from grader.reference.figures import figures
from tests.content.exercises import EXERCISES


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_errata_are_exactly_the_printed_figures_that_are_off(exercise: Exercise) -> None:
    off = {(each.exercise, each.source, each.quantity) for each in figures(exercise) if each.is_off}
    assert off == {each for each in ERRATA if each[0] == exercise.name}, "see grader/catalog/errata.py"


@pytest.mark.parametrize("exercise", EXERCISES)
def test_a_note_that_an_exercise_follows_has_its_title(exercise: Exercise) -> None:
    sources = [exercise.source, *(example.source for example in exercise.examples)]
    named = {note for source in sources for note in re.findall(r"\b\d{3}\b", source)}
    assert named <= set(NOTES), "NOTES in grader/authoring/chapter_notebook.py has the titles"


def test_the_errata_name_exercises_that_there_are() -> None:
    assert {exercise for exercise, _, _ in ERRATA} <= set(catalog.names())


def test_every_note_that_prints_figures_is_among_the_examples() -> None:
    sources = {each.source[:3] for exercise in catalog.every() for each in figures(exercise)}
    assert sources >= {"001", "002", "003", "004"}
