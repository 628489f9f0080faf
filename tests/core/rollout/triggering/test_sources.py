"""Every type of event of the rule language has a source, and what is said of sources is what happens (RU6)."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from chfw_core.model.events import EVENT_TYPES
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import Party, SupplierRole
from chfw_core.rollout.events import AnyEvent
from chfw_core.rollout.incidents import events as incidents
from chfw_core.rollout.incidents.model import IncidentOutcome
from chfw_core.rollout.notice import events as notice
from chfw_core.rollout.outcomes import events as outcomes
from chfw_core.rollout.pilot import events as pilot
from chfw_core.rollout.suppliers import events as suppliers
from chfw_core.rollout.triggering.sources import BY_TICK, FROM_LEDGER, OUTSIDE, happenings
from chfw_core.rules.vocabulary.event_fields import EVENT_FIELDS
from tests.core.rollout.worlds import START, R


def test_every_type_of_event_has_a_source() -> None:
    assert {*OUTSIDE, *FROM_LEDGER, *BY_TICK} == set(EVENT_TYPES)


def test_what_is_listed_is_what_is_read() -> None:
    """Of samples of every event of a roll-out."""
    found: dict[str, set[type]] = {}
    for event in samples():
        for happening in happenings(event, R):
            found.setdefault(happening.type, set()).add(type(event))
    assert found == {kind: set(events) for kind, events in FROM_LEDGER.items()}


def test_nothing_is_carried_that_the_type_does_not_have() -> None:
    for event in samples():
        for happening in happenings(event, R):
            known = {spec.name.removeprefix("event.") for spec in EVENT_FIELDS[happening.type]}
            assert set(happening.fields) <= known


@pytest.mark.parametrize("raised_by", ["NWND", "DCC", "CSP:North"])
def test_of_an_incident_its_own_party_and_the_operators_hear_alone(raised_by: str) -> None:
    """NF7, I8: by the id that each knows it by."""
    raised = incidents.IncidentRaised(
        at=START, by=raised_by, incident=f"{raised_by}/I1", party=Party(raised_by), description="meters lost"
    )
    heard = {
        owner: [one.fields["ref"] for one in happenings(raised, R) if one.heard_by(owner)]
        for owner in ("NWND", "CLDR", "DCC", "CSP:North")
    }
    mine = "I1" if raised_by != "NWND" else "NWND/I1"
    assert heard == {"NWND": ["I1"] if raised_by == "NWND" else [], "CLDR": [], "DCC": [mine], "CSP:North": [mine]}


def samples() -> Iterator[AnyEvent]:
    """One of each that may mean something, and some that mean nothing."""
    of: dict[str, Any] = {"at": START, "by": "DCC"}
    hubs = {**of, "guids": GuidList((1, 2))}
    change = {**hubs, "role": SupplierRole.GAS, "leaves": "NWND", "joins": None, "effective": date(2026, 3, 1)}
    yield notice.ReleaseNotified(**of, suppliers=(), regions=())
    yield notice.NoticeRevoked(**of, reason="a defect")
    yield notice.AutomaticDateMoved(**of, automatic_at=START, reason="a defect")
    yield pilot.PilotBegun(**of)
    yield pilot.MassApproved(**of, approval="OA-1")
    yield pilot.MassBegun(**of)
    yield outcomes.HubsVerified(**hubs, firmware_version="0D050002", observed_at=START)
    yield outcomes.HubsFailed(**hubs, code="no_image", reason="no image held")
    yield outcomes.HubsFellSilent(**hubs, code="silent", reason="nothing was heard")
    yield suppliers.SupplierChangeAnnounced(**change)
    yield suppliers.SupplierChanged(**change)
    yield suppliers.SupplierChangeCancelled(**hubs, role=SupplierRole.GAS, effective=date(2026, 3, 1))
    yield incidents.IncidentRaised(**of, incident="NWND/I1", party=Party("NWND"), description="meters lost")
    yield incidents.ReleaseSuspended(**of, reason="a defect")
    yield incidents.ReleaseResumed(**of, reason="mended")
    for outcome in IncidentOutcome:
        yield incidents.IncidentDecided(**of, incident="NWND/I1", outcome=outcome, commentary="so be it")


def test_each_hub_of_an_event_happens_by_itself() -> None:
    (failed,) = happenings(outcomes.HubsFailed(at=START, by="DCC", code="x", reason="y", guids=GuidList((1, 2))), R)
    assert failed.guids == GuidList((1, 2))
    assert all(failed.heard_by(owner) for owner in ("NWND", "DCC", "CSP:North"))


def test_a_failure_is_heard_as_of_when_it_happened() -> None:
    """RU6: by event time; a ledger that did not keep it has the time of the report."""
    of: dict[str, Any] = {"at": START, "by": "CSP:North", "code": "reported", "reason": "y", "guids": GuidList((1,))}
    before = START - timedelta(days=2)
    assert [one.at for one in happenings(outcomes.HubsFailed(**of, occurred_at=before), R)] == [before]
    assert [one.at for one in happenings(outcomes.HubsFailed(**of), R)] == [START]


def test_the_reference_page_says_the_same() -> None:
    text = (Path(__file__).parents[4] / "docs" / "reference" / "events-in-a-roll-out.md").read_text(encoding="utf-8")
    shown = {
        tuple(cell.strip() for cell in line.split("|")[1:-1]) for line in text.splitlines() if line.startswith("| `")
    }
    rows = {(f"`{kind}`", "outside", ", ".join(sorted(who))) for kind, who in OUTSIDE.items()}
    rows |= {
        (f"`{kind}`", "the ledger", ", ".join(sorted(f"`{event.__name__}`" for event in events)))
        for kind, events in FROM_LEDGER.items()
    }
    assert rows <= shown
    assert {(kind, whence) for kind, whence, *_ in shown if whence == "a tick"} == {
        (f"`{one}`", "a tick") for one in BY_TICK
    }
