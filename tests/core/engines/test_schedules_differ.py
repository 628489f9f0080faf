"""NF2: two schedules by hub, held to rows compared one by one; I8, NF7: what of it a Supplier sees."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from attrs import asdict, evolve

from chfw_core.engines.columnar import MemoryEstate
from chfw_core.engines.columnar.output import SCHEDULE_SCHEMA
from chfw_core.engines.flow import solve_flow
from chfw_core.engines.reference import plan_reference
from chfw_core.engines.schedules import Difference, diff_schedules
from chfw_core.engines.schedules.kinds import Kinds
from chfw_core.engines.schedules.steps import Move
from chfw_core.errors import InputError, UsageError
from chfw_core.model.guid import Guid
from chfw_core.model.hubs import CommsHub
from chfw_core.model.parties import Party
from chfw_core.planning.model import HubStatus, ScheduledHub
from chfw_core.testing.worlds import A, B, World, base, named_worlds

WORLDS = {name: world for name, world in named_worlds() if name.endswith("early")}
PLAIN = base().world()
CHANGED = sorted(name for name in WORLDS if name != "plain, early")


def rows_of(world: World) -> tuple[ScheduledHub, ...]:
    return plan_reference(*world, solve_flow).rows


def batches(rows: Sequence[ScheduledHub], size: int = 7) -> list[pa.RecordBatch]:
    """A schedule in small batches, each with a dictionary of its own."""
    plain = [asdict(row) for row in rows]
    return [
        pa.RecordBatch.from_pylist(plain[start : start + size], SCHEDULE_SCHEMA) for start in range(0, len(plain), size)
    ]


def difference(old: Sequence[ScheduledHub], new: Sequence[ScheduledHub], **more: Any) -> Difference:
    return diff_schedules(batches(old), batches(new, 11), **more)


def listed(found: Difference) -> dict[Guid, dict[str, Any]]:
    return {row["guid"]: row for batch in found.batches() for row in batch.to_pylist()}


@pytest.mark.parametrize("name", CHANGED)
def test_the_list_is_what_comparing_row_by_row_finds(name: str) -> None:
    """NF2, for the DCC: every column of both rows, for exactly the hubs whose rows are not alike."""
    old, new = rows_of(PLAIN), rows_of(WORLDS[name])
    hubs = {hub.guid: hub for hub in PLAIN[1]}
    found = difference(old, new, estate=MemoryEstate(PLAIN[1], chunk=5))
    rows = listed(found)
    differ = {one.guid: (one, other) for one, other in zip(old, new, strict=True) if one != other}
    assert set(rows) == set(differ)
    assert (found.hubs, found.changed, found.unknown) == (len(old), len(differ), 0)
    for guid, (one, other) in differ.items():
        row, hub = rows[guid], hubs[guid]
        for side, was in (("old", one), ("new", other)):
            assert {key: row[f"{side}_{key}"] for key in asdict(was) if key != "guid"} == {
                key: value for key, value in asdict(was).items() if key != "guid"
            }
        where = (row["csp_region"], row["import_supplier"], row["gas_supplier"])
        assert where == (hub.csp_region, hub.import_supplier, hub.gas_supplier)
        assert row["days_moved"] == ((other.day - one.day).days if one.day and other.day else None)
        if one.status is not other.status:
            assert row["differs_in"] == "status"
        else:
            assert ("day" in row["differs_in"]) is (one.day != other.day)
            assert ("basis" in row["differs_in"]) is (one.basis != other.basis)
            assert (row["differs_in"] == "reason") is (evolve(one, reason="") == evolve(other, reason=""))


@pytest.mark.parametrize("name", CHANGED)
def test_counts_are_those_of_the_list(name: str) -> None:
    """NF2: from what to what, by day, CSP region, Supplier and role; every example is one of its transition."""
    found = difference(rows_of(PLAIN), rows_of(WORLDS[name]), estate=MemoryEstate(PLAIN[1], chunk=5))
    rows, counted = listed(found), found.counted
    assert sum(one.hubs for one in counted.transitions) == found.changed == sum(counted.moves.values())
    assert counted.days == Counter(row["days_moved"] for row in rows.values() if row["days_moved"])
    by_region = Counter(row["csp_region"] for row in rows.values())
    assert {key[0]: sum(moves.values()) for key, moves in counted.regions.items()} == by_region
    by_role: Counter[tuple[str, ...]] = Counter()
    for row in rows.values():
        one, other = row["import_supplier"], row["gas_supplier"]
        pairs = [(one, "import|gas")] if one == other else [(one, "import"), (other, "gas")]
        by_role.update(pair for pair in pairs if pair[0])
    assert {key: sum(moves.values()) for key, moves in counted.suppliers.items()} == by_role
    for change in counted.transitions:
        assert change.old
        assert change.new
        assert 1 <= len(change.examples) <= min(3, change.hubs)
        for guid in change.examples:
            row = rows[guid]
            for side, outcome in (("old", change.old), ("new", change.new)):
                rules = {row[f"{side}_import_rule"], row[f"{side}_gas_rule"]} - {None}
                assert (outcome.status, outcome.basis) == (row[f"{side}_status"], row[f"{side}_basis"])
                assert outcome.rules == tuple(sorted(rules))
        assert sum(sum(moves.values()) for moves in change.regions.values()) == change.hubs


def test_worlds_are_there_in_which_days_come_go_and_move() -> None:
    """Else the two tests above look at too little."""
    seen = Counter[Move]()
    for name in CHANGED:
        seen.update(difference(rows_of(PLAIN), rows_of(WORLDS[name])).counted.moves)
    assert {Move.EARLIER, Move.LATER, Move.SAME_DAY, Move.LOSES_ITS_DAY} <= set(seen)


def test_the_same_plan_has_no_difference_in_whatever_order() -> None:
    """I7: the order of rows is none of it."""
    rows = rows_of(PLAIN)
    for other in (rows, rows[::-1]):
        found = difference(rows, other, estate=MemoryEstate(PLAIN[1]))
        assert found.changed == 0
        assert found.hubs == len(rows)
        assert not found.counted.transitions
        assert not listed(found)


def test_the_order_of_either_schedule_changes_no_count() -> None:
    """I7."""
    old, new = rows_of(PLAIN), rows_of(WORLDS["capacity, early"])
    there = difference(old, new, estate=MemoryEstate(PLAIN[1]))
    turned = difference(old[::-1], new, estate=MemoryEstate(PLAIN[1][::-1]))
    assert turned.counted == there.counted
    assert listed(turned) == listed(there)


def test_a_hub_that_only_one_schedule_has_is_a_difference() -> None:
    """I6 is a schedule's own: here a hub that was left out is told of."""
    rows = rows_of(PLAIN)
    found = difference(rows[:-2], rows[1:])
    assert found.hubs == len(rows)
    assert found.counted.moves == {Move.ONLY_IN_NEW: 2, Move.ONLY_IN_OLD: 1}
    gone = next(one for one in found.counted.transitions if one.new is None)
    assert gone.examples == (rows[0].guid,)
    assert listed(found)[rows[0].guid]["new_status"] is None
    assert difference([], rows).counted.moves == {Move.ONLY_IN_NEW: len(rows)}


