"""The features of small worlds: each adds one thing that a plan may have to a draft."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from attrs import evolve

from chfw_core.consent.model import InstructionAction
from chfw_core.model.parties import DCC
from chfw_core.model.releases import Blackout
from chfw_core.rules.model import (
    And,
    BatchSpec,
    DecideThen,
    Duration,
    LeafOp,
    Not,
    PriorityRule,
    UntilDate,
    UntilEvent,
    UntilFlagCleared,
    UntilManual,
)
from chfw_core.testing.corners import CORNERS
from chfw_core.testing.worlds import (
    AUTOMATIC,
    CUTOFF,
    MODEL,
    A,
    B,
    Draft,
    decide,
    exclude,
    flagged,
    hold,
    is_,
    leaf,
    on,
    pilot,
    window,
)

CS1, CS2 = is_("configuration_set", "CS-0112"), is_("configuration_set", "CS-0151")
NORTH = is_("csp_region", "North")
RECENT = leaf("installed_on", LeafOp.WITHIN_LAST, Duration(days=60))


def _plain(draft: Draft) -> None:
    pass


def _no_rules(draft: Draft) -> None:
    draft.inputs = evolve(draft.inputs, rulesets=())


def _excludes(draft: Draft) -> None:
    draft.add(A, excludes=(exclude("vulnerable", flagged("psr")), exclude("own", flagged("own"))))
    draft.add(B, excludes=(exclude("not-in-north", NORTH),))


def _hold_until_a_date(draft: Draft) -> None:
    settle = UntilDate(date=on("installed_on", 100))
    draft.add(A, holds=(hold("new-installs", RECENT, settle),))
    draft.add(B, holds=(hold("past-its-end", CS2, UntilDate(date=on(date(2026, 5, 2)))),))


def _hold_until_an_event(draft: Draft) -> None:
    tested = UntilEvent(type="test_passed", per="configuration_set", at_latest=on("cutoff", -5))
    draft.add(A, holds=(hold("our-testing", CS1, tested), hold("theirs", CS2, tested)))
    draft.tell("test_passed", day=20, configuration_set="CS-0112", party=A)
    draft.tell("test_passed", day=21, configuration_set="CS-0151", party=B)


def _hold_with_a_missing_date(draft: Draft) -> None:
    settle = UntilDate(date=on("installed_on", 100))
    draft.add(A, holds=(hold("all-settle", NORTH, settle),))


def _hold_on_a_flag(draft: Draft) -> None:
    until = UntilFlagCleared(flag="defect_triage")
    draft.add(A, holds=(hold("triage", flagged("defect_triage"), until),))
    draft.add(DCC, holds=(hold("dcc-triage", flagged("defect_triage"), until),))
    marked = [hub for hub in draft.hubs if "defect_triage" in hub.flags]
    for hub in marked[:6]:
        draft.tell("flag_cleared", day=3, flag="defect_triage", guid=hub.guid)
    for hub in marked[:2]:
        draft.tell("defect_flagged", day=4, flag="defect_triage", guid=hub.guid)
    draft.tell("flag_cleared", day=5, flag="defect_triage", guid=marked[7].guid, party=A)


def _manual_holds(draft: Draft) -> None:
    draft.add(A, holds=(hold("by-hand", CS1, UntilManual()),))
    draft.add(B, holds=(hold("by-hand", CS1, UntilManual()),))
    draft.tell("release_resumed", day=10, party=A)
    draft.tell("release_resumed", day=11, party=B, csp_region="North")


def _pilots(draft: Draft) -> None:
    draft.add(
        A,
        pilots=(
            pilot(
                "first",
                Not(item=flagged("psr")),
                5,
                spread_by=("csp_region", "configuration_set"),
                at_least=1,
                prefer=flagged("own"),
            ),
            pilot("second", NORTH, 2),
        ),
    )
    draft.add(B, pilots=(pilot("theirs", CS1, 3, spread_by=("csp_region",)),))


def _pilots_over_the_limit(draft: Draft) -> None:
    _pilots(draft)
    draft.release(pilot_limit=4)


def _windows(draft: Draft) -> None:
    nights, days = window("nights", "0123", 22, 5), window("days", "123", 10, 15)
    may: dict[str, Any] = {"opens": on(date(2026, 5, 1)), "closes": on(date(2026, 5, 20))}
    draft.add(A, decides=(decide("by-night", CS1, windows=nights, **may),))
    draft.add(
        B,
        decides=(
            decide("by-day", NORTH, windows=days, **may),
            decide("weekend-nights", windows=window("late", "34", 20, 2), **may),
        ),
    )


def _clock_change(draft: Draft) -> None:
    nights = window("nights", "56", 0, 5)
    ends: dict[str, Any] = {"opens": on(date(2026, 3, 28)), "closes": on(date(2026, 3, 29))}
    draft.add(A, decides=(decide("spring-night", CS1, windows=nights, **ends),))


def _dcc_holds(draft: Draft) -> None:
    incident = UntilEvent(type="incident_closed", ref="INC-1", at_latest=on(date(2026, 5, 20)))
    draft.add(
        DCC,
        holds=(
            hold("INC-1", CS2, incident),
            hold("until-april", NORTH, UntilDate(date=on(date(2026, 4, 20)))),
        ),
    )
    draft.tell("incident_closed", day=60, ref="INC-1")


def _dcc_hold_into_the_mass_period(draft: Draft) -> None:
    draft.add(
        DCC,
        holds=(
            hold("summer", CS1, UntilDate(date=on(date(2026, 7, 10)))),
            hold("autumn", CS2, UntilDate(date=on(date(2026, 9, 1)))),
        ),
    )


def _dcc_moves(draft: Draft) -> None:
    move = DecideThen.MOVE_AUTOMATIC_DATE
    draft.add(
        DCC,
        decides=(
            decide("north-later", NORTH, then=move, to=on(date(2026, 10, 1))),
            decide("some-earlier", CS2, then=move, to=on(date(2026, 5, 10))),
            decide("rest", then=DecideThen.LEAVE_TO_DCC),
        ),
    )


def _dcc_instructs(draft: Draft) -> None:
    narrow: dict[str, Any] = {"opens": on("release.automatic_on", 7), "closes": on("release.automatic_on", 10)}
    nights = window("dcc-nights", "12345", 23, 4)
    batch = BatchSpec(stop_if={"failed": "> 2%"}, size=4, pause=Duration(days=1))
    draft.add(
        DCC,
        decides=(
            decide("narrow", NORTH, windows=nights, batch=batch, **narrow),
            decide("too-early", CS2, opens=on(date(2026, 1, 1)), closes=on(date(2026, 2, 1))),
            decide("rest", then=DecideThen.LEAVE_TO_DCC, batch=batch),
        ),
    )


def _csp(draft: Draft) -> None:
    draft.add(
        "CSP:North",
        region_windows=window("csp-nights", "0123", 23, 6),
        region_batch=BatchSpec(stop_if={"failed": "> 2%"}, size=2, pause=Duration(seconds=36 * 3600)),
        priorities=(PriorityRule(id="own", because="x", when=CS2, priority=70),),
    )


def _csp_blocks(draft: Draft) -> None:
    draft.add(A, decides=(decide("by-day", windows=window("days", "0123456", 10, 15)),))
    draft.add("CSP:North", region_windows=window("csp-nights", "0123456", 23, 6))


def _stopped(draft: Draft) -> None:
    draft.tell("release_stopped", day=20, csp_region="North", because="bricked")
    draft.tell("release_resumed", day=21)


def _paused(draft: Draft) -> None:
    draft.tell("release_paused", day=20, configuration_set="CS-0112")
    draft.tell("release_paused", day=20, guid=draft.hubs[30].guid)
    draft.tell("release_resumed", day=24, csp_region="Central")
    draft.tell("release_stopped", day=24, party=A)
    draft.tell("release_stopped", day=24, release="another")


def _revoked(draft: Draft) -> None:
    draft.tell("release_revoked", day=3)


def _phases(draft: Draft) -> None:
    draft.tell("phase_opened", day=5, phase="pilot")
    draft.tell("phase_opened", day=120, phase="mass")
    draft.add(A, excludes=(exclude("not-in-pilot", is_("release.phase", "pilot")),))


def _phases_of_some(draft: Draft) -> None:
    """Phases that open for a region, a configuration set (of one model, too) or a hub; one that a Supplier opens."""
    draft.tell("phase_opened", day=4, phase="pilot")
    draft.tell("phase_opened", day=5, phase="mass", csp_region="North")
    draft.tell("phase_opened", day=6, phase="mass", configuration_set="CS-0112", device_model=MODEL.lower())
    draft.tell("phase_opened", day=7, phase="safe_launch", configuration_set="CS-0151")
    for at in (2, 30, 31):
        draft.tell("phase_opened", day=8, phase="pilot" if at == 2 else "notified", guid=draft.hubs[at].guid)
    draft.tell("phase_opened", day=9, phase="notified", csp_region="Central", party=A)
    draft.tell("phase_opened", day=120, phase="notified")
    begun = leaf("release.phase", LeafOp.GT, "notified")
    mass = is_("release.phase", "mass")
    draft.add(A, excludes=(exclude("not-in-pilot", is_("release.phase", "pilot")),))
    draft.add(B, decides=(decide("begun", And(items=(begun, Not(item=mass))), opens=on(date(2026, 4, 1))),))
    draft.add("CSP:North", priorities=(PriorityRule(id="mass", because="x", when=mass, priority=90),))
    draft.add(
        "DCC",
        decides=(decide("mass-later", mass, then=DecideThen.MOVE_AUTOMATIC_DATE, to=on("release.automatic_on", 20)),),
    )


def _explicit(draft: Draft) -> None:
    for at, hub in enumerate(draft.hubs):
        for party in hub.suppliers.parties:
            if at % 2 == 0 or party == A:
                draft.instruct(hub, party)
    plain = tuple(draft.instructions)
    kinds: tuple[dict[str, Any], ...] = (
        {"action": InstructionAction.WITHDRAW, "opens": None, "closes": None},
        {"received_at": CUTOFF, "opens": datetime(2026, 6, 10, tzinfo=UTC), "closes": AUTOMATIC},
        {"received_at": CUTOFF + timedelta(seconds=1), "closes": AUTOMATIC},
        {"opens": AUTOMATIC, "closes": AUTOMATIC + timedelta(days=3)},
        {"opens": datetime(2026, 1, 20, tzinfo=UTC), "closes": datetime(2026, 1, 30, tzinfo=UTC)},
        {"opens": datetime(2026, 6, 30, tzinfo=UTC), "closes": datetime(2026, 7, 9, tzinfo=UTC)},
        {"closes": datetime(2026, 5, 4, tzinfo=UTC)},
        {"party": B},
        {"guid": 1},
        {"rule": "earlier-rule", "closes": datetime(2026, 6, 20, tzinfo=UTC)},
    )
    for at, row in enumerate(plain):
        if at % 11 < len(kinds):
            draft.instructions.append(evolve(row, row=None, **kinds[at % 11]))


def _other_supplier(draft: Draft) -> None:
    _explicit(draft)
    told = is_("other_supplier_instructed", True)
    draft.add(A, decides=(decide("follow", told, opens=on(date(2026, 4, 1))),))
    draft.add(B, excludes=(exclude("never-second", told),))


def _changes(draft: Draft) -> None:
    days = ("2026-03-10", "2026-02-04", "2026-01-31", "2026-07-08", "2026-05-15")
    for at, hub in enumerate(draft.hubs):
        role = ("import", "gas")[at % 2]
        if at % 3:
            day = days[at % len(days)]
            draft.tell("change_of_supplier_started", day=2, guid=hub.guid, role=role, effective=day)


def _capacity(draft: Draft) -> None:
    draft.release(capacity={"North": 1, "Central": 2})
    may: dict[str, Any] = {"opens": on(date(2026, 5, 4)), "closes": on(date(2026, 5, 8))}
    draft.add(A, decides=(decide("one-week", **may),))
    draft.add(B, decides=(decide("one-week", **may),))
    urgent = PriorityRule(id="urgent", because="x", when=CS1, priority=80)
    draft.add(A, priorities=(urgent,))
    overrides = {("North", date(2026, 5, 5)): 0, ("Central", date(2026, 7, 5)): 1}
    draft.inputs = evolve(draft.inputs, capacity_overrides=overrides)


def _capacity_in_the_mass_period(draft: Draft) -> None:
    draft.release(capacity={"North": 1, "Central": 0}, mass_period_days=10)


def _blackouts(draft: Draft) -> None:
    def at(month: int, day: int, hour: int = 0) -> datetime:
        return datetime(2026, month, day, hour, tzinfo=UTC)

    draft.release(
        blackouts=(
            Blackout(opens=at(3, 2), closes=at(4, 8, 9), regions=frozenset({"North"})),
            Blackout(opens=at(4, 8, 7), closes=at(4, 8, 12)),
            Blackout(opens=at(7, 6, 10), closes=at(7, 30), regions=frozenset({"Central"})),
        )
    )


def _batches(draft: Draft) -> None:
    small = BatchSpec(stop_if={"failed": "> 2%"}, size=2, pause=Duration(days=3))
    slow = BatchSpec(stop_if={"failed": "> 2%"}, size=5, pause=Duration(days=9))
    draft.add(A, decides=(decide("in-twos", opens=on(date(2026, 4, 1)), batch=small),))
    end = on(date(2026, 4, 20))
    draft.add(B, decides=(decide("slowly", CS1, opens=on(date(2026, 4, 1)), closes=end, batch=slow),))


def _late_batches(draft: Draft) -> None:
    week = {"opens": on(date(2026, 4, 1)), "closes": on(date(2026, 4, 5))}
    ends: dict[str, Any] = {**week, "batch": BatchSpec(stop_if={"failed": "> 2%"}, size=2, pause=Duration(days=2))}
    draft.add(A, decides=(decide("one-week-in-twos", **ends),))


def _by_split(draft: Draft) -> None:
    """The DCC and a CSP tell hubs with two Suppliers from the others, and know of nobody's instruction."""
    _capacity(draft)
    split, told = is_("split", True), is_("other_supplier_instructed", True)
    draft.add("CSP:North", priorities=(PriorityRule(id="two", because="x", when=split, priority=90),))
    later = decide("two-later", split, then=DecideThen.MOVE_AUTOMATIC_DATE, to=on("release.automatic_on", 20))
    draft.add("DCC", decides=(decide("never", told, then=DecideThen.LEAVE_TO_DCC), later))


