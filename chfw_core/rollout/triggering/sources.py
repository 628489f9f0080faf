"""Where every type of event of the rule language comes from: the roll-out's own ledger, a tick, or whoever may say so.

`OUTSIDE` says who may report what (RU6). `happenings` reads an event of the ledger as what triggers hear.
`FROM_LEDGER` lists the same for people; a test holds the two together, and both against the language's types.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from chfw_core.model.guid_list import GuidList
from chfw_core.model.releases import Phase, Priority
from chfw_core.rollout.base import RollOutEvent, is_party
from chfw_core.rollout.gate import Who
from chfw_core.rollout.incidents import events as incidents
from chfw_core.rollout.incidents.model import IncidentOutcome, full_id
from chfw_core.rollout.notice import events as notice
from chfw_core.rollout.outcomes import events as outcomes
from chfw_core.rollout.pilot import events as pilot
from chfw_core.rollout.records import SupplierChanging
from chfw_core.rollout.suppliers import events as suppliers
from chfw_core.rollout.triggering.heard import Happening

_ANYBODY = frozenset({Who.DCC, Who.SUPPLIER})
_FIELD_WORK = frozenset({Who.DCC, Who.CSP})

OUTSIDE: Final[Mapping[str, frozenset[Who]]] = {
    "hub_commissioned": frozenset({Who.DCC, Who.SMI, Who.CSP}),
    "hub_lost_wan": _FIELD_WORK,
    "meter_firmware_started": _ANYBODY,
    "meter_firmware_activated": _ANYBODY,
    "meter_read_received": _ANYBODY,
    "configuration_set_changed": frozenset({Who.DCC, Who.SMI, Who.SUPPLIER}),
    "defect_flagged": frozenset({Who.DCC, Who.SUPPLIER, Who.CSP}),
    "flag_cleared": frozenset({Who.DCC, Who.SUPPLIER, Who.CSP}),
    "test_passed": _ANYBODY,
    "price_change_announced": _ANYBODY,
    "data_upload_started": _ANYBODY,
    "data_upload_finished": _ANYBODY,
    "prepayment_topup": _ANYBODY,
    "change_of_supplier_started": frozenset({Who.REGISTRATION}),
    "change_of_supplier_completed": frozenset({Who.REGISTRATION}),
}
"""Per type of event from outside, who may say it: a Supplier of its own hubs, a CSP of its region."""

FROM_LEDGER: Final[Mapping[str, tuple[type[RollOutEvent], ...]]] = {
    "release_notified": (notice.ReleaseNotified,),
    "release_revoked": (notice.NoticeRevoked,),
    "release_paused": (incidents.ReleaseSuspended, incidents.IncidentDecided),
    "release_resumed": (incidents.ReleaseResumed, incidents.IncidentDecided),
    "release_stopped": (incidents.IncidentDecided,),
    "phase_opened": (pilot.PilotBegun, pilot.MassApproved, pilot.MassBegun),
    "hub_update_succeeded": (outcomes.HubsVerified,),
    "hub_update_failed": (outcomes.HubsFailed, outcomes.HubsFellSilent),
    "change_of_supplier_started": (suppliers.SupplierChangeAnnounced,),
    "change_of_supplier_completed": (suppliers.SupplierChanged,),
    "incident_raised": (incidents.IncidentRaised,),
    "incident_closed": (incidents.IncidentDecided,),
}
"""Per type of event that the roll-out records itself, by which of its events."""

BY_TICK: Final[tuple[str, ...]] = ("tick", "configuration_set_trend")
"""What time brings: `chfw rollout tick`."""

Fields = Mapping[str, object]
_PHASES: Mapping[type[RollOutEvent], Phase] = {
    pilot.PilotBegun: Phase.PILOT,
    pilot.MassApproved: Phase.SAFE_LAUNCH,
    pilot.MassBegun: Phase.MASS,
}
_DECIDED: Mapping[IncidentOutcome, str] = {
    IncidentOutcome.PROCEED: "release_resumed",
    IncidentOutcome.PAUSE: "release_paused",
    IncidentOutcome.DELAY: "release_resumed",
    IncidentOutcome.STOP: "release_stopped",
}


def happenings(event: RollOutEvent, release: str) -> Iterator[Happening]:
    """What triggers hear of an event of the ledger, in a fixed order; nothing of most."""
    at = event.at
    match event:
        case notice.ReleaseNotified():
            yield Happening(type="release_notified", at=at, release=release)
        case notice.NoticeRevoked():
            yield Happening(type="release_revoked", at=at, release=release, fields={"reason": event.reason})
        case incidents.ReleaseSuspended():
            yield Happening(type="release_paused", at=at, release=release, fields={"reason": event.reason})
        case incidents.ReleaseResumed():
            yield Happening(type="release_resumed", at=at, release=release, fields={"reason": event.reason})
        case pilot.PilotBegun() | pilot.MassApproved() | pilot.MassBegun():
            phase = _PHASES[type(event)].value
            yield Happening(type="phase_opened", at=at, release=release, fields={"phase": phase})
        case incidents.IncidentRaised():
            priority = Priority.HIGH if event.high_priority else Priority.NORMAL
            said = {"priority": priority.value, "emergency_stop": event.emergency_stop, "reason": event.description}
            yield from _of_incident("incident_raised", event.incident, event, release, said)
        case incidents.IncidentDecided():
            said = {"reason": event.commentary}
            if event.resumes is not False:  # what was not halted, or stays so, is not resumed
                yield Happening(type=_DECIDED[event.outcome], at=at, release=release, fields=said)
            yield from _of_incident("incident_closed", event.incident, event, release, said)
        case _:
            yield from _of_hubs(event, release)


def _of_hubs(event: RollOutEvent, release: str) -> Iterator[Happening]:
    match event:
        case outcomes.HubsVerified():
            fields: dict[str, object] = {"firmware_version": event.firmware_version}
            yield Happening(
                type="hub_update_succeeded", at=event.observed_at, release=release, fields=fields, guids=event.guids
            )
        case outcomes.HubsFailed() | outcomes.HubsFellSilent():
            fields = {"reason": event.reason}
            for happened, guids in _when_failed(event):
                yield Happening(type="hub_update_failed", at=happened, release=release, fields=fields, guids=guids)
        case suppliers.SupplierChangeAnnounced() | suppliers.SupplierChanged():
            kind = "started" if isinstance(event, suppliers.SupplierChangeAnnounced) else "completed"
            yield Happening(
                type=f"change_of_supplier_{kind}",
                at=event.at,
                release=release,
                fields=change_fields(event),
                guids=event.guids,
            )
        case _:
            return


def _when_failed(event: outcomes.HubsFailed | outcomes.HubsFellSilent) -> Iterator[tuple[datetime, GuidList]]:
    """Hubs by when they failed: as the reporter says, each at its own time; silence when it was declared."""
    if isinstance(event, outcomes.HubsFellSilent) or event.occurred_at is None:
        yield event.at, event.guids
    elif event.times is None:
        yield event.occurred_at, event.guids
    else:
        yield from event.times.by_time(event.guids)


def change_fields(change: suppliers.SupplierChangeAnnounced | suppliers.SupplierChanged | SupplierChanging) -> Fields:
    """CS3: what an event of a change of Supplier carries; who leaves or joins where that was said."""
    moves = {"from": change.leaves, "to": change.joins}
    fields = {"role": change.role.value, "effective": change.effective.isoformat()}
    return {**fields, **{key: party for key, party in moves.items() if party is not None}}


def _of_incident(
    kind: str, incident: str, event: RollOutEvent, release: str, said: Mapping[str, object]
) -> Iterator[Happening]:
    """NF7: whose incident it is, its own rules know and the operators'; no other Supplier hears of it here.

    Its party knows it by the id that it gave, the operators by `PARTY/ID`, but the DCC's own by the id alone.
    """
    party, _, own = incident.partition("/")
    if is_party(party):
        yield Happening(
            type=kind, at=event.at, release=release, party=party, fields={"ref": own, **said}, operators=False
        )
    ref = full_id(party, own) if is_party(party) else own
    yield Happening(type=kind, at=event.at, release=release, fields={"ref": ref, **said}, suppliers=False)
