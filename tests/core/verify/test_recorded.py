"""Explicit instructions: which row stands, what it is worth against the rules."""

from typing import Any

import pyarrow as pa
import pytest

from chfw_core.planning.verify import Check
from chfw_core.rules.model import (
    Always,
    DateExpr,
    DecideRule,
    DecideThen,
    ExcludeRule,
    HoldRule,
    LeafOp,
    RuleSet,
    UntilDate,
)
from tests.core.verify.worlds import (
    AS_OF,
    Row,
    default,
    found,
    hub,
    inputs,
    instruct,
    instructions,
    leaf,
    leave,
    on,
    planned,
    utc,
    verdict,
)

RULES = RuleSet(owner="A", decides=(instruct("may", opens="2026-05-04", closes="2026-05-10"),))


def said(guid: int, party: str = "A", role: str = "import", **fields: Any) -> Row:
    usual = {"opens": utc("2026-03-02T00:00"), "closes": utc("2026-03-04T00:00")}
    received = {"received_at": utc("2026-01-10T00:00")}
    return {"guid": guid, "party": party, "role": role} | usual | received | fields


def march(guid: int, basis: str = "SOLE_SUPPLIER", **more: Any) -> Row:
    return planned(guid, basis, "2026-03-02T00:00", "2026-03-03T00:00", "2026-03-02", **more)


def may(guid: int, **more: Any) -> Row:
    times = ("2026-05-03T23:00", "2026-05-04T23:00", "2026-05-04")
    return planned(guid, "SOLE_SUPPLIER", *times, import_rule="may", **more)


def check(rows: list[Row], recorded: pa.Table, *rulesets: RuleSet, **changes: Any) -> dict[Check, int]:
    hubs = [hub(1, "A")]
    return found(verdict(inputs(*rulesets, **changes), hubs, rows, recorded))


def test_an_explicit_instruction_replaces_the_rules_and_names_none() -> None:
    table = instructions(said(1))
    assert check([march(1)], table, RULES) == {}
    assert Check.RULE in check([march(1, import_rule="may")], table, RULES)
    assert check([may(1)], table, RULES) != {}


@pytest.mark.parametrize(
    "refused",
    [
        {"received_at": utc("2026-01-16T00:00")},
        {"party": "B"},
        {"role": "gas"},
        {"closes": None},
        {"opens": None},
        {"closes": utc("2026-03-02T00:00")},
        {"opens": utc("2026-07-05T00:00"), "closes": utc("2026-07-06T00:00")},
        {"guid": 2},
        {"rule": "may"},
    ],
)
def test_a_row_that_does_not_count_changes_nothing(refused: dict[str, Any]) -> None:
    assert check([may(1)], instructions(said(1) | refused), RULES) == {}


def test_a_withdrawal_needs_no_times_and_stops_the_rules() -> None:
    later = utc("2026-01-11T00:00")
    gone = said(1, action="withdraw", opens=None, closes=None, received_at=later)
    assert check([default(1)], instructions(said(1), gone), RULES) == {}
    assert check([march(1)], instructions(gone, said(1, received_at=AS_OF)), RULES) == {}


def test_at_equal_times_a_withdrawal_then_the_later_opening_then_the_later_close() -> None:
    one = said(1)
    two = said(1, opens=utc("2026-03-03T00:00"))
    three = said(1, opens=utc("2026-03-03T00:00"), closes=utc("2026-03-03T12:00"))
    gone = said(1, action="withdraw")
    row = planned(1, "SOLE_SUPPLIER", "2026-03-03T00:00", "2026-03-04T00:00", "2026-03-03")
    assert check([row], instructions(two, one, three)) == {}
    assert check([row], instructions(three, one, two)) == {}
    assert check([default(1)], instructions(gone, one, two)) == {}


def test_a_late_instruction_is_refused_and_the_former_stands() -> None:
    late = said(1, received_at=utc("2026-06-05T00:00"), opens=utc("2026-06-20T00:00"))
    plan: dict[str, Any] = {"as_of": utc("2026-06-10T00:00")}
    longer = {"closes": utc("2026-06-25T00:00")}
    row = planned(1, "SOLE_SUPPLIER", "2026-06-10T23:00", "2026-06-11T23:00", "2026-06-11")
    assert check([row], instructions(said(1) | longer, late | longer), **plan) == {}
    # 2026-06-04T23:00Z is the cut-off: "no later than" includes it.
    in_time = late | longer | {"received_at": utc("2026-06-04T23:00")}
    row = planned(1, "SOLE_SUPPLIER", "2026-06-20T00:00", "2026-06-20T23:00", "2026-06-20")
    assert check([row], instructions(said(1) | longer, in_time), **plan) == {}


