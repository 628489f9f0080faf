"""Why a condition holds for a hub or does not (NF1)."""

from datetime import UTC, datetime
from fractions import Fraction

import pytest
from attrs import evolve

from chfw_core.rules.meaning.explain import decisive_leaves, explain_condition, show_value
from chfw_core.rules.model import Always
from tests.core.rules.support import HUB, condition, context, reader


def _decisive(when: str) -> list[str]:
    return [result.leaf.text for result in decisive_leaves(condition(when), reader(), context())]


@pytest.mark.parametrize(
    ("when", "decisive"),
    [
        ("split and flags has 'psr'", ["flags has 'psr'"]),
        ("split and flags has 'prepay'", ["split", "flags has 'prepay'"]),
        ("split or flags has 'psr'", ["split"]),
        ("flags has 'psr' or not split", ["flags has 'psr'", "split"]),
        ("not (split and flags has 'psr')", ["flags has 'psr'"]),
        ("(split and flags has 'psr') and flags has 'prepay'", ["flags has 'psr'"]),
    ],
)
def test_the_leaves_that_decide_are_told_from_the_others(when: str, decisive: list[str]) -> None:
    assert _decisive(when) == decisive


def test_every_leaf_is_shown_with_the_values_that_were_read() -> None:
    when = "firmware_version < release.firmware_version and installed_on < today - 180 days and guid is missing"
    assert [result.text for result in explain_condition(condition(when), reader(), context())] == [
        (
            "`firmware_version < release.firmware_version` holds: "
            "firmware_version is 0D020000, release.firmware_version is 0D050002"
        ),
        "`installed_on < today - 180 days` does not hold: installed_on is 2025-12-20, today - 180 days is 2025-07-19",
        "`guid is missing` does not hold: guid is 88-73-84-90-6A-10-02-DB",
    ]


def test_a_missing_value_is_said_to_be_missing() -> None:
    hub = evolve(HUB, configuration_set=None)
    (result,) = explain_condition(condition("configuration_set == 'CS-1'"), reader(hub), context())
    assert result.text == "`configuration_set == 'CS-1'` does not hold: configuration_set is missing"


def test_what_always_holds_has_no_leaves() -> None:
    assert explain_condition(Always(), reader(), context()) == ()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (False, "false"),
        (Fraction(1, 4), "0.25"),
        (frozenset(), "none"),
        (frozenset({"b", "a"}), "a, b"),
        (datetime(2026, 1, 1, tzinfo=UTC), "2026-01-01T00:00:00Z"),
        (5, "5"),
    ],
)
def test_a_value_is_shown_as_its_owner_writes_it(value: object, text: str) -> None:
    assert show_value(value) == text
