"""A firing of the core as the ledger keeps it: plain values, and an id for its key."""

import hashlib
from datetime import datetime
from typing import Any, assert_never

from chfw_core.documents.rollout_values import canonical
from chfw_core.model.periods import format_instant
from chfw_core.rollout.triggering.entries import Effect, Fired, Kind
from chfw_core.triggers.records import (
    Cause,
    EffectRecord,
    Firing,
    HoldRecord,
    IncidentRecord,
    InstructRecord,
    NotifyRecord,
    ReleaseRecord,
)


def id_of(firing: Firing) -> str:
    """32 hex digits that stand for the key under which it fires once."""
    return hashlib.sha256(canonical([firing.owner, *firing.key])).hexdigest()[:32]


def fired_of(firing: Firing) -> tuple[str, str, Fired]:
    """Owner, version, and what is kept."""
    fired = Fired(
        id=id_of(firing),
        trigger=firing.trigger,
        scope=dict(firing.scope),
        at=firing.at,
        because=firing.because,
        said=told_of(firing),
        guid=firing.guid,
        release=firing.release,
        per_hub="hub" in firing.scope,
        effects=tuple(effect_of(record) for record in firing.records),
    )
    return firing.owner, firing.version, fired


def told_of(firing: Firing) -> str:
    """The rule's words and the events that led to it, by type and time; of a burst how many, and from when to when.

    Ids of events are left out: they number entries, or what somebody else has sent, and would count that (NF7).
    """
    chain = firing.chain
    events = ", then ".join(f"{link.type} at {format_instant(link.at)}" for link in chain)
    if len(chain) > 2 and len({link.type for link in chain}) == 1:
        times = f"from {format_instant(chain[0].at)} to {format_instant(chain[-1].at)}"
        events = f"{len(chain)} {chain[0].type} {times}"
    late = (
        "" if firing.cause is Cause.COMPLETED else f"; what was to follow had not come by {format_instant(firing.at)}"
    )
    return f"{firing.trigger}: {firing.because} ({events}{late})"


def effect_of(record: EffectRecord) -> Effect:
    """One record as plain values; what is None is left out."""
    match record:
        case HoldRecord():
            said: dict[str, Any] = {
                "until": record.until.value,
                "everything": record.everything or None,
                "ends": _instant(record.ends),
                "event": record.event,
                "ref": record.ref,
                "per": record.per,
                "flag": record.flag,
            }
            kind = Kind.HOLD
        case ReleaseRecord():
            said = {"holds": list(record.holds), "everything": record.everything or None}
            kind = Kind.RELEASE
        case InstructRecord():
            windows = sorted({part.name for part in record.windows.parts})
            said = {"opens": _instant(record.opens), "closes": _instant(record.closes), "windows": windows}
            kind = Kind.INSTRUCT
        case NotifyRecord():
            said, kind = {"to": list(record.to), "text": record.text}, Kind.NOTIFY
        case IncidentRecord():
            said, kind = {"priority": record.priority}, Kind.INCIDENT
        case _:
            assert_never(record)
    return Effect(kind=kind, said={name: value for name, value in said.items() if value is not None})


def _instant(value: datetime | None) -> str | None:
    return None if value is None else format_instant(value)
