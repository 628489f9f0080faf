"""Pools, infeasible hubs, and the order in which hubs of a class take days."""

from datetime import date, timedelta
from typing import Any

import pytest

from chfw_core.errors import InputError
from chfw_core.model.guid import hash_key, keyed_hash
from chfw_core.planning.verify import Check
from chfw_core.rules.model import LeafOp, PriorityRule, RuleSet
from tests.core.verify.worlds import (
    Row,
    default,
    found,
    hub,
    inputs,
    instruct,
    leaf,
    planned,
    release,
    utc,
    verdict,
    without_day,
)

GUIDS = sorted(range(1, 8), key=lambda guid: keyed_hash(guid, hash_key("R1")))
"""Seven hubs in hash order."""


def on_day(guid: int, day: str, **more: Any) -> Row:
    start = utc(f"{day}T00:00")
    end = start + timedelta(days=1)
    row = planned(guid, "SOLE_SUPPLIER", f"{day}T00:00", f"{day}T00:00", day, import_rule="go")
    return row | {"window_closes": end} | more


def two_days(*more: PriorityRule) -> RuleSet:
    rule = instruct("go", opens="2026-03-02", closes="2026-03-03")
    return RuleSet(owner="A", decides=(rule,), priorities=more)


FULL = release(capacity={"South": 2})
LEFT = "infeasible"


def check(rows: list[Row], *rulesets: RuleSet, hubs: list[Row] | None = None, **plan: Any) -> dict[Check, int]:
    given = hubs or [hub(int(row["guid"]), "A") for row in rows]
    return found(verdict(inputs(*rulesets, **({"release": FULL} | plan)), given, rows))


def five(*days: str | None) -> list[Row]:
    rows = []
    for guid, day in zip(GUIDS, days, strict=False):
        row = without_day(guid, LEFT, import_rule="go") if day is None else on_day(guid, day)
        rows.append(row)
    return rows


ONE, TWO = "2026-03-02", "2026-03-03"


def test_full_days_in_hash_order_and_the_last_left_out() -> None:
    assert check(five(ONE, ONE, TWO, TWO, None), two_days()) == {}


def test_one_hub_too_many() -> None:
    answer = check(five(ONE, ONE, ONE, TWO, TWO), two_days())
    assert answer[Check.CAPACITY] == 1


def test_left_out_while_a_day_has_room() -> None:
    assert check(five(ONE, ONE, TWO, None, None), two_days()) == {Check.FREE_DAY: 2}


def test_later_while_an_earlier_day_has_room() -> None:
    assert check(five(ONE, TWO, TWO), two_days()) == {Check.EARLIEST: 2}


def test_hash_order_within_a_class() -> None:
    assert check(five(ONE, TWO, ONE, TWO, None), two_days()) == {Check.HASH_ORDER: 1}
    assert check(five(ONE, ONE, TWO, None, TWO), two_days()) == {Check.HASH_ORDER: 1}


def test_a_single_day_s_override_counts() -> None:
    over = {("South", date(2026, 3, 2)): 3}
    assert check(five(ONE, ONE, ONE, TWO, TWO), two_days(), capacity_overrides=over) == {}
    less = {("South", date(2026, 3, 2)): 0}
    assert check(five(TWO, TWO, None), two_days(), capacity_overrides=less) == {}


def test_overrides_limit_a_release_without_limits() -> None:
    less = {("South", date(2026, 3, 2)): 1}
    plan: dict[str, Any] = {"release": release(), "capacity_overrides": less}
    assert check(five(ONE, TWO), two_days(), **plan) == {}
    assert check(five(ONE, ONE), two_days(), **plan) == {Check.CAPACITY: 1}


def test_room_can_be_passed_on() -> None:
    wide = instruct("wide", leaf("flags", LeafOp.HAS_ANY, "w"), opens=ONE, closes="2026-03-04")
    rules = RuleSet(owner="A", decides=(wide, *two_days().decides))
    hubs = [hub(guid, "A", flags="w" if guid == GUIDS[0] else None) for guid in GUIDS[:5]]
    rows = five(ONE, ONE, TWO, TWO, None)
    rows[0] |= {"import_rule": "wide"}
    # The wide hub could go on the 4th and make room.
    answer = check(rows, rules, hubs=hubs)
    assert answer == {Check.MOST: 1}


def test_a_lower_priority_gives_way() -> None:
    urgent = PriorityRule(id="u", because="b", when=leaf("flags", LeafOp.HAS_ANY, "u"), priority=60)
    rules = two_days(urgent)

    def flagged(guid: int) -> list[Row]:
        return [hub(g, "A", flags="u" if g == guid else None) for g in GUIDS[:5]]

    rows = five(ONE, ONE, TWO, TWO, None)
    assert check(rows, rules, hubs=flagged(GUIDS[4])) == {Check.PRIORITY: 1}
    assert check(rows, rules, hubs=flagged(GUIDS[0])) == {}


def test_default_periods_fill_pools_too() -> None:
    guids = GUIDS[:3]
    rows = [default(guid) for guid in guids]
    hubs = [hub(guid) for guid in guids]
    assert check(rows, hubs=hubs)[Check.CAPACITY] == 1
    last = default(guids[2]) | {
        "window_opens": utc("2026-07-05T23:00"),
        "window_closes": utc("2026-07-06T23:00"),
        "day": date(2026, 7, 6),
    }
    assert check([*rows[:2], last], hubs=hubs) == {}


def test_a_region_without_a_capacity_is_an_error() -> None:
    with pytest.raises(InputError, match="North"):
        check([default(1)], hubs=[hub(1, csp_region="North")])
