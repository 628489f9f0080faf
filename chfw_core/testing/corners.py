"""More features of small worlds: corners in which a plan once could be read in two ways."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from attrs import evolve

from chfw_core.consent.model import InstructionAction
from chfw_core.model.parties import DCC, Party
from chfw_core.model.products import CentralProductsList, CplEntry, CplStatus
from chfw_core.model.releases import Participation
from chfw_core.rules.model import BatchSpec, DateExpr, DecideThen, Duration, PriorityRule, RuleSet
from chfw_core.testing.worlds import (
    MODEL,
    OLD,
    OLDER,
    VERSION,
    A,
    B,
    Draft,
    decide,
    exclude,
    flagged,
    is_,
    on,
    pilot,
    window,
)

CS1, CS2 = is_("configuration_set", "CS-0112"), is_("configuration_set", "CS-0151")
NORTH = is_("csp_region", "North")
UNKNOWN_VERSION = "0D040000"
JUNE: dict[str, Any] = {
    "opens": datetime(2026, 6, 1, tzinfo=UTC),
    "closes": datetime(2026, 7, 1, tzinfo=UTC),
}


def _passed_back(draft: Draft) -> None:
    """Rows that rules wrote: of a decide rule with windows and batches, of a pilot, of a rule that is gone."""
    nights = window("nights", "4", 22, 5)
    twos = BatchSpec(stop_if={"failed": "> 2%"}, size=2, pause=Duration(days=7))
    draft.add(
        A,
        decides=(
            decide("friday-nights", CS1, windows=nights, batch=twos),
            decide("left", then=DecideThen.LEAVE_TO_DCC),
        ),
        pilots=(pilot("p", NORTH, 2, spread_by=("configuration_set",)),),
        excludes=(exclude("vulnerable", flagged("psr")),),
    )
    draft.add(B, decides=(decide("days", CS2, windows=window("days", "45", 9, 15)),))
    written = {A: ("friday-nights", "p", "gone", "left"), B: ("days", "from-april", "days")}
    for at, hub in enumerate(draft.hubs):
        for party in hub.suppliers.parties:
            rules = written[Party(party)]
            draft.instruct(hub, Party(party), rule=rules[at % len(rules)], **JUNE)


def _windows_on_record(draft: Draft) -> None:
    """Instructions with hours of their own: that meet, that do not, beside those of rules, of rows that rules wrote."""
    nights, days = window("nights", "0123", 22, 5), window("days", "56", 10, 15)
    june: dict[str, Any] = {"opens": on(date(2026, 6, 1)), "closes": on(date(2026, 7, 1))}
    draft.add(A, decides=(decide("by-night", NORTH, windows=nights, **june),))
    draft.add(B, decides=(decide("by-day", CS2, windows=days, **june),))
    said = (
        ("mon-fri 10:00-16:00", "tue thu 12:00-18:00"),
        ("sat 10:00-15:00", "sun 10:00-15:00"),
        ("22:00-05:00", "fri 23:00-02:00 not on 2026-05-08"),
        ("mon 08:00-20:00 not on bank_holidays", None),
        (None, "mon 09:00-12:00 not on bank_holidays"),
        ("sun-thu 00:00-24:00", "fri sat 00:00-01:00"),
    )
    for at, hub in enumerate(draft.hubs):
        for party in hub.suppliers.parties:
            row: dict[str, Any] = {"window": said[at % len(said)][party == B]}
            if at % 8 < 6:
                draft.instruct(hub, Party(party), **row)
            if at % 8 == 5:  # all alike but for the hours, and taken back at the same time
                draft.instruct(hub, Party(party), window="wed 10:00-12:00")
            if at % 8 == 4:
                draft.instruct(hub, Party(party), opens=None, closes=None, action=InstructionAction.WITHDRAW, **row)
            if at % 8 == 7:
                draft.instruct(hub, Party(party), rule=("by-night", "gone")[at % 2], **JUNE, **row)


def _tail_of_a_night(draft: Draft) -> None:
    """A period that opens on the Saturday into which a Friday's night reaches."""
    saturday: dict[str, Any] = {"opens": on(date(2026, 3, 7)), "closes": on(date(2026, 3, 20))}
    daily = BatchSpec(stop_if={"failed": "> 2%"}, size=1, pause=Duration(days=1))
    fridays, weekend = window("fridays", "4", 22, 5), window("weekend", "456", 0, 24)
    draft.add(A, decides=(decide("batched", CS1, windows=fridays, batch=daily, **saturday),))
    draft.add(A, decides=(decide("fridays", CS2, windows=fridays, **saturday),))
    draft.add(B, decides=(decide("weekend", windows=weekend, **saturday),))


def _rules_of_one_name(draft: Draft) -> None:
    """Both Suppliers name their rules alike: hubs of all pairs with these rules are counted together."""
    april = on(date(2026, 4, 1))
    for party, size in ((A, 3), (B, 2)):
        batch = BatchSpec(stop_if={"failed": "> 2%"}, size=size, pause=Duration(days=3))
        draft.add(party, decides=(decide("batched", opens=april, batch=batch),))
    for hub in draft.hubs[::4]:
        if B in hub.suppliers.parties:
            draft.instruct(hub, B)


