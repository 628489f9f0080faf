"""What a firing writes down: records with their dates worked out and texts filled in, and the reason (NF1)."""

from datetime import UTC, datetime
from fractions import Fraction

import pytest

from chfw_core.triggers.records import (
    HoldRecord,
    HoldUntil,
    IncidentRecord,
    InstructRecord,
    NotifyRecord,
    ReleaseRecord,
)
from chfw_core.triggers.writing import shown_value
from tests.core.rules.support import HUB
from tests.core.triggers.support import told

WINDOWS = 'windows:\n  nights: {days: [mon, tue], between: "22:00-05:00"}\n'


def _rule(do: str, on: str = "hub_lost_wan", more: str = "") -> str:
    return f"id: t\n    because: An example\n    on: {on}\n{more}    do: {do}"


def test_an_instruction_has_its_windows_and_its_dates() -> None:
    run = told(_rule("{instruct: {window: nights, from: event.at + 1 day, to: 2026-03-20}}"), before=WINDOWS)
    (firing,) = run.see("hub_lost_wan")
    (record,) = firing.records
    assert isinstance(record, InstructRecord)
    assert [part.name for part in record.windows.parts] == ["nights"]
    assert record.opens == datetime(2026, 3, 3, 12, tzinfo=UTC)
    assert record.closes == datetime(2026, 3, 21, tzinfo=UTC)  # a bare date includes its day
    assert firing.guid == HUB.guid


def test_an_instruction_without_dates_leaves_them_to_the_defaults() -> None:
    (firing,) = told(_rule("{instruct: {window: nights}}"), before=WINDOWS).see("hub_lost_wan")
    (record,) = firing.records
    assert isinstance(record, InstructRecord)
    assert (record.opens, record.closes) == (None, None)


@pytest.mark.parametrize(
    ("hold", "record"),
    [
        ("manual", HoldRecord(until=HoldUntil.RELEASED)),
        ("everything", HoldRecord(until=HoldUntil.RELEASED, everything=True)),
        (
            "{date: event.at + 28 days}",
            HoldRecord(until=HoldUntil.DATE, ends=datetime(2026, 3, 30, 11, tzinfo=UTC)),  # the clock has changed
        ),
        (
            "{date: installed_on + 100 days}",
            HoldRecord(until=HoldUntil.DATE, ends=datetime(2026, 3, 29, 23, tzinfo=UTC)),
        ),
        (
            "{event: test_passed, ref: T-1, per: csp_region, at_latest: 35 days}",
            HoldRecord(
                until=HoldUntil.EVENT,
                event="test_passed",
                ref="T-1",
                per="csp_region",
                ends=datetime(2026, 4, 6, 11, tzinfo=UTC),
            ),
        ),
        (
            "{flag_cleared: defect_triage, at_latest: cutoff}",
            HoldRecord(
                until=HoldUntil.FLAG_CLEARED, flag="defect_triage", ends=datetime(2026, 6, 5, 9, tzinfo=UTC)
            ),
        ),
    ],
)  # fmt: skip
def test_a_hold_has_its_end(hold: str, record: HoldRecord) -> None:
    (firing,) = told(_rule(f"{{hold: {hold}}}")).see("hub_lost_wan", release="R-1")
    assert firing.records == (record,)
    assert firing.missing == ()


def test_a_date_that_nothing_says_is_missing_and_named() -> None:
    (firing,) = told(_rule("{hold: {date: cutoff - 5 days}}")).see("hub_lost_wan")
    assert firing.records == (HoldRecord(until=HoldUntil.DATE),)
    assert firing.missing == ("cutoff",)
    (other,) = told(_rule("{hold: {date: my.moved_in + 1 day}}")).see("hub_lost_wan")
    assert (other.records, other.missing) == ((HoldRecord(until=HoldUntil.DATE),), ("my.moved_in",))


def test_holds_are_released_by_id_or_altogether() -> None:
    other = "id: h\n    because: A hold\n    on: tick\n    do: {hold: manual}"
    run = told(_rule("{release: h}"), other)
    assert run.see("hub_lost_wan")[0].records == (ReleaseRecord(holds=("h",)),)
    run = told(_rule("{release: [h, everything]}"), other)
    assert run.see("hub_lost_wan")[0].records == (ReleaseRecord(holds=("h",), everything=True),)


