"""Pilots: candidates, sizes and shares, seats of strata, order within one (I10)."""

from typing import Any

import pytest

from chfw_core.engines.verify.pilots import fault_of
from chfw_core.model.guid import hash_key, keyed_hash
from chfw_core.planning.verify import Check
from chfw_core.rules.model import (
    Always,
    At,
    ExcludeRule,
    HoldRule,
    LeafOp,
    PilotRule,
    RuleSet,
    UntilDate,
    UntilManual,
)
from tests.core.verify.worlds import (
    Row,
    default,
    found,
    hub,
    inputs,
    instructions,
    leaf,
    leave,
    on,
    planned,
    release,
    utc,
    verdict,
)

SEED = "spring"


def order(guids: range) -> list[int]:
    return sorted(guids, key=lambda guid: keyed_hash(guid, hash_key(SEED)))


def pilot(size: int, **more: Any) -> PilotRule:
    at = At(opens=on("2026-02-02"), closes=on("2026-02-13"))
    given: dict[str, Any] = {"id": "first", "because": "b", "when": Always(), "at": at}
    return PilotRule(**(given | {"size": size, "seed": SEED} | more))


def rules(rule: PilotRule, owner: str = "A", **more: Any) -> RuleSet:
    return RuleSet(owner=owner, pilots=(rule,), decides=(leave("rest"),), **more)


def inside(guid: int) -> Row:
    times = ("2026-02-02T00:00", "2026-02-03T00:00", "2026-02-02")
    return planned(guid, "SOLE_SUPPLIER", *times, import_rule="first")


def schedule(hubs: list[Row], chosen: set[int]) -> list[Row]:
    out = {"import_rule": "rest"}
    return [inside(row["guid"]) if row["guid"] in chosen else default(row["guid"], **out) for row in hubs]


def check(plan_rules: RuleSet, hubs: list[Row], chosen: set[int], **plan: Any) -> dict[Check, int]:
    recorded = plan.pop("recorded", None)
    return found(verdict(inputs(plan_rules, **plan), hubs, schedule(hubs, chosen), recorded))


TEN = [hub(guid, "A") for guid in range(1, 11)]


def test_the_first_of_the_hash_order_are_in() -> None:
    first = order(range(1, 11))
    assert check(rules(pilot(3)), TEN, set(first[:3])) == {}
    assert check(rules(pilot(3)), TEN, {*first[:2], first[3]}) == {Check.PILOT_ORDER: 1}


def test_size() -> None:
    first = order(range(1, 11))
    assert check(rules(pilot(3)), TEN, set(first[:4])) == {Check.PILOT_SIZE: 1}
    assert check(rules(pilot(3)), TEN, set(first[:2])) == {Check.PILOT_QUOTA: 1}
    assert check(rules(pilot(30)), TEN, set(first)) == {}


def test_the_limit_of_the_release_is_shared_out() -> None:
    first = order(range(1, 11))
    small = release(pilot_limit=2)
    assert check(rules(pilot(3)), TEN, set(first[:2]), release=small) == {}
    answer = check(rules(pilot(3)), TEN, set(first[:3]), release=small)
    assert answer == {Check.PILOT_SIZE: 2}


def test_the_preferred_come_first() -> None:
    first = order(range(1, 11))
    hubs = [hub(guid, "A", flags="staff" if guid == first[9] else None) for guid in range(1, 11)]
    rule = pilot(3, prefer=leaf("flags", LeafOp.HAS_ANY, "staff"))
    assert check(rules(rule), hubs, {first[9], *first[:2]}) == {}
    assert check(rules(rule), hubs, set(first[:3])) == {Check.PILOT_ORDER: 1}


@pytest.mark.parametrize(
    ("more", "changes"),
    [
        ({"excludes": (ExcludeRule(id="no", because="b", when=Always()),)}, {}),
        ({"holds": (HoldRule(id="no", because="b", when=Always(), until=UntilManual()),)}, {}),
    ],
)
def test_an_excluded_or_held_hub_is_never_in(more: dict[str, Any], changes: dict[str, Any]) -> None:
    answer = check(rules(pilot(1), **more), TEN[:1], {1})
    assert answer[Check.PILOT_MEMBER] == 1
    row = default(1, import_rule="no")
    assert found(verdict(inputs(rules(pilot(1), **more)), TEN[:1], [row])) == {}