def _no_path(draft: Draft) -> None:
    """A version higher than every one from which the release may be applied."""
    draft.release(upgrade_from=(OLDER, OLD))
    hubs = tuple(
        evolve(hub, firmware_version=UNKNOWN_VERSION) if at % 3 == 0 else hub for at, hub in enumerate(draft.hubs)
    )
    draft.hubs = hubs


def _mandatory(draft: Draft) -> None:
    draft.inputs = evolve(draft.inputs, rulesets=(RuleSet(owner=A, decides=(decide("some", CS1),)),))
    draft.release(participation=Participation.MANDATORY)
    move = DecideThen.MOVE_AUTOMATIC_DATE
    draft.add(DCC, decides=(decide("north-later", NORTH, then=move, to=on(date(2026, 10, 1))),))
    draft.tell("release_stopped", day=20, configuration_set="CS-0151", because="bricked")
    for hub in draft.hubs[::3]:
        for party in hub.suppliers.parties:
            draft.instruct(hub, Party(party))
    withdrawn = {"action": InstructionAction.WITHDRAW, "opens": None, "closes": None}
    last = next(hub for hub in draft.hubs[::-1] if hub.suppliers.parties)
    draft.instruct(last, Party(last.suppliers.parties[0]), **withdrawn)


def _moved_before_an_instruction(draft: Draft) -> None:
    """Instructions that were valid by the date as notified, and open after the one moved forward."""
    move = DecideThen.MOVE_AUTOMATIC_DATE
    told = is_("other_supplier_instructed", True)
    draft.add(DCC, decides=(decide("some-earlier", CS2, then=move, to=on(date(2026, 5, 10))),))
    draft.add(A, decides=(decide("follow", told, opens=on(date(2026, 4, 1))),))
    for at, hub in enumerate(draft.hubs):
        for party in hub.suppliers.parties:
            if at % 4:
                opens = datetime(2026, 5, 4 + 3 * (at % 4), tzinfo=UTC)
                closes = opens + timedelta(days=9 * (at % 3) + 2)
                draft.instruct(hub, Party(party), opens=opens, closes=closes)


def _changes_that_contradict(draft: Draft) -> None:
    """Changes that name the holder, somebody else, nobody; one after the other; and one that is past."""
    for at, hub in enumerate(draft.hubs):
        role = ("import", "gas")[at % 2]
        held = {"import": hub.suppliers.import_supplier, "gas": hub.suppliers.gas_supplier}
        other = B if held[role] == A else A
        kinds: tuple[tuple[dict[str, Any], ...], ...] = (
            ({"from": held[role] or A, "to": "CHLI", "effective": "2026-04-10"},),
            ({"from": other, "to": "CHLI", "effective": "2026-04-10"},),
            (
                {"from": held[role] or A, "to": "CHLI", "effective": "2026-04-20"},
                {"from": "CHLI", "to": other, "effective": "2026-05-02"},
                {"from": other, "to": "DLTA", "effective": "2026-04-30"},
            ),
            ({"from": other, "to": held[role] or A, "effective": "2026-01-31"},),
            ({"effective": "2026-04-10"},),
        )
        for fields in kinds[at % len(kinds)]:
            draft.tell("change_of_supplier_started", day=2, guid=hub.guid, role=role, **fields)


def _unknown_owner(draft: Draft) -> None:
    draft.add("ALFFA", decides=(decide("lost"),))
    draft.add("CSP:South", region_windows=window("lost", "0", 1, 2))


def _cpl(draft: Draft) -> None:
    def entry(number: int, version: str, status: CplStatus) -> CplEntry:
        return CplEntry(
            number=number,
            status=status,
            device_type="Communications Hub",
            manufacturer="106C",
            device_model=MODEL,
            firmware_version=version,
        )

    entries: tuple[Any, ...] = (
        entry(1, VERSION, CplStatus.CURRENT),
        entry(2, OLD, CplStatus.CURRENT),
    )
    draft.inputs = evolve(
        draft.inputs,
        cpl=CentralProductsList(
            entries=entries,
            upgrade_paths={(MODEL, VERSION): (OLD,), (MODEL, OLD): (OLDER,)},
        ),
    )


def _upgrade_from(draft: Draft) -> None:
    draft.release(upgrade_from=(OLD,))


def _period_over(draft: Draft) -> None:
    draft.add(A, decides=(decide("january", closes=on(date(2026, 1, 31))),))
    draft.add(B, decides=(decide("by-install", opens=DateExpr(base="installed_on")),))


def _priorities(draft: Draft) -> None:
    for owner, rank in ((A, 60), (DCC, 70), ("CSP:Central", 20)):
        rule = PriorityRule(id="ranked", because="x", when=CS1, priority=rank)
        draft.add(owner, priorities=(rule,))
    draft.release(capacity={"North": 2, "Central": 1})


CORNERS: Mapping[str, Callable[[Draft], None]] = {
    "an unknown owner": _unknown_owner,
    "priorities": _priorities,
    "a CPL": _cpl,
    "upgrade from": _upgrade_from,
    "periods over": _period_over,
    "rows of rules passed back": _passed_back,
    "windows on record": _windows_on_record,
    "the tail of a night": _tail_of_a_night,
    "rules of one name": _rules_of_one_name,
    "no permitted path": _no_path,
    "mandatory": _mandatory,
    "moved before an instruction": _moved_before_an_instruction,
    "changes that contradict": _changes_that_contradict,
}
