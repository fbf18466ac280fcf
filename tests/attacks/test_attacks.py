"""Every attack gets exactly as far as the table says, and at the level "full" nowhere."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from itertools import groupby

import pytest

from tests.attacks.attack import FILES, every
from tests.attacks.measure import COLUMNS, Column, Outcomes, measure, obstacle
from tests.attacks.runner import Outcome
from tests.attacks.table import STOPPED, TABLE, cell, committed
from tests.attacks.unprivileged import NoReadablePythonError
from tests.proof import cannot_run, not_proved

linux = pytest.mark.skipif(sys.platform != "linux", reason="the attacks are on Linux")

ATTACKS = {attack.name: attack for attack in every()}


KINDS = {kind: [*alike] for kind, alike in groupby(ATTACKS.values(), lambda attack: attack.name[0])}
"""The attacks by what their names begin with: 1 for those on time, f for folders."""

ONE_IN = 4
"""Of how many attacks one is tried at "process", where each starts an interpreter: there least is promised."""


def tried(column: Column, kind: str) -> list[str]:
    """The attacks of a kind that are looked at in a column; at "process" others for root than for a user."""
    chosen = [*ATTACKS.values()]
    if column.level == "process":
        chosen = chosen[0 if column.user == "root" else ONE_IN // 2 :: ONE_IN]
    if column.level != "full":
        chosen = [each for each in chosen if column.level not in each.varies and not each.undetectable]
    return [attack.name for attack in KINDS[kind] if attack in chosen]


@dataclass(frozen=True)
class Measured:
    """What attacks have reached; and why an unprivileged user's weren't tried, if so."""

    outcomes: Outcomes
    untried: str = ""


@pytest.fixture(scope="session")
def measured(request: pytest.FixtureRequest) -> Measured:
    """What every selected attack reaches, measured before the first is looked at."""
    names: dict[Column, list[str]] = {}
    for item in request.session.items:
        if isinstance(item, pytest.Function) and item.originalname == MEASURED:
            column, kind = item.callspec.params["column"], item.callspec.params["kind"]
            assert isinstance(column, Column)
            names.setdefault(column, []).extend(tried(column, str(kind)))
    try:
        return Measured(measure(names))
    except NoReadablePythonError as error:
        return Measured(measure({column: names[column] for column in names if column.user == "root"}), str(error))


@linux
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_an_attack_gets_as_far_as_the_table_says(kind: str, column: Column, measured: Measured) -> None:
    if why := obstacle(column):
        not_proved(why)
    if measured.untried and column.user == "user":
        cannot_run(measured.untried)
    found = [measured.outcomes[name, column] for name in tried(column, kind)]
    assert [each for each in found if not _is_as_the_table_says(each, column)] == []


def _is_as_the_table_says(outcome: Outcome, column: Column) -> bool:
    attack = ATTACKS[outcome.name]
    if outcome.effects:
        return column.level != "full" and committed()[attack.name][column] == cell(attack, column, got_through=True)
    if not attack.undetectable and committed()[attack.name][column] != cell(attack, column, got_through=False):
        return False
    return outcome.status in attack.statuses and bool(re.search(attack.says, outcome.text))


MEASURED = test_an_attack_gets_as_far_as_the_table_says.__name__


def test_the_table_has_every_attack_and_no_other() -> None:
    assert list(committed()) == [attack.name for attack in ATTACKS.values() if not attack.undetectable]
    text = TABLE.read_text(encoding="utf-8")
    assert not [attack.name for attack in ATTACKS.values() if f"| {attack.name} | {attack.purpose} |" not in text]


def test_at_full_the_table_says_stopped_everywhere() -> None:
    for row in committed().values():
        assert {row[column] for column in COLUMNS if column.level == "full"} == {STOPPED}


def test_there_are_enough_of_them() -> None:
    assert len(list(FILES.glob("*.py"))) >= 60


def test_an_attack_says_what_it_tries_and_what_must_happen() -> None:
    for attack in ATTACKS.values():
        assert "; must " in attack.purpose or attack.undetectable, attack.name
        assert attack.purpose.endswith("."), attack.name
        assert len(attack.purpose) <= 120, attack.name
