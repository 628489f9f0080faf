"""What the entries of triggers make of the tables: numbers said, rule files, firings, holds and their ends."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any, assert_never

from sqlalchemy import Connection, insert, update

from chfw_app.pieces import in_pieces
from chfw_app.stores.bulk import load
from chfw_app.stores.projections import Projection, nothing
from chfw_app.stores.tables import firing, observed, rule_files, trigger_hold
from chfw_core.documents.events import event_values
from chfw_core.documents.rollout_values import canonical, type_name
from chfw_core.documents.trigger_entries import restore_trigger_entry
from chfw_core.model.events import Event
from chfw_core.model.periods import parse_instant
from chfw_core.rollout.entries import Entry
from chfw_core.rollout.triggering.entries import (
    EventsObserved,
    Fired,
    HoldsEnded,
    Kind,
    RulesInstalled,
    TimePassed,
    TriggersFired,
)

MOST_HOLDS = 1_000_000
"""Holds of one entry: a hold's id is the entry's number and its place."""
_AT_ONCE = 500
"""Numbers in one statement."""


def trigger_projections() -> Mapping[str, Projection]:
    """What an entry of each type does."""
    kinds: dict[type, Projection] = {
        EventsObserved: _observed,
        RulesInstalled: _installed,
        TimePassed: nothing,
        TriggersFired: _fired,
        HoldsEnded: _ended,
    }
    return {type_name(kind): projection for kind, projection in kinds.items()}


def digest_of(event: Event) -> int:
    """Eight bytes of what an event says, as a signed number: the same event, in whatever order, the same bytes."""
    return int.from_bytes(blake2b(canonical(event_values(event)), digest_size=8).digest(), "big", signed=True)


def _observed(connection: Connection, entry: Entry) -> None:
    found = restore_trigger_entry(entry.payload, entry.rows)
    assert isinstance(found, EventsObserved)
    rows = sorted((entry.by, event.seq, digest_of(event)) for event in found.events)
    load(connection, observed, ("by", "number", "digest"), rows)


def _installed(connection: Connection, entry: Entry) -> None:
    found = restore_trigger_entry(entry.payload, None)
    assert isinstance(found, RulesInstalled)
    connection.execute(
        insert(rule_files).values(seq=entry.seq, owner=found.owner, version=found.version, after=found.after)
    )


def _fired(connection: Connection, entry: Entry) -> None:
    found = restore_trigger_entry(entry.payload, None)
    assert isinstance(found, TriggersFired)
    rows = sorted((bytes.fromhex(one.id), entry.seq, nth) for nth, one in enumerate(found.firings))
    load(connection, firing, ("id", "seq", "nth"), rows)
    holds = [row for one in found.firings for row in _holds(found, one)]
    for nth, row in enumerate(holds):
        row["id"] = entry.seq * MOST_HOLDS + nth
    if holds:
        connection.execute(insert(trigger_hold), holds)


def hold_ids(seq: int, found: TriggersFired) -> Iterator[tuple[int, ...]]:
    """Per firing of an entry the ids of its holds, in the order of its effects. `seq`: the entry's number."""
    place = seq * MOST_HOLDS
    for one in found.firings:
        rows = list(_holds(found, one))
        yield tuple(place + nth for nth, row in enumerate(rows) if row["kind"] == Kind.HOLD.value)
        place += len(rows)


def _holds(found: TriggersFired, one: Fired) -> Iterator[dict[str, Any]]:
    for effect in one.effects:
        said = effect.said
        about_hub = one.per_hub and one.guid is not None and not said.get("everything", False)
        row = {
            "kind": effect.kind.value,
            "owner": found.owner,
            "trigger": one.trigger,
            "version": found.version,
            "guid": one.guid if about_hub else None,
            "scope": _bounds(one),
            "since": one.at,
            "because": one.because,
            "ended_seq": None,
        }
        match effect.kind:
            case Kind.HOLD:
                until = said.get("ends")
                ends = {"ends": said["until"], "until": None if until is None else _instant(until)}
                yield row | ends | {"awaits": said.get("event") or said.get("flag"), "ref": said.get("ref")}
            case Kind.RELEASE:
                names = None if said.get("everything") else json.dumps(list(said["holds"]))
                yield row | {"ends": "released", "until": None, "awaits": names, "ref": None}
            case Kind.INSTRUCT | Kind.NOTIFY | Kind.INCIDENT:
                pass
            case _:
                assert_never(effect.kind)


def _bounds(one: Fired) -> str:
    """What bounds it beside the hub, as JSON, the release among it where the event was about one."""
    bounds = {name: value for name, value in one.scope.items() if name not in ("hub", "guid")}
    if one.release is not None:
        bounds["release"] = one.release
    return canonical(bounds).decode()


def _instant(text: str) -> datetime:
    return parse_instant(text)


def _ended(connection: Connection, entry: Entry) -> None:
    found = restore_trigger_entry(entry.payload, None)
    assert isinstance(found, HoldsEnded)
    for some in in_pieces(found.holds, _AT_ONCE):
        connection.execute(update(trigger_hold).where(trigger_hold.c.id.in_(some)).values(ended_seq=entry.seq))