FEATURES: Mapping[str, Callable[[Draft], None]] = {
    "plain": _plain,
    "split or not": _by_split,
    "no rules": _no_rules,
    "excludes": _excludes,
    "hold until a date": _hold_until_a_date,
    "hold until an event": _hold_until_an_event,
    "hold with a missing date": _hold_with_a_missing_date,
    "hold on a flag": _hold_on_a_flag,
    "manual holds": _manual_holds,
    "pilots": _pilots,
    "pilots over the limit": _pilots_over_the_limit,
    "windows": _windows,
    "clock change": _clock_change,
    "holds of the DCC": _dcc_holds,
    "hold of the DCC into the mass period": _dcc_hold_into_the_mass_period,
    "the DCC moves the date": _dcc_moves,
    "the DCC instructs": _dcc_instructs,
    "a CSP": _csp,
    "a CSP blocks": _csp_blocks,
    "stopped": _stopped,
    "paused": _paused,
    "revoked": _revoked,
    "phases": _phases,
    "phases of some hubs": _phases_of_some,
    "explicit instructions": _explicit,
    "the other Supplier": _other_supplier,
    "changes of Supplier": _changes,
    "capacity": _capacity,
    "capacity in the mass period": _capacity_in_the_mass_period,
    "black-outs": _blackouts,
    "batches": _batches,
    "late batches": _late_batches,
    **CORNERS,
}
