"""Masks against the meaning of a condition hub by hub; private columns; GUIDs that are named."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chfw_core.engines.verify import estate, rows
from chfw_core.engines.verify.arrays import Domain, distinct, hash_order
from chfw_core.engines.verify.frames import Column, Frame
from chfw_core.engines.verify.masks import Truths, condition_mask
from chfw_core.engines.verify.world import World
from chfw_core.model.guid import keyed_hash
from chfw_core.model.releases import Phase
from chfw_core.planning.verify import Check
from chfw_core.rules.meaning.evaluate import condition_holds, make_context
from chfw_core.rules.model import (
    Always,
    And,
    Condition,
    HoldRule,
    Leaf,
    LeafOp,
    Not,
    Operand,
    Or,
    RuleSet,
    UntilFlagCleared,
)
from tests.core.verify import test_batches, test_pilots, test_rows
from tests.core.verify.worlds import (
    AS_OF,
    AUTOMATIC,
    default,
    event,
    found,
    hub,
    inputs,
    instruct,
    leaf,
    leave,
    planned,
    release,
    verdict,
    without_day,
)

VALUES = [None, "a", "b", "ab"]
PAIR = Leaf(
    op=LeafOp.EQ,
    left=Operand(field="configuration_set"),
    args=(Operand(field="my.set"),),
    fields=("configuration_set", "my.set"),
)
LEAVES: st.SearchStrategy[Condition] = st.sampled_from(
    [
        leaf("configuration_set", LeafOp.EQ, "a"),
        leaf("configuration_set", LeafOp.NE, "a"),
        leaf("configuration_set", LeafOp.IN, "a", "b"),
        leaf("configuration_set", LeafOp.STARTS_WITH, "a"),
        leaf("my.set", LeafOp.MISSING),
        leaf("my.set", LeafOp.NOT_MISSING),
        PAIR,
        Always(),
    ]
)


def _wider(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    some = st.lists(inner, min_size=1, max_size=3).map(tuple)

    def many(kind: Any) -> st.SearchStrategy[Condition]:
        return some.map(lambda items: kind(items=items))

    return many(And) | many(Or) | inner.map(lambda item: Not(item=item))


CONDITIONS: st.SearchStrategy[Condition] = st.recursive(LEAVES, _wider, max_leaves=8)
ROWS = st.lists(st.tuples(st.sampled_from(VALUES), st.sampled_from(VALUES)), max_size=20)


@given(condition=CONDITIONS, rows=ROWS)
def test_a_mask_holds_where_the_condition_does(condition: Condition, rows: list[tuple[str | None, str | None]]) -> None:
    domains: list[Domain[Any]] = [Domain(None), Domain(None)]
    columns = {
        name: Column(domains[at].codes([row[at] for row in rows]), domains[at])
        for at, name in enumerate(("configuration_set", "my.set"))
    }
    frame = Frame(len(rows), {}).with_columns(columns)
    moment = World(inputs()).own
    mask = condition_mask(condition, frame, moment, Truths())
    context = make_context(release(), as_of=AS_OF, phase=Phase.NOTIFIED, automatic_at=AUTOMATIC, cutoff=AUTOMATIC)
    named = [dict(zip(("configuration_set", "my.set"), row, strict=True)) for row in rows]
    assert mask.tolist() == [condition_holds(condition, row.__getitem__, context) for row in named]


@given(rows=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 2**40)), min_size=1, max_size=30))
def test_distinct_rows_are_numbered_whatever_their_range(rows: list[tuple[int, int]]) -> None:
    one = np.array([row[0] for row in rows], np.int32)
    two = np.array([row[1] for row in rows], np.int64)
    firsts, inverse = distinct([(one, 7), (two, 2**40 + 1), (one, 7), (two, 2**40 + 1)])
    assert len(firsts) == len(set(rows))
    assert [rows[firsts[number]] for number in inverse] == rows


@given(guids=st.lists(st.integers(0, 2**64 - 1), max_size=20), key=st.integers(0, 2**64 - 1))
def test_the_hash_of_an_array_is_the_hash(guids: list[int], key: int) -> None:
    got = hash_order(np.array(guids, np.uint64), key)
    assert got.tolist() == [keyed_hash(guid, key) for guid in guids]


def test_guids_that_a_rule_names() -> None:
    def plan(condition: Condition) -> Any:
        rule = instruct("go", condition, opens="2026-03-02")
        return inputs(RuleSet(owner="A", decides=(rule, leave("rest"))))

    big = 2**63 + 5
    hubs = [hub(big, "A"), hub(0, "A")]
    times = ("2026-03-02T00:00", "2026-03-03T00:00", "2026-03-02")
    rows = [
        planned(big, "SOLE_SUPPLIER", *times, import_rule="go"),
        default(0, import_rule="rest"),
    ]
    for condition in (
        leaf("guid", LeafOp.IN, big, 77),
        leaf("guid", LeafOp.STARTS_WITH, "80-00"),
        leaf("guid", LeafOp.NE, 0),
    ):
        assert found(verdict(plan(condition), hubs, rows)) == {}


def test_private_attributes_are_seen_by_their_owner_alone() -> None:
    wants = leaf("flags", LeafOp.HAS_ALL, "public", "mine")
    own = leaf("my.tier", LeafOp.EQ, "gold")
    table = pa.table(
        {
            "guid": pa.array([2, 1], pa.uint64()),
            "flags": ["mine", "other"],
            "tier": [None, "gold"],
        }
    )
    hubs = [hub(1, "A", "B"), hub(2, "A", flags="public"), hub(3, "A", flags="public")]
    a = RuleSet(owner="A", decides=(leave("tier", own), leave("flag", wants), leave("rest")))
    b = RuleSet(owner="B", decides=(leave("tier", own), leave("rest")))
    rows = [
        default(1, import_rule="tier", gas_rule="rest"),
        default(2, import_rule="flag"),
        default(3, import_rule="rest"),
    ]
    answer = verdict(inputs(a, b), hubs, rows, None, {"A": table})
    assert found(answer) == {}


def test_a_flag_that_is_cleared_releases_its_hold() -> None:
    when = leaf("flags", LeafOp.HAS_ANY, "triage")
    hold = HoldRule(id="h", because="b", when=when, until=UntilFlagCleared(flag="triage"))
    dcc = RuleSet(owner="DCC", holds=(hold,))
    hubs = [hub(guid, flags="triage") for guid in (1, 2)]
    cleared = event(1, "2026-01-10T00:00", "flag_cleared", guid=1, flag="triage")
    rows = [default(1), without_day(2, "held")]
    assert found(verdict(inputs(dcc, events=(cleared,)), hubs, rows)) == {}
    other = event(1, "2026-01-10T00:00", "flag_cleared", guid=1, flag="noise")
    assert found(verdict(inputs(dcc, events=(other,)), hubs, rows)) == {Check.HELD: 1}


@pytest.mark.parametrize(("of_estate", "of_schedule"), [(1, 1), (1, 1 << 20), (1 << 20, 1)])
def test_the_size_of_a_block_changes_nothing(monkeypatch: pytest.MonkeyPatch, of_estate: int, of_schedule: int) -> None:
    monkeypatch.setattr(estate, "BLOCK_ROWS", of_estate)
    monkeypatch.setattr(rows, "BLOCK_ROWS", of_schedule)
    test_rows.test_a_correct_schedule_is_accepted()
    test_rows.test_a_hub_twice()
    test_rows.test_a_hub_missing()
    test_rows.test_rows_out_of_order()
    test_batches.test_batches_in_hash_order()
    test_batches.test_two_hubs_change_places()
    test_pilots.test_seats_follow_the_strata()
    test_pilots.test_two_suppliers_share_in_proportion()
