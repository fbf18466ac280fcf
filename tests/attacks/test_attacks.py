"""Every attack gets exactly as far as the table says, and at the level "full" nowhere."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass

import pytest

from tests.attacks.attack import FILES, every
from tests.attacks.measure import COLUMNS, Column, Outcomes, measure, obstacle
from tests.attacks.runner import Outcome
from tests.attacks.table import STOPPED, TABLE, cell, committed
from tests.attacks.unprivileged import NoReadablePythonError
from tests.proof import cannot_run, not_proved

linux = pytest.mark.skipif(sys.platform != "linux", reason="the attacks are on Linux")

ATTACKS = {attack.name: attack for attack in every()}


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
            column, name = item.callspec.params["column"], item.callspec.params["name"]
            assert isinstance(column, Column)
            names.setdefault(column, []).append(str(name))
    try:
        return Measured(measure(names))
    except NoReadablePythonError as error:
        return Measured(measure({column: names[column] for column in names if column.user == "root"}), str(error))


def outcome_of(measured: Measured, name: str, column: Column) -> Outcome:
    if why := obstacle(column):
        not_proved(why)
    if measured.untried and column.user == "user":
        cannot_run(measured.untried)
    return measured.outcomes[name, column]


@linux
@pytest.mark.parametrize("name", ATTACKS)
@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_an_attack_gets_as_far_as_the_table_says(name: str, column: Column, measured: Measured) -> None:
    attack, outcome = ATTACKS[name], outcome_of(measured, name, column)
    if column.level == "full":
        assert not outcome.effects, outcome
    if column.level in attack.varies:
        return
    if not attack.undetectable:
        assert committed()[name][column] == cell(attack, column, bool(outcome.effects)), outcome
    if not outcome.effects:
        assert outcome.status in attack.statuses, outcome
        assert re.search(attack.says, outcome.text), outcome


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


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_says_what_it_tries_and_what_must_happen(name: str) -> None:
    purpose = ATTACKS[name].purpose
    assert "; must " in purpose or ATTACKS[name].undetectable
    assert purpose.endswith(".")
    assert len(purpose) <= 120