def test_a_text_is_filled_in_from_the_event_the_hub_and_the_release() -> None:
    text = '"{event.type} {guid} {event.reason} {release.id} {csp_region} {installed_on} {flags} {today} {cutoff}"'
    run = told(_rule(f"{{notify: [a, b], text: {text}}}", on="hub_update_failed"))
    (firing,) = run.see("hub_update_failed", release="R-1", reason="no power")
    assert firing.records == (
        NotifyRecord(
            to=("a", "b"),
            text="hub_update_failed 88-73-84-90-6A-10-02-DB no power R-1 North 2025-12-20 prepay "
            "2026-01-15 2026-06-05T09:00:00Z",
        ),
    )


def test_what_a_text_names_and_nobody_knows_is_said_to_be_unknown() -> None:
    run = told(_rule('{notify: a, text: "{event.reason} in {release.id} by {cutoff}"}', on="hub_update_failed"))
    (firing,) = run.see("hub_update_failed")
    assert firing.records == (NotifyRecord(to=("a",), text="unknown in unknown by unknown"),)
    assert firing.missing == ("event.reason", "release.id", "cutoff")


def test_without_a_text_the_reason_is_told() -> None:
    assert told(_rule("{notify: a}")).see("hub_lost_wan")[0].records == (NotifyRecord(to=("a",), text="An example"),)


def test_an_incident_has_its_priority() -> None:
    run = told(_rule("{raise: incident, priority: high}"))
    assert run.see("hub_lost_wan")[0].records == (IncidentRecord(priority="high"),)
    assert told(_rule("{raise: incident}")).see("hub_lost_wan")[0].records == (IncidentRecord(),)


def test_what_the_otherwise_reads_of_the_event_is_remembered() -> None:
    steps = (
        "id: t\n    because: An example\n    per: csp_region\n    steps:\n      - on: hub_update_failed\n"
        "      - on: hub_update_succeeded\n        within: 2 days\n        otherwise: "
        "{notify: a, text: '{event.guid} {guid} {event.ref} {event.at} {event.party} {configuration_set} {today}'}\n"
        "    do: {notify: a}"
    )
    run = told(steps, owner="DCC")
    run.see("hub_update_failed", ref="F-1", party="CSP:North")
    (firing,) = run.tick(3)
    (record,) = firing.records
    assert isinstance(record, NotifyRecord)
    assert record.text == (
        "88-73-84-90-6A-10-02-DB 88-73-84-90-6A-10-02-DB F-1 2026-03-02T12:00:00Z CSP:North CS-0112 2026-03-04"
    )


def test_a_text_is_of_the_completing_event_also_where_another_came_last() -> None:
    steps = (
        "id: t\n    because: An example\n    steps:\n      - on: meter_firmware_activated\n"
        "      - on: meter_read_received\n        within: 2 days\n"
        "    do: {notify: a, text: '{event.device_type} {event.ref} {event.guid} {event.release}'}"
    )
    run = told(steps)
    run.see("meter_read_received", 1, device_type="ESME", ref="r", release="R-1")
    (firing,) = run.see("meter_firmware_activated", 0, device_type="GSME")
    assert firing.records == (NotifyRecord(to=("a",), text="ESME r 88-73-84-90-6A-10-02-DB R-1"),)
    assert firing.release == "R-1"


def test_a_firing_says_why_in_a_sentence() -> None:
    (firing,) = told(_rule("{notify: a}")).see("hub_lost_wan")
    assert firing.said == "t: An example (hub_lost_wan `e1` at 2026-03-02T12:00:00Z)"
    assert firing.key == (firing.version, "t", "88-73-84-90-6A-10-02-DB", "e1", "completed")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "yes"),
        (Fraction(3, 5), "0.6"),
        (frozenset({"b", "a"}), "a, b"),
        (frozenset(), "none"),
        ("60%", "60%"),
        (3, "3"),
    ],
)
def test_values_are_shown_as_people_read_them(value: object, text: str) -> None:
    assert shown_value(value) == text