def test_a_hub_with_two_rows_is_refused() -> None:
    rows = rows_of(PLAIN)
    with pytest.raises(InputError, match="the new schedule has two rows for `88-73-84"):
        difference(rows, (*rows, rows[0]))


def test_what_follows_goes_unsaid() -> None:
    """The window moves with the day, words with everything: neither is a difference of its own then."""
    row = next(row for row in rows_of(PLAIN) if row.day is not None)
    assert row.window_opens is not None
    assert row.window_closes is not None
    later = evolve(row, window_closes=row.window_closes.replace(minute=59))
    for other, differs in (
        (evolve(row, reason="other words"), "reason"),
        (later, "window"),
        (evolve(later, batch_id="x/1"), "window, batch"),
        (evolve(later, day=date(2026, 6, 1), reason="other words"), "day"),
        (evolve(row, status=HubStatus.HELD, basis=None, day=None, reason="stopped"), "status"),
    ):
        (told,) = listed(difference([row], [other])).values()
        assert told["differs_in"] == differs


def test_a_hub_that_the_estate_does_not_have_is_in_no_region() -> None:
    old, new = rows_of(PLAIN), rows_of(WORLDS["capacity, early"])
    whole = difference(old, new)
    missing = next(iter(listed(whole)))
    found = difference(old, new, estate=MemoryEstate(tuple(hub for hub in PLAIN[1] if hub.guid != missing)))
    assert found.unknown == 1
    assert found.changed == whole.changed
    assert sum(sum(moves.values()) for moves in found.counted.regions.values()) == whole.changed - 1


def test_a_supplier_needs_an_estate() -> None:
    with pytest.raises(UsageError, match="without an estate"):
        difference([], [], reader=A)