def test_a_rule_s_own_row_stands_after_the_cut_off_with_its_rule() -> None:
    row = said(1, rule="may", opens=utc("2026-06-20T00:00"), closes=utc("2026-06-22T00:00"))
    times = ("2026-06-20T00:00", "2026-06-20T23:00", "2026-06-20")
    got = planned(1, "SOLE_SUPPLIER", *times, import_rule="may")
    assert check([got], instructions(row), RULES, as_of=utc("2026-06-10T00:00")) == {}


def test_a_period_wholly_past_lapses() -> None:
    past = said(1, opens=utc("2026-01-12T00:00"), closes=utc("2026-01-16T00:00"))
    assert check([default(1)], instructions(past), RULES) == {}


def test_an_excluded_hub_s_instruction_is_refused() -> None:
    rules = RuleSet(
        owner="A",
        excludes=(ExcludeRule(id="no", because="b", when=leaf("csp_region", LeafOp.EQ, "South")),),
        decides=RULES.decides,
    )
    assert check([default(1, import_rule="no")], instructions(said(1)), rules) == {}


def test_a_date_hold_moves_an_explicit_opening_or_decides() -> None:
    def held(day: str) -> RuleSet:
        until = UntilDate(date=on(day))
        hold = HoldRule(id="wait", because="b", when=Always(), until=until)
        return RuleSet(owner="A", holds=(hold,), decides=RULES.decides)

    row = planned(1, "SOLE_SUPPLIER", "2026-03-03T00:00", "2026-03-04T00:00", "2026-03-03")
    assert check([row], instructions(said(1)), held("2026-03-03")) == {}
    assert check([default(1, import_rule="wait")], instructions(said(1)), held("2026-03-04")) == {}


def test_a_party_in_both_roles_may_name_either() -> None:
    for role in ("import", "gas"):
        answer = verdict(inputs(), [hub(1, "A", "A")], [march(1)], instructions(said(1, role=role)))
        assert found(answer) == {}


def test_a_split_hub_needs_both_and_each_role_its_own() -> None:
    hubs = [hub(1, "A", "B")]
    both = instructions(said(1), said(1, "B", "gas"))
    assert found(verdict(inputs(), hubs, [march(1, "BOTH_SUPPLIERS")], both)) == {}
    crossed = instructions(said(1, role="gas"), said(1, "B", "import"))
    assert found(verdict(inputs(), hubs, [default(1)], crossed)) == {}
    assert Check.BASIS in found(verdict(inputs(), hubs, [march(1, "BOTH_SUPPLIERS")], crossed))


def test_a_rule_sees_that_the_other_has_instructed() -> None:
    follow = RuleSet(
        owner="A",
        decides=(
            instruct("follow", leaf("other_supplier_instructed", LeafOp.EQ, True)),
            leave("wait"),
        ),
    )
    hubs = [hub(1, "A", "B"), hub(2, "A", "B")]
    rows = [march(1, "BOTH_SUPPLIERS", import_rule="follow"), default(2, import_rule="wait")]
    assert found(verdict(inputs(follow), hubs, rows, instructions(said(1, "B", "gas")))) == {}


def test_what_stood_stays_where_the_dcc_moves_the_date() -> None:
    moved = RuleSet(
        owner="DCC",
        decides=(
            DecideRule(
                id="sooner",
                because="b",
                when=Always(),
                then=DecideThen.MOVE_AUTOMATIC_DATE,
                to=on("2026-06-01"),
            ),
        ),
    )
    plan: dict[str, Any] = {"as_of": utc("2026-05-20T00:00")}
    # Received after the moved cut-off (1 May), before the former one.
    row = said(1, received_at=utc("2026-05-10T00:00"), opens=utc("2026-05-25T00:00"))
    row["closes"] = utc("2026-06-20T00:00")
    times = ("2026-05-25T00:00", "2026-05-25T23:00", "2026-05-25")
    assert check([planned(1, "SOLE_SUPPLIER", *times)], instructions(row), moved, **plan) == {}
    # Rules that are read after the moved cut-off leave to the DCC, at the moved date.
    times = ("2026-05-31T23:00", "2026-06-01T23:00", "2026-06-01")
    late = planned(1, "DCC_DEFAULT", *times, import_rule="may")
    rules = RuleSet(owner="A", decides=(instruct("may", closes=DateExpr(base="cutoff")),))
    assert check([late], instructions(), moved, rules, **plan) == {}


def test_rows_alike_but_for_their_rule_stand_in_an_order_of_their_own() -> None:
    times: Row = {"opens": utc("2026-06-20T00:00"), "closes": utc("2026-06-22T00:00")}
    own, one, two = (said(1, rule=rule, **times) for rule in (None, "a", "b"))
    row = planned(1, "SOLE_SUPPLIER", "2026-06-20T00:00", "2026-06-20T23:00", "2026-06-20")
    plan: dict[str, Any] = {"as_of": utc("2026-06-10T00:00")}
    for table in (instructions(own, one, two), instructions(two, one, own)):
        assert check([row], table, **plan) == {}
    for table in (instructions(one, two), instructions(two, one)):
        assert check([row | {"import_rule": "b"}], table, **plan) == {}
