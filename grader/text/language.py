"""What students read, in the language of the run: English, or one that has a catalogue in `languages/`.

A message is a whole sentence with named places. English is what stands in the code, and is looked up nowhere.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gettext import NullTranslations

VARIABLE = "HANDGRAD_LANGUAGE"
"""The environment variable that says the language; processes that are started inherit it."""

SETTING = "handgrad_language"
"""What names the language in the pytest.ini of a handout."""

ENGLISH = "en"
DOMAIN = "handgrad"
CATALOGUES = Path(__file__).parent / "languages"

COUNTS = 200
"""Which form is said of a number, every language tells by the numbers below, or by the last two digits."""

_TEXT = r'("(?:[^"\\]|\\.)*")'
_IN_SCRIPT = re.compile(rf"\bsay(?:With|Many)?\({_TEXT}(?:, {_TEXT})?")


class LanguageError(ValueError):
    """There is no such language; a sentence without its full stop."""


def language() -> str:
    """The language of the run; never the machine's, for what a class is told must not depend on that."""
    return os.environ.get(VARIABLE) or ENGLISH


def speak(name: str) -> None:
    """Makes it the language of the run, and of all that it starts. Raises LanguageError if there is no such one."""
    if name not in languages():
        raise LanguageError(f"there is no language {name!r}, but {', '.join(languages())}")
    os.environ[VARIABLE] = name


def choose(name: str | None, settings: Path | None = None) -> None:
    """Makes `name` the language of the run, or else the variable's, or that of the settings of a folder of exercises.

    Raises ValueError if there is no such language.
    """
    if name:
        speak(name)
    elif os.environ.get(VARIABLE):
        try:
            speak(language())
        except ValueError as error:
            raise ValueError(f"{VARIABLE}: {error}") from None
    elif settings and (written := _written(settings)):
        speak(written)


def _written(settings: Path) -> str:
    """The language that a pytest.ini names, if it can be read and does."""
    from configparser import ConfigParser, Error

    found = ConfigParser(interpolation=None)
    try:
        found.read(settings, encoding="utf-8")
    except (Error, UnicodeDecodeError, OSError):
        return ""
    return found.get("pytest", SETTING, fallback="").strip()


def follow(name: str) -> None:
    """Makes it the language of the run, unless it is. Raises LanguageError."""
    if name != language():
        speak(name)


def preferred(course: str) -> str:
    """The language that was asked for; if none was, that of a course's settings."""
    return os.environ.get(VARIABLE) or course or ENGLISH


@contextmanager
def speaking(name: str) -> Iterator[None]:
    """Makes it the language of the run for a while. Raises LanguageError."""
    before = os.environ.get(VARIABLE)
    speak(name)
    try:
        yield
    finally:
        if before is None:
            del os.environ[VARIABLE]
        else:
            os.environ[VARIABLE] = before


def languages() -> list[str]:
    """The languages that there are."""
    return [ENGLISH, *sorted(each.parent.parent.name for each in CATALOGUES.glob(f"*/LC_MESSAGES/{DOMAIN}.mo"))]


def say(message: str, /, **places: object) -> str:
    """A message in the language of the run, its places filled; what no catalogue has, an instructor's, as it is."""
    if message and (name := language()) != ENGLISH:
        message = _catalogue(name).gettext(message)
    return message.format(**places) if places else message


def say_many(one: str, many: str, count: int, /, **places: object) -> str:
    """A message that is said otherwise of one thing than of several; its places may name `count`."""
    if (name := language()) != ENGLISH:
        message = _catalogue(name).ngettext(one, many, count)
    else:
        message = one if count == 1 else many
    return message.format(count=count, **places)


def later(message: str) -> str:
    """A message as it is, that `say` gets later: so it is found for the catalogues."""
    return message


def listed(names: Sequence[str]) -> str:
    """Names in a sentence: "da, db and dc"."""
    if len(names) < 2:
        return "".join(names)
    return say("{first} and {last}", first=", ".join(names[:-1]), last=names[-1])


def said_in(script: str) -> list[str | tuple[str, str]]:
    """The messages of a page's script; of a plural both forms."""
    import json

    found = ([json.loads(each) for each in pair if each] for pair in _IN_SCRIPT.findall(script))
    return [each[0] if len(each) == 1 else (each[0], each[1]) for each in found]


def table(script: str) -> dict[str, Any]:
    """What a script's messages are in the language of the run: of a plural its forms, and which one goes with a number.

    English needs none.
    """
    if language() == ENGLISH:
        return {}
    said = said_in(script)
    plain = {each: say(each) for each in said if isinstance(each, str)}
    return plain | {each[0]: _forms(*each) for each in said if isinstance(each, tuple)}


def _forms(one: str, many: str) -> dict[str, Any]:
    said = [_catalogue(language()).ngettext(one, many, count) for count in range(COUNTS)]
    forms = list(dict.fromkeys(said))
    return {"forms": forms, "of": "".join(str(forms.index(each)) for each in said)}


@cache
def _catalogue(name: str) -> NullTranslations:
    import gettext

    return gettext.translation(DOMAIN, CATALOGUES, [name], fallback=True)
