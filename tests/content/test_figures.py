"""The figures that the notes print, recomputed."""

from grader import catalog
from grader.catalog.errata import ERRATA
from grader.reference.figures import figures


def test_the_errata_are_exactly_the_printed_figures_that_are_off() -> None:
    off = {
        (each.exercise, each.source, each.quantity)
        for exercise in catalog.every()
        for each in figures(exercise)
        if each.is_off
    }
    assert off == set(ERRATA)


def test_every_note_that_prints_figures_is_among_the_examples() -> None:
    sources = {each.source[:3] for exercise in catalog.every() for each in figures(exercise)}
    assert sources == {"001", "002", "003", "004"}
