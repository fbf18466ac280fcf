"""Gradescope's list of who has handed in which folder of its export."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any

import yaml

from grader.classes.collecting.archives import ArchiveError, Packed
from grader.classes.collecting.platform_names import Person, is_leftover

METADATA = "submission_metadata.yml"


@dataclass(frozen=True)
class Submitted:
    """Who handed in a folder, and when; `order` is larger for what is newer."""

    people: tuple[Person, ...]
    moment: str = ""
    order: int = 0


def submitted(files: Iterable[Packed]) -> Mapping[str, Submitted]:
    """Who has handed in which folder of an export, by the folder's name; of another archive nothing.

    Raises ArchiveError for a list that can't be read.
    """
    every = [each for each in files if not is_leftover(each.parts)]
    lists = [each for each in every if each.parts[-1] == METADATA]
    # In a folder of one student it would be that student's.
    found = next(
        (one for one in lists if all(each.parts[: len(one.parts) - 1] == one.parts[:-1] for each in every)), None
    )
    if found is None:
        return {}
    try:
        listed = yaml.load(found.read(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        return _by_address({str(folder): _submitted(str(folder), entry) for folder, entry in listed.items()})
    except (yaml.YAMLError, AttributeError, TypeError, ValueError, RecursionError):
        raise ArchiveError(f"its {found.path} isn't what Gradescope writes") from None


def _submitted(folder: str, entry: Mapping[str, Any]) -> Submitted:
    people = tuple(map(_person, entry.get(":submitters") or ())) or (Person(folder),)
    created = entry.get(":created_at")
    if not isinstance(created, datetime):
        return Submitted(people)
    moment = created.replace(tzinfo=timezone.utc) if created.tzinfo is None else created.astimezone(timezone.utc)
    return Submitted(people, f"{moment:%Y-%m-%d %H:%M:%S} UTC", int(moment.timestamp()))


def _by_address(folders: Mapping[str, Submitted]) -> Mapping[str, Submitted]:
    """The same, but that students who have one number are known by their addresses: each may have chosen it."""
    everyone = {person for each in folders.values() for person in each.people}
    times = Counter(person.known for person in everyone)
    return {
        folder: replace(each, people=tuple(_known(person, times[person.known] > 1) for person in each.people))
        for folder, each in folders.items()
    }


def _known(person: Person, by_address: bool) -> Person:
    return replace(person, known=person.email) if by_address and person.email else person


def _person(entry: Mapping[str, Any]) -> Person:
    name, number, email = (str(entry.get(field) or "").strip() for field in (":name", ":sid", ":email"))
    return Person(number or email, name, email)
