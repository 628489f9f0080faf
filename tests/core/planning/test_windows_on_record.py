"""Instructions with hours of their own: both engines, the verifier and `explain` say the same (BR3.1, BR4.3)."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import permutations, product
from typing import Any

import pyarrow as pa
import pytest
from attrs import evolve

from chfw_core.consent.model import InstructionAction
from chfw_core.engines.columnar import MemoryEstate, instruction_table
from chfw_core.engines.reference import ReferencePlan
from chfw_core.engines.verify import verify_schedule
from chfw_core.model.hubs import CommsHub
from chfw_core.model.parties import Party
from chfw_core.planning.model import HubStatus, ScheduledHub
from chfw_core.planning.verify import Check
from chfw_core.reports.explain import explain_hub
from chfw_core.rules.model import BatchSpec
from chfw_core.testing.worlds import NOTIFIED, A, B, Draft, decide, on, window
from tests.core.engines.columnar.agreement import as_row, assert_agree, attribute_tables
from tests.core.planning.test_corners import AFTER, a_hub, codes, draft_of, planned

MONDAY = date(2026, 5, 4)  # a bank holiday, and the first day of what `Draft.instruct` asks for
OPENS = datetime(2026, 5, 3, 23, tzinfo=UTC)
WEEK: dict[str, Any] = {"opens": OPENS, "closes": datetime(2026, 5, 10, 23, tzinfo=UTC)}
HOURS = (None, "mon-fri 10:00-16:00", "mon wed 12:00-20:00", "sat sun 10:00-16:00", "sun 08:00-12:00")
"""With the London hours of the week, Monday 00:00 = 0, that each means."""
OF_THE_WEEK = (
    frozenset(range(168)),
    frozenset(day * 24 + hour for day in range(5) for hour in range(10, 16)),
    frozenset(day * 24 + hour for day in (0, 2) for hour in range(12, 20)),
    frozenset(day * 24 + hour for day in (5, 6) for hour in range(10, 16)),
    frozenset(6 * 24 + hour for hour in range(8, 12)),
)
MEANT = dict(zip(HOURS, OF_THE_WEEK, strict=True))


def hour_of(instant: datetime) -> int:
    return (instant - OPENS) // timedelta(hours=1)


def first_hours(hours: frozenset[int]) -> tuple[int, int]:
    """The first hours of the week that lie together on one day, and the hour after them."""
    start = min(hours)
    end = start
    while end in hours and end // 24 == start // 24:
        end += 1
    return start, end


def oracle(said: dict[Party, str | None]) -> tuple[int, int]:
    """Design 3: where both gave a moment, in the hours of both; else in those of whose first moment is later."""
    both = frozenset.intersection(*(MEANT[text] for text in said.values()))
    later = max(said.values(), key=lambda text: min(MEANT[text]))
    return first_hours(both or MEANT[later])


def plan_of(imports: Party, gas: Party, said: dict[Party, str | None]) -> ReferencePlan:
    draft = draft_of(a_hub(1, imports, gas))
    for party, text in said.items():
        draft.instruct(draft.hubs[0], party, window=text, **WEEK)
    return planned(draft)


@pytest.mark.parametrize("gas", [A, B])
def test_every_pair_of_windows_in_either_order_of_the_roles(gas: Party) -> None:
    """BR4.3, I1, I3."""
    seen: Counter[str] = Counter()
    for one, other in product(HOURS, repeat=2) if gas == B else ((text, None) for text in HOURS):
        said = {A: one, B: other} if gas == B else {A: one}
        opens, closes = oracle(said)
        for imports, also in {(A, gas), (gas, A)}:
            plan = plan_of(imports, also, said)
            (row,) = plan.rows
            assert row.status is HubStatus.PLANNED
            assert row.window_opens is not None
            assert row.window_closes is not None
            assert (hour_of(row.window_opens), hour_of(row.window_closes)) == (opens, closes), said
            apart = not frozenset.intersection(*(MEANT[text] for text in said.values()))
            assert ("windows-disjoint" in {finding.code for finding in plan.findings}) is apart
            seen["apart" if apart else "meet" if one and other else "free"] += 1
    assert seen == ({"apart": 16, "meet": 16, "free": 18} if gas == B else {"free": 5})


def test_hours_of_an_instruction_and_of_a_rule_meet_likewise() -> None:
    """What the other Supplier says by its rules makes no difference to what the hours mean."""
    draft = draft_of(a_hub(1, A, B))
    may: dict[str, Any] = {"opens": on(MONDAY), "closes": on(date(2026, 5, 10))}
    draft.add(B, decides=(decide("mornings", windows=window("mornings", "12", 8, 12), **may),))
    draft.instruct(draft.hubs[0], A, window="tue-fri 10:00-16:00", **WEEK)
    (row,) = planned(draft).rows
    assert (row.window_opens, row.window_closes) == (
        datetime(2026, 5, 5, 9, tzinfo=UTC),
        datetime(2026, 5, 5, 11, tzinfo=UTC),
    )


def test_what_a_supplier_s_rules_say_of_hours_is_not_said_by_its_instruction() -> None:
    """Contracts, Precedence: an explicit instruction replaces what the rules decide, their windows with it."""
    draft = draft_of(a_hub(1, A, A))
    draft.add(A, decides=(decide("nights", windows=window("nights", "0123456", 22, 5)),))
    draft.instruct(draft.hubs[0], A, window="wed 10:00-16:00", **WEEK)
    (row,) = planned(draft).rows
    assert (row.day, row.window_opens) == (date(2026, 5, 6), datetime(2026, 5, 6, 9, tzinfo=UTC))


@pytest.mark.parametrize("division", ["england_and_wales", "scotland", None])
def test_bank_holidays_are_those_of_the_hub_s_division(division: str | None) -> None:
    draft = draft_of(a_hub(1, A, A, holiday_division=division))
    holidays = {"england_and_wales": frozenset({MONDAY}), "scotland": frozenset({MONDAY + timedelta(days=1)})}
    draft.inputs = evolve(draft.inputs, holidays=holidays)
    draft.instruct(draft.hubs[0], A, window="mon-wed 10:00-16:00 not on bank_holidays", **WEEK)
    (row,) = planned(draft).rows
    assert row.day == {"england_and_wales": date(2026, 5, 5), "scotland": MONDAY, None: date(2026, 5, 6)}[division]


@pytest.mark.parametrize("rule", ["fridays", "gone"])
def test_a_row_that_a_rule_wrote_keeps_its_own_hours_before_those_of_the_rule(rule: str) -> None:
    draft = draft_of(a_hub(1, A, A), as_of=AFTER)
    fridays = window("fridays", "4", 22, 5)
    draft.add(A, decides=(decide("fridays", windows=fridays, batch=BatchSpec(size=1)),))
    june = {"opens": datetime(2026, 6, 8, 8, tzinfo=UTC), "closes": datetime(2026, 7, 1, tzinfo=UTC)}
    draft.instruct(draft.hubs[0], A, rule=rule, window="thu 10:00-16:00", **june)
    plan = planned(draft)
    (row,) = plan.rows
    assert row.day == date(2026, 6, 11)
    assert codes(plan) == {}


def test_amended_hours_replace_the_former_and_at_equal_times_one_row_stands_whatever_the_order() -> None:
    """Design 3: an amendment replaces. Of rows alike in all but the hours, the order in the file decides nothing."""
    said = ("mon 10:00-16:00", "tue 10:00-16:00", "wed 10:00-16:00")
    for order in permutations(said):
        draft = draft_of(a_hub(1, A, A))
        for text in order:
            draft.instruct(draft.hubs[0], A, window=text, **WEEK)
        (row,) = planned(draft).rows
        assert row.day == date(2026, 5, 6)
        draft.instruct(draft.hubs[0], A, window="fri 10:00-16:00", received_at=NOTIFIED + timedelta(days=21), **WEEK)
        (row,) = planned(draft).rows
        assert row.day == date(2026, 5, 8)


def test_a_withdrawal_has_no_hours() -> None:
    draft = draft_of(a_hub(1, A, A))
    draft.instruct(
        draft.hubs[0], A, window="mon 10:00-16:00", action=InstructionAction.WITHDRAW, opens=None, closes=None
    )
    (row,) = planned(draft).rows
    assert row.reason == "the DCC's date: ALFA has withdrawn its instruction"


def test_hours_that_leave_no_time_in_the_period_leave_no_day() -> None:
    draft = draft_of(a_hub(1, A, A))
    draft.instruct(
        draft.hubs[0],
        A,
        opens=WEEK["opens"],
        closes=WEEK["opens"] + timedelta(days=2),
        window="sat 10:00-16:00",
    )
    (row,) = planned(draft).rows
    assert row.status is HubStatus.INFEASIBLE
    assert "its windows" in row.reason


def split_world() -> Draft:
    draft = draft_of(a_hub(1, A, B), a_hub(2, A, A))
    for hub in draft.hubs:
        draft.instruct(hub, A, window="tue-thu 10:00-16:00", **WEEK)
    draft.instruct(draft.hubs[0], B, window="wed 14:00-20:00", **WEEK)
    return draft


def faults() -> Iterator[tuple[str, int, dict[str, Any]]]:
    """Where a row of `split_world` is put in place of its own: inside the periods, outside the hours."""
    yield "of the other's hours alone", 0, {"window_closes": datetime(2026, 5, 6, 19, tzinfo=UTC)}
    yield "of its own hours alone", 0, {"window_opens": datetime(2026, 5, 6, 9, tzinfo=UTC)}
    whole = {
        "window_opens": datetime(2026, 5, 6, 23, tzinfo=UTC),
        "window_closes": datetime(2026, 5, 7, 23, tzinfo=UTC),
    }
    yield "another day", 0, {"day": date(2026, 5, 7), **whole}
    sunday = (datetime(2026, 5, 9, 23, tzinfo=UTC), datetime(2026, 5, 10, 23, tzinfo=UTC))
    yield "a whole day", 1, {"day": date(2026, 5, 10), "window_opens": sunday[0], "window_closes": sunday[1]}
    early = (datetime(2026, 5, 5, 8, tzinfo=UTC), datetime(2026, 5, 5, 15, tzinfo=UTC))
    yield "an hour early", 1, {"window_opens": early[0], "window_closes": early[1]}


@pytest.mark.parametrize(("at", "changes"), [pytest.param(at, told, id=name) for name, at, told in faults()])
def test_the_verifier_finds_a_hub_outside_the_hours_of_its_instruction(at: int, changes: dict[str, Any]) -> None:
    """NF4: with hours on record, and not without them."""
    draft = split_world()
    wanted, found = assert_agree(draft.world())
    schema = next(iter(found.schedule())).schema

    def judged(rows: list[ScheduledHub], recorded: pa.Table) -> set[Check]:
        batch = pa.RecordBatch.from_pylist([as_row(row) for row in rows], schema=schema)
        estate = MemoryEstate(draft.hubs, chunk=10)
        verdict = verify_schedule(draft.inputs, estate, [batch], recorded, attribute_tables(draft.hubs))
        return {violation.check for violation in verdict.violations}

    table, rows = instruction_table(draft.instructions), list(wanted.rows)
    assert judged(rows, table) == set()
    rows[at] = evolve(rows[at], **changes)
    assert judged(rows, table) == {Check.WINDOW}
    assert Check.WINDOW in judged(list(wanted.rows), table.drop_columns("window"))


def test_a_table_without_the_column_is_read_as_before() -> None:
    draft = draft_of(a_hub(1, A, A))
    draft.instruct(draft.hubs[0], A)
    wanted, found = assert_agree(draft.world())
    table = instruction_table(draft.instructions).drop_columns("window")
    estate = MemoryEstate(draft.hubs, chunk=10)
    verdict = verify_schedule(draft.inputs, estate, found.schedule(), table, attribute_tables(draft.hubs))
    assert not verdict.violations
    assert wanted.rows[0].window_opens == datetime(2026, 5, 4, 8, tzinfo=UTC)


def story(draft: Draft, reader: Party | None) -> tuple[str, ...]:
    hub: CommsHub = draft.hubs[0]
    rows = tuple(row for row in draft.instructions if row.guid == hub.guid)
    return tuple(line.strip() for line in explain_hub(draft.inputs, hub, rows, None, reader).lines())


def test_explain_tells_a_supplier_its_own_hours_and_never_those_of_the_other() -> None:
    """NF1, NF7: what the other Supplier says of its hours changes nothing that is told beside the times themselves."""
    draft = split_world()
    assert "in its hours (tue, wed, thu 10:00-16:00)" in story(draft, A)
    assert "in its hours (wed 14:00-20:00)" in story(draft, B)
    assert not [line for line in story(draft, A) if "14:00-20:00" in line]
    stands = "standing instruction: 2026-05-03T23:00:00Z to 2026-05-10T23:00:00Z"
    assert f"{stands}, tue-thu 10:00-16:00" in story(draft, A)
    everything = story(draft, None)
    assert {"in its hours (tue, wed, thu 10:00-16:00)", "in its hours (wed 14:00-20:00)"} <= set(everything)
    # The same times by other hours of the other Supplier: the same story.
    for text in ("wed 14:00-22:00", "mon wed 14:00-20:00", "wed 14:00-20:00 not on 2026-05-13"):
        other = split_world()
        other.instructions[-1] = evolve(other.instructions[-1], window=text)
        assert story(other, A) == story(draft, A)


def test_what_a_supplier_is_told_does_not_vary_with_the_hours_of_the_other() -> None:
    """NF7: a list of the possible days would show on which days of the week the other's hours are."""
    for own in HOURS:
        told = set()
        for other in HOURS:
            draft = split_world()
            draft.instructions.clear()
            draft.instruct(draft.hubs[0], A, window=own, **WEEK)
            draft.instruct(draft.hubs[0], B, window=other, **WEEK)
            told.add("\n".join([*story(draft, A), str(facts(draft, A))]))
            assert any("possible day" in line for line in story(draft, None)), "the DCC reads them"
        assert len(told) == 1, own


def facts(draft: Draft, reader: Party | None) -> object:
    rows = [row for row in draft.instructions if row.guid == draft.hubs[0].guid]
    return explain_hub(draft.inputs, draft.hubs[0], rows, None, reader).facts