@pytest.mark.parametrize("name", CHANGED)
@pytest.mark.parametrize("reader", [A, B])
def test_a_supplier_sees_its_own_hubs_and_what_it_may_know_of_them(name: str, reader: Party) -> None:
    """PR1, BR3.3: of a row status, basis, window, day and the rule of its own."""
    old, new = rows_of(PLAIN), rows_of(WORLDS[name])
    own = [hub for hub in PLAIN[1] if reader in hub.suppliers.parties]
    rows = listed(difference(old, new, estate=MemoryEstate(PLAIN[1], chunk=5), reader=reader))

    def seen(row: ScheduledHub, hub: CommsHub) -> tuple[object, ...]:
        rule = row.import_rule if hub.import_supplier == reader else row.gas_rule
        return (row.status, row.basis, row.window_opens, row.window_closes, row.day, rule)

    was, is_ = ({row.guid: row for row in rows_} for rows_ in (old, new))
    differ = [hub for hub in own if seen(was[hub.guid], hub) != seen(is_[hub.guid], hub)]
    assert set(rows) == {hub.guid for hub in differ}
    names = ("status", "basis", "window_opens", "window_closes", "day", "rule")
    for hub in differ:
        row = rows[hub.guid]
        assert tuple(row[f"old_{name}"] for name in names) == seen(was[hub.guid], hub)
        assert tuple(row[f"new_{name}"] for name in names) == seen(is_[hub.guid], hub)
        assert row["roles"] == "|".join(hub.suppliers.roles_of(reader))


@pytest.mark.parametrize("name", CHANGED)
def test_nothing_a_supplier_sees_varies_with_who_the_other_is(name: str) -> None:
    """I8, NF7: another other, with rules, batches and words of another name: the same bytes."""
    other = Party("ZZZ")

    def renamed(row: ScheduledHub, hub: CommsHub) -> ScheduledHub:
        theirs: dict[str, Any] = {
            f"{role}_rule": f"zz-{rule}"
            for role, rule, party in (
                ("import", row.import_rule, hub.import_supplier),
                ("gas", row.gas_rule, hub.gas_supplier),
            )
            if rule and party != A
        }
        batch = None if row.batch_id is None else "ZZZ/9"
        return evolve(row, batch_id=batch, reason=row.reason.replace(B, other) + " zz", **theirs)

    def hub_of(hub: CommsHub) -> CommsHub:
        one, two = (other if party == B else party for party in (hub.import_supplier, hub.gas_supplier))
        return evolve(hub, import_supplier=one, gas_supplier=two)

    hubs = PLAIN[1]
    sides = [rows_of(PLAIN), rows_of(WORLDS[name])]
    here = difference(*sides, estate=MemoryEstate(hubs), reader=A)
    swapped = [[renamed(row, hub) for row, hub in zip(side, hubs, strict=True)] for side in sides]
    there = difference(*swapped, estate=MemoryEstate(tuple(map(hub_of, hubs))), reader=A)
    assert there.schema == here.schema
    assert list(there.batches()) == list(here.batches())
    assert (there.counted, there.hubs, there.changed) == (here.counted, here.hubs, here.changed)
    told = repr(here.counted) + repr(listed(here))
    assert B not in told


@pytest.mark.parametrize("name", CHANGED)
def test_nothing_a_supplier_sees_varies_with_hubs_that_are_not_its(name: str) -> None:
    """PR1, PR3: were there no others, it would read the same bytes."""
    hubs, sides = PLAIN[1], [rows_of(PLAIN), rows_of(WORLDS[name])]
    own = tuple(hub for hub in hubs if A in hub.suppliers.parties)
    guids = {hub.guid for hub in own}
    here = difference(*sides, estate=MemoryEstate(hubs[::-1]), reader=A)
    alone = [[row for row in side if row.guid in guids] for side in sides]
    there = difference(*alone, estate=MemoryEstate(own), reader=A)
    assert list(there.batches()) == list(here.batches())
    assert (there.counted, there.hubs, there.changed) == (here.counted, here.hubs, here.changed)


def test_many_columns_of_many_values_are_folded_without_running_over() -> None:
    """A number per row is made from the dictionaries of all columns: together they can pass 64 bits."""
    names = tuple(f"c{at}" for at in range(8))
    count = 3000
    cells = {name: [f"{(row * (at + 7)) % 2999}" for row in range(count)] for at, name in enumerate(names)}
    batch = pa.RecordBatch.from_pydict(cells)
    kinds = Kinds(columns=names)
    numbers = kinds.of(batch)
    rows = list(zip(*cells.values(), strict=True))
    assert [kinds.values[number] for number in numbers.tolist()] == rows
    assert len(set(numbers.tolist())) == len(set(rows))
