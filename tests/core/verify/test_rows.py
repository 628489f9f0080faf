"""A world with every status and basis: its schedule is accepted, and each fault is named."""

from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest

from chfw_core.model.guid import format_guid
from chfw_core.planning.verify import PROVES, Check
from chfw_core.rules.model import (
    DateExpr,
    Duration,
    ExcludeRule,
    HoldRule,
    Leaf,
    LeafOp,
    Operand,
    RuleSet,
    UntilDate,
    UntilEvent,
)
from tests.core.verify.worlds import (
    NEW,
    NIGHTS,
    Row,
    changed,
    default,
    event,
    found,
    hub,
    inputs,
    instruct,
    leaf,
    leave,
    planned,
    utc,
    verdict,
    without_day,
)

CUTOFF = DateExpr(base="cutoff")
WITHIN_28 = Leaf(
    op=LeafOp.WITHIN_LAST,
    left=Operand(field="installed_on"),
    args=(Operand(value=Duration(days=28)),),
    fields=("installed_on",),
)
NWND = RuleSet(
    owner="NWND",
    excludes=(ExcludeRule(id="vulnerable", because="b", when=leaf("flags", LeafOp.HAS_ANY, "psr")),),
    holds=(
        HoldRule(
            id="testing",
            because="b",
            when=leaf("configuration_set", LeafOp.IN, "CS-0151", "CS-0152"),
            until=UntilEvent(
                type="test_passed",
                per="configuration_set",
                at_latest=DateExpr(base="cutoff", offset=Duration(days=-5)),
            ),
        ),
        HoldRule(
            id="settle",
            because="b",
            when=WITHIN_28,
            until=UntilDate(date=DateExpr(base="installed_on", offset=Duration(days=28))),
        ),
    ),
    decides=(
        instruct(
            "approved",
            leaf("configuration_set", LeafOp.IN, "CS-0112", "CS-0152"),
            opens="2026-03-02",
            closes=CUTOFF,
            within=NIGHTS,
        ),
        instruct("new", WITHIN_28),
        leave("rest"),
    ),
)
OTHR = RuleSet(owner="OTHR", decides=(instruct("april", opens="2026-04-01", closes="2026-05-31"),))
PLAN = inputs(
    NWND,
    OTHR,
    events=(
        event(1, "2026-01-10T00:00", "release_stopped", csp_region="North"),
        event(2, "2026-01-11T00:00", "test_passed", configuration_set="CS-0152"),
    ),
)
HUBS = [
    hub(1, "NWND", "NWND"),
    hub(2, "NWND", "OTHR"),
    hub(3, "OTHR", "NWND", configuration_set="CS-0113"),
    hub(4, "NWND", flags="psr"),
    hub(5, None, "NWND", configuration_set="CS-0151"),
    hub(6, "NWND", firmware_version=NEW),
    hub(7),
    hub(8, "OTHR", csp_region="North"),
    hub(9, "NWND", configuration_set="CS-0152", installed_on=date(2026, 1, 10)),
    hub(10, "NWND", configuration_set=None, installed_on=date(2026, 1, 10)),
    hub(11, "NONE", "NWND"),
]
ROWS: list[Row] = [
    planned(
        1,
        "SOLE_SUPPLIER",
        "2026-03-02T22:00",
        "2026-03-03T05:00",
        "2026-03-02",
        import_rule="approved",
        gas_rule="approved",
    ),
    # 1 April is a Wednesday, in summer time; the rest of Tuesday's night belongs to 31 March.
    planned(
        2,
        "BOTH_SUPPLIERS",
        "2026-04-01T21:00",
        "2026-04-02T04:00",
        "2026-04-01",
        import_rule="approved",
        gas_rule="april",
    ),
    default(3, import_rule="april", gas_rule="rest"),
    default(4, import_rule="vulnerable"),
    default(5, gas_rule="testing"),
    without_day(6, "ineligible"),
    default(7),
    without_day(8, "held"),
    planned(
        9,
        "SOLE_SUPPLIER",
        "2026-03-02T22:00",
        "2026-03-03T05:00",
        "2026-03-02",
        import_rule="approved",
    ),
    # Installed on 10 January, left alone until 7 February.
    planned(
        10,
        "SOLE_SUPPLIER",
        "2026-02-07T00:00",
        "2026-02-08T00:00",
        "2026-02-07",
        import_rule="new",
    ),
    default(11, gas_rule="approved"),
]


