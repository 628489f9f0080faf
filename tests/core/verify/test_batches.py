"""Batches: size, pause, id, and the cut in hash order."""

from datetime import timedelta
from typing import Any

from chfw_core.model.guid import hash_key, keyed_hash
from chfw_core.planning.verify import Check
from chfw_core.rules.model import RuleSet
from tests.core.verify.worlds import (
    Row,
    batch_of,
    changed,
    default,
    found,
    hub,
    inputs,
    instruct,
    leave,
    planned,
    release,
    utc,
    verdict,
    without_day,
)

GUIDS = sorted(range(1, 6), key=lambda guid: keyed_hash(guid, hash_key("R1")))
A = RuleSet(owner="A", decides=(instruct("go", opens="2026-03-02", batch=batch_of(2, 3)),))
DAYS = ("2026-03-02", "2026-03-05", "2026-03-08")


def row_of(guid: int, number: int, **more: Any) -> Row:
    day = DAYS[number]
    start = utc(f"{day}T00:00")
    row = planned(guid, "SOLE_SUPPLIER", f"{day}T00:00", f"{day}T00:00", day, import_rule="go")
    times = {"window_closes": start + timedelta(days=1), "batch_id": f"A.go/{number}"}
    return row | times | more


HUBS = [hub(guid, "A") for guid in GUIDS]
ROWS = [row_of(guid, at // 2) for at, guid in enumerate(GUIDS)]


def check(rows: list[Row], *rulesets: RuleSet, hubs: list[Row] = HUBS, **plan: Any) -> dict[Check, int]:
    return found(verdict(inputs(*(rulesets or (A,)), **plan), hubs, rows))


def test_batches_in_hash_order() -> None:
    assert check(ROWS) == {}


def test_a_batch_too_large() -> None:
    rows = changed(ROWS, 2, **row_of(GUIDS[2], 0))
    assert check(rows) == {Check.BATCH_SIZE: 1, Check.BATCH_CUT: 1}


def test_two_hubs_change_places() -> None:
    rows = changed(changed(ROWS, 1, **row_of(GUIDS[1], 1)), 2, **row_of(GUIDS[2], 0))
    assert check(rows)[Check.BATCH_CUT] == 2


def test_a_batch_without_its_pause() -> None:
    early = row_of(GUIDS[2], 0) | {"batch_id": "A.go/1"}
    assert check(changed(ROWS, 2, **early)) == {Check.BATCH_OPENS: 1}


def test_ids() -> None:
    for wrong in (None, "A.go", "A.stop/1", "B.go/1", "A.go/01", "A.go/-1", "A.go/x", "A.go/"):
        assert Check.BATCH_ID in check(changed(ROWS, 2, batch_id=wrong)), wrong


def test_a_hub_that_a_batch_pushes_out_is_infeasible() -> None:
    rule = instruct("go", opens="2026-03-02", closes="2026-03-05", batch=batch_of(2, 3))
    short = RuleSet(owner="A", decides=(rule,))
    out = without_day(GUIDS[4], "infeasible", import_rule="go")
    assert check([*ROWS[:4], out], short) == {}
    # It keeps no batch.
    assert check([*ROWS[:4], out | {"batch_id": "A.go/2"}], short) == {Check.BATCH_ID: 1}
    assert check([*ROWS[:4], out]) == {Check.FREE_DAY: 1}


def test_the_smallest_size_and_the_longest_pause_apply() -> None:
    b = RuleSet(owner="B", decides=(instruct("ok", batch=batch_of(100, 1)),))
    a = RuleSet(owner="A", decides=(instruct("go", opens="2026-03-02"),))
    csp = RuleSet(owner="CSP:South", region_batch=batch_of(2, 3))
    dcc = RuleSet(owner="DCC", decides=(leave("all", batch=batch_of(50, 2)),))
    hubs = [hub(guid, "A", "B") for guid in GUIDS]
    more = {"basis": "BOTH_SUPPLIERS", "gas_rule": "ok"}
    rows = [row_of(guid, at // 2, **more) | {"batch_id": f"go+ok@2.3d/{at // 2}"} for at, guid in enumerate(GUIDS)]
    assert check(rows, a, b, csp, dcc, hubs=hubs) == {}


def test_the_dcc_and_a_csp_alone_make_no_batches_of_early_hubs() -> None:
    a = RuleSet(owner="A", decides=(instruct("go", opens="2026-03-02"),))
    csp = RuleSet(owner="CSP:South", region_batch=batch_of(2, 3))
    dcc = RuleSet(owner="DCC", decides=(leave("all", batch=batch_of(3, 2)),))
    rows = [row_of(guid, 0, batch_id=None) for guid in GUIDS]
    assert check(rows, a, csp, dcc) == {}
    # Hubs left to the DCC have its rule's, bounded by the CSP's.
    left = [
        default(guid, batch_id=f"DCC.all/{at // 2}")
        | {
            "window_opens": utc("2026-07-04T23:00") + timedelta(days=at // 2 * 3),
            "window_closes": utc("2026-07-05T23:00") + timedelta(days=at // 2 * 3),
            "day": (utc("2026-07-05T00:00") + timedelta(days=at // 2 * 3)).date(),
        }
        for at, guid in enumerate(GUIDS)
    ]
    hubs = [hub(guid) for guid in GUIDS]
    assert check(left, csp, dcc, hubs=hubs) == {}
    assert Check.BATCH_ID in check([row | {"batch_id": None} for row in left], csp, dcc, hubs=hubs)


def test_one_party_in_both_roles_is_named_once() -> None:
    hubs = [hub(guid, "A", "A") for guid in GUIDS]
    assert check([row | {"gas_rule": "go"} for row in ROWS], hubs=hubs) == {}


def test_batches_and_capacity_together() -> None:
    full = release(capacity={"South": 1})
    two = row_of(GUIDS[1], 0) | {
        "window_opens": utc("2026-03-03T00:00"),
        "window_closes": utc("2026-03-04T00:00"),
        "day": utc("2026-03-03T00:00").date(),
    }
    rows = [ROWS[0], two, ROWS[2], ROWS[4] | {"guid": GUIDS[4]}]
    hubs = [HUBS[0], HUBS[1], HUBS[2], HUBS[4]]
    # Four hubs: two in batch 0, two in batch 1.
    last = row_of(GUIDS[4], 1) | {
        "window_opens": utc("2026-03-06T00:00"),
        "window_closes": utc("2026-03-07T00:00"),
        "day": utc("2026-03-06T00:00").date(),
    }
    assert check([*rows[:3], last], hubs=hubs, release=full) == {}


def test_the_strictest_size_and_pause_bind_all_hubs_of_a_key() -> None:
    # Only one hub is in the CSP's region, and all follow its pause and size.
    rule = instruct("go", opens="2026-03-02", batch=batch_of(9, 1))
    csp = RuleSet(owner="CSP:North", region_batch=batch_of(2, 3))
    hubs = [hub(guid, "A", csp_region="North" if at == 4 else "South") for at, guid in enumerate(GUIDS)]
    rules = (RuleSet(owner="A", decides=(rule,)), csp)
    assert check(ROWS, *rules, hubs=hubs) == {}
    early = row_of(GUIDS[2], 0) | {"batch_id": "A.go/1"}
    assert check(changed(ROWS, 2, **early), *rules, hubs=hubs) == {Check.BATCH_OPENS: 1}
    third = changed(ROWS, 4, **row_of(GUIDS[4], 1))
    assert check(third, *rules, hubs=hubs)[Check.BATCH_CUT] == 1