def test_a_hub_with_a_date_hold_is_no_candidate() -> None:
    until = UntilDate(date=on("2026-02-03"))
    hold = HoldRule(id="wait", because="b", when=leaf("flags", LeafOp.HAS_ANY, "f"), until=until)
    first = order(range(1, 11))
    hubs = [hub(guid, "A", flags="f" if guid == first[0] else None) for guid in range(1, 11)]
    assert check(rules(pilot(2), holds=(hold,)), hubs, set(first[1:3])) == {}
    answer = check(rules(pilot(2), holds=(hold,)), hubs, set(first[:2]))
    assert answer[Check.PILOT_MEMBER] == 1


def test_a_hub_outside_from_or_with_an_instruction_is_no_candidate() -> None:
    rule = pilot(1, when=leaf("csp_region", LeafOp.EQ, "North"))
    assert check(rules(rule), TEN[:1], {1})[Check.PILOT_MEMBER] == 1
    gone = instructions(
        {
            "guid": 1,
            "party": "A",
            "role": "import",
            "action": "withdraw",
            "received_at": utc("2026-01-10T00:00"),
        }
    )
    assert check(rules(pilot(1)), TEN[:1], {1}, recorded=gone)[Check.PILOT_MEMBER] == 1


def test_a_pilot_that_is_over_selects_nobody() -> None:
    over = pilot(1, at=At(opens=on("2026-01-02"), closes=on("2026-01-15")))
    assert check(rules(over), TEN[:2], set()) == {}


def test_a_split_hub_still_needs_the_other() -> None:
    hubs = [hub(1, "A", "B")]
    row = default(1, import_rule="first")
    assert found(verdict(inputs(rules(pilot(1))), hubs, [row])) == {}


def test_seats_follow_the_strata() -> None:
    hubs = [hub(guid, "A", csp_region="North" if guid <= 8 else "South") for guid in range(1, 13)]
    north, south = order(range(1, 9)), order(range(9, 13))
    rule = pilot(3, spread_by=("csp_region",))
    # 8 against 4: 8, then 4 against 8/3, then 8/3.
    assert check(rules(rule), hubs, {*north[:2], south[0]}) == {}
    assert check(rules(rule), hubs, set(north[:3])) == {Check.PILOT_QUOTA: 1}
    more = pilot(3, spread_by=("csp_region",), at_least=2)
    assert check(rules(more), hubs, {*north[:2], south[0]}) == {}
    assert check(rules(more), hubs, {north[0], *south[:2]}) == {Check.PILOT_QUOTA: 1}


@pytest.mark.parametrize(
    ("hubs", "seats", "at_least", "fair"),
    [
        ([6, 3, 1], [3, 2, 0], 0, True),
        ([6, 3, 1], [2, 2, 1], 0, False),
        ([6, 3, 1], [3, 1, 1], 0, True),  # a tie: 6/5 for a third, 3/3 and 1/1 for the next
        ([6, 3, 1], [3, 1, 1], 1, True),
        ([5, 5], [3, 2], 0, True),
        ([5, 5], [4, 1], 0, False),
        ([9, 2], [2, 2], 2, True),
        ([9, 2], [1, 2], 2, False),
        ([9, 2], [2, 1], 2, True),
        ([1, 9], [1, 9], 0, True),
    ],
)
def test_a_distribution_is_known_by_its_quotients(hubs: list[int], seats: list[int], at_least: int, fair: bool) -> None:
    assert (fault_of(hubs, seats, at_least) is None) is fair


def test_two_suppliers_share_in_proportion() -> None:
    a, b = rules(pilot(3)), rules(pilot(3), "B")
    hubs = [hub(guid, "A") for guid in range(1, 6)] + [hub(guid, "B") for guid in range(6, 11)]
    first, second = order(range(1, 6)), order(range(6, 11))

    def answer(mine: int, theirs: int) -> dict[Check, int]:
        rows = schedule(hubs, {*first[:mine], *second[:theirs]})
        return found(verdict(inputs(a, b, release=release(pilot_limit=4)), hubs, rows))

    assert answer(2, 2) == {}
    assert answer(3, 1) == {Check.PILOT_QUOTA: 1, Check.PILOT_SIZE: 1}
    assert answer(3, 2) == {Check.PILOT_SIZE: 2}
    assert answer(2, 1) == {Check.PILOT_QUOTA: 1}
    # A pilot without a candidate asks for nothing.
    hubs = hubs[5:]
    assert answer(0, 3) == {}