def test_a_correct_schedule_is_accepted() -> None:
    answer = verdict(PLAN, HUBS, ROWS)
    assert answer.violations == ()
    assert answer.holds
    assert answer.hubs == len(HUBS)


FAULTS: dict[str, tuple[int, dict[str, Any], Check]] = {
    "an hour too early": (
        1,
        {"window_opens": utc("2026-03-31T22:00"), "day": date(2026, 3, 31)},
        Check.AGREED,
    ),
    "the DCC's own, a day early": (
        6,
        {
            "window_opens": utc("2026-07-03T23:00"),
            "window_closes": utc("2026-07-04T23:00"),
            "day": date(2026, 7, 4),
        },
        Check.AGREED,
    ),
    "the rest of the night before": (
        1,
        {"window_opens": utc("2026-03-31T23:00"), "window_closes": utc("2026-04-01T04:00")},
        Check.WINDOW,
    ),
    "an hour late": (0, {"window_opens": utc("2026-03-02T23:00")}, Check.WINDOW),
    "a window too long": (0, {"window_closes": utc("2026-03-03T06:00")}, Check.WINDOW),
    "a night of a Friday": (
        0,
        {
            "window_opens": utc("2026-03-06T22:00"),
            "window_closes": utc("2026-03-07T05:00"),
            "day": date(2026, 3, 6),
        },
        Check.WINDOW,
    ),
    "a day that is not the window's": (0, {"day": date(2026, 3, 3)}, Check.DAY),
    "the wrong basis": (1, {"basis": "SOLE_SUPPLIER"}, Check.BASIS),
    "one consent taken for both": (2, {"basis": "BOTH_SUPPLIERS"}, Check.BASIS),
    "swapped roles": (1, {"import_rule": "april", "gas_rule": "approved"}, Check.RULE),
    "an exclusion forgotten": (3, {"import_rule": "approved"}, Check.RULE),
    "a hold forgotten": (4, {"gas_rule": "rest"}, Check.RULE),
    "no reason": (5, {"reason": ""}, Check.REASON),
    "no reason at all": (7, {"reason": None}, Check.REASON),
    "an ineligible hub with a day": (5, {"day": date(2026, 7, 5)}, Check.EMPTY),
    "a planned hub without a day": (6, {"day": None}, Check.EMPTY),
    "a status nobody knows": (6, {"status": "done"}, Check.STATUS),
    "a hub called ineligible": (
        6,
        {"status": "ineligible", "basis": None, "window_opens": None} | {"window_closes": None, "day": None},
        Check.ELIGIBLE,
    ),
    "a stopped hub planned": (7, default(8, import_rule="april"), Check.HELD),
    "an ineligible hub planned": (5, default(6, import_rule="approved"), Check.ELIGIBLE),
    "a hub held for nothing": (
        6,
        {**dict.fromkeys(default(0)), **without_day(7, "held")},
        Check.HELD,
    ),
    "infeasible with a free day": (
        6,
        {**dict.fromkeys(default(0)), **without_day(7, "infeasible")},
        Check.FREE_DAY,
    ),
    "later than need be": (
        6,
        {
            "window_opens": utc("2026-07-05T23:00"),
            "window_closes": utc("2026-07-06T23:00"),
            "day": date(2026, 7, 6),
        },
        Check.EARLIEST,
    ),
    "a batch that nobody asked for": (0, {"batch_id": "NWND.approved/0"}, Check.BATCH_ID),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_and_named(fault: str) -> None:
    row, fields, check = FAULTS[fault]
    answer = verdict(PLAN, HUBS, changed(ROWS, row, **fields))
    assert check in found(answer)
    example = next(v for v in answer.violations if v.check is check)
    assert example.subject == format_guid(HUBS[row]["guid"])
    assert example.proves == PROVES[check]
    assert example.expected != example.got


def test_a_hub_twice() -> None:
    answer = verdict(PLAN, HUBS, [*ROWS[:4], ROWS[3], *ROWS[4:]])
    assert found(answer) == {Check.ONCE: 1}


def test_a_hub_twice_at_the_end() -> None:
    assert found(verdict(PLAN, HUBS, [*ROWS, ROWS[-1]])) == {Check.ONCE: 1}


def test_a_hub_missing() -> None:
    answer = verdict(PLAN, HUBS, ROWS[:-1])
    assert found(answer) == {Check.ONCE: 1}
    assert answer.violations[0].subject == format_guid(11)


def test_a_hub_of_another_estate() -> None:
    assert found(verdict(PLAN, HUBS, [*ROWS, default(99)])) == {Check.ONCE: 1}


def test_rows_out_of_order() -> None:
    rows = [ROWS[1], ROWS[0], *ROWS[2:]]
    assert found(verdict(PLAN, HUBS, rows)) == {Check.ORDER: 2}


def test_an_empty_estate_has_an_empty_schedule() -> None:
    assert verdict(PLAN, [], []).holds
    assert found(verdict(PLAN, [], [default(1)])) == {Check.ONCE: 1}


def test_examples_are_few_and_counts_are_whole() -> None:
    hubs = [hub(n) for n in range(1, 31)]
    rows = [default(n) | {"reason": ""} for n in range(1, 31)]
    answer = verdict(inputs(), hubs, rows)
    assert found(answer) == {Check.REASON: 30}
    assert len(answer.violations) == 10


def test_every_check_says_what_it_proves() -> None:
    assert set(PROVES) == set(Check)


OTHERS: dict[str, tuple[Any, ...]] = {
    "guid": (0, 99),
    "status": ("planned", "held", "ineligible", "infeasible", "", None),
    "basis": ("SOLE_SUPPLIER", "BOTH_SUPPLIERS", "DCC_DEFAULT", "DCC", None),
    "window_opens": (utc("2026-07-06T00:00"), utc("2026-02-01T00:00"), None),
    "window_closes": (utc("2026-07-06T00:00"), utc("2026-02-01T00:00"), None),
    "day": (date(2026, 7, 6), date(2026, 2, 1), None),
    "batch_id": ("NWND.approved/0", "x"),
    "import_rule": ("approved", "april", "rest", "vulnerable", "testing", "settle", "x", None),
    "gas_rule": ("approved", "april", "rest", "vulnerable", "testing", "settle", "x", None),
    "reason": ("", " ", None),
}


@pytest.mark.parametrize("field", OTHERS)
def test_no_field_of_any_row_can_be_changed_unnoticed(field: str) -> None:
    for row, value in product(range(len(ROWS)), OTHERS[field]):
        if (ROWS[row].get(field) or None) != (value or None) or field == "reason":
            answer = verdict(PLAN, HUBS, changed(ROWS, row, **{field: value}))
            assert not answer.holds, (row, value)


@pytest.mark.parametrize("field", ["window_opens", "window_closes"])
@pytest.mark.parametrize("off", [timedelta(microseconds=1), timedelta(hours=1), timedelta(days=1)])
def test_no_time_can_be_moved_unnoticed(field: str, off: timedelta) -> None:
    for row, values in enumerate(ROWS):
        for moved in (off, -off) if field in values else ():
            answer = verdict(PLAN, HUBS, changed(ROWS, row, **{field: values[field] + moved}))
            assert not answer.holds, (row, moved)
