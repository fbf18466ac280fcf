"""A student's text may be anything; what is shown of it is short, and hides nothing beside it."""

from __future__ import annotations

import unicodedata
from types import SimpleNamespace

import pytest

from grader.text import quote

ACUTE = "\u0301"


@pytest.mark.parametrize("separator", ["\u2028", "\u2029"])
def test_a_separator_of_lines_or_paragraphs_does_not_break_a_line(separator: str) -> None:
    assert quote.line(f"one{separator}two") == "one?two"


@pytest.mark.parametrize("control", ["\n", "\r", "\0", "\x1b", "\x7f", "\u202e", "\u200b", "\ue000"])
def test_a_control_or_bidirectional_or_private_character_is_a_question_mark(control: str) -> None:
    assert quote.line(f"a{control}b") == "a?b"


def test_a_tab_is_four_spaces() -> None:
    assert quote.line("\tx") == "    x"


def test_letters_digits_and_signs_of_any_language_are_shown() -> None:
    assert quote.line("dσ/dx ≤ 1, 梯度 ☂") == "dσ/dx ≤ 1, 梯度 ☂"


def test_a_letter_carries_two_marks_and_no_third() -> None:
    assert quote.MAX_MARKS == 2
    assert quote.line(f"e{ACUTE * 2}x") == f"e{ACUTE * 2}x"
    assert quote.line(f"e{ACUTE * 3}x") == f"e{ACUTE * 2}x"


def test_marks_without_a_letter_are_counted_too() -> None:
    assert quote.line(f"{ACUTE * 3}x") == f"{ACUTE * 2}x"


def test_marks_are_counted_anew_on_each_letter() -> None:
    assert quote.line(f"e{ACUTE * 2}e{ACUTE * 2}") == f"e{ACUTE * 2}e{ACUTE * 2}"


def test_a_line_has_160_columns() -> None:
    assert quote.line("x" * 160) == "x" * 160
    assert quote.line("x" * 161) == "x" * 159 + "…"


def test_a_line_may_be_asked_to_be_shorter() -> None:
    assert quote.line("12345", 5) == "12345"
    assert quote.line("123456", 5) == "1234…"


def test_a_text_is_shown_up_to_so_many_lines_and_the_rest_is_counted() -> None:
    assert quote.lines("a\nb", most=2) == ("a", "b")
    assert quote.lines("a\nb\nc", most=2) == ("a", "b", "… 1 more lines")
    assert quote.lines("a\nb\nc\nd", most=2) == ("a", "b", "… 2 more lines")


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\v", "\f", "\x1c", "\x1e", "\x85", "\u2028", "\u2029"])
def test_whatever_ends_a_line_in_python_ends_one_here(end: str) -> None:
    assert quote.lines(f"a{end}b", most=9) == ("a", "b")


def test_empty_lines_count_inside_a_text_and_not_around_it() -> None:
    assert quote.lines("\n\na\n\nb\r\n", most=9) == ("a", "", "b")
    assert quote.lines("", most=9) == ()
    assert quote.lines("\n\n", most=9) == ()


def test_every_line_is_made_fit_to_be_shown() -> None:
    assert quote.lines("a\0\n" + "x" * 161, most=9) == ("a?", "x" * 159 + "…")


def test_a_line_is_read_no_further_than_it_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def category(each: str) -> str:
        read.append(each)
        return unicodedata.category(each)

    monkeypatch.setattr(quote, "unicodedata", SimpleNamespace(category=category))
    assert quote.line("a" * 10_000) == "a" * (quote.MAX_COLUMNS - 1) + "…"
    assert len(read) <= quote.MAX_COLUMNS + 1
