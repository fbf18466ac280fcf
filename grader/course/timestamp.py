"""When something was handed in, as a student's folder says: a text that nobody vouches for."""

from __future__ import annotations

import re
import warnings
from contextlib import suppress
from datetime import datetime
from typing import Any

import dateutil.parser
import dateutil.tz
from nbgrader.utils import parse_utc

TIMESTAMP = "timestamp.txt"
MAX_TIMESTAMP = 1000
"""Bytes of it that are read: a time has thirty."""

NO_TIME = f"{TIMESTAMP} holds no date and time"
NO_ZONE = f"{TIMESTAMP} has a time zone that isn't known"

_ZONE = re.compile(r"[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+)*")
"""The name of a time zone, which leads to no file but the system's tables of zones."""

_TODAYS = datetime(2000, 1, 1), datetime(2001, 2, 2)
"""Days that stand in for what a text leaves out: what depends on them is no date."""


def moment_of(content: bytes) -> tuple[datetime | None, str]:
    """When something was handed in, in UTC, if that is said; and why it can't be told, or isn't certain, or ""."""
    try:
        text = content.decode("utf-8").strip()
        if not text:
            return None, ""
        found, *others = (_parsed(text, today) for today in _TODAYS)
    except Exception:
        # Whatever a student's text makes of dateutil: it isn't one error alone.
        return None, NO_TIME
    return (None, NO_TIME) if others != [found] else found


def _parsed(text: str, today: datetime) -> tuple[datetime, str]:
    """The same of a text; what it leaves out is as `today`. Raises ValueError, and whatever dateutil raises."""
    words, zones = text.split(" "), {}
    if len(words) == 3:
        # As in nbgrader, which writes so, the third may be the name of a place, or seconds.
        text, zones = f"{words[0]} {words[1]} TZ", {"TZ": _zone(words[2])}
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always", dateutil.parser.UnknownTimezoneWarning)
        moment = dateutil.parser.parse(text, default=today, tzinfos=zones)
    is_guess = bool(warned) or None in zones.values()
    return parse_utc(moment), NO_ZONE if is_guess else ""


def _zone(name: str) -> Any:
    """A time zone as dateutil takes it, None if it is unknown. Raises ValueError for what is no name."""
    if not _ZONE.fullmatch(name):
        # dateutil would read any file of this machine for it, however large.
        raise ValueError(name)
    with suppress(ValueError):
        return int(name)
    return dateutil.tz.gettz(name)
