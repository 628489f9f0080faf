"""What triggers have written down, for their owner: what fired and why, and what a plan is to know of it."""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from attrs import frozen
from sqlalchemy import Connection, or_, select, true
from sqlalchemy.engine import Row

from chfw_app.stores.ledger import read_entries
from chfw_app.stores.rollout_codec import read_releases
from chfw_app.stores.tables import trigger_hold
from chfw_app.stores.trigger_projection import hold_ids
from chfw_app.triggers.effects.holding import standing
from chfw_app.triggers.effects.incidents import raised_by_firing
from chfw_app.triggers.installing import in_force
from chfw_core.documents.rollout_values import type_name
from chfw_core.documents.trigger_entries import restore_trigger_entry
from chfw_core.errors import InputError
from chfw_core.planning.trigger_records import TriggerHold, TriggerRecords, TriggerRelease
from chfw_core.rollout.triggering.entries import Fired, Kind, TriggersFired
from chfw_core.rules.problems.problem import did_you_mean, shown

_SHOWN = 20


@frozen(kw_only=True)
class RaisedOn:
    """The incident of a firing on one release, by its full id. `open`: no decision on it is in force."""

    release: str
    incident: str
    open: bool


@frozen(kw_only=True)
class Shown:
    """One firing, with its owner and the version of its files, and what has become of it.

    `holds_stand`: of each of its holds, in the order of its effects, whether it has not ended.
    """

    owner: str
    version: str
    fired: Fired
    holds_stand: tuple[bool, ...] = ()
    incidents: tuple[RaisedOn, ...] = ()


def firings(
    connection: Connection, *, owner: str | None = None, trigger: str | None = None, guid: int | None = None
) -> Iterator[Shown]:
    """What fired, in order. `owner`: by that party's own rules alone; None: all of it, which is the DCC's to see."""
    still = {hold.id for hold in standing(connection, where=true())}
    raised: dict[str, list[RaisedOn]] = defaultdict(list)
    for of, record in read_releases(connection).items():
        for known in record.incidents:
            raised[known.id].append(RaisedOn(release=of, incident=known.id, open=known.open))
    for entry in read_entries(connection, types=[type_name(TriggersFired)]):
        if owner is not None and entry.by != owner:
            continue
        found = restore_trigger_entry(entry.payload, entry.rows)
        assert isinstance(found, TriggersFired)
        for one, holds in zip(found.firings, hold_ids(entry.seq, found), strict=True):
            if trigger in (None, one.trigger) and (guid is None or one.guid == guid):
                own = raised_by_firing(one, found.owner)
                yield Shown(
                    owner=found.owner,
                    version=found.version,
                    fired=one,
                    holds_stand=tuple(hold in still for hold in holds),
                    incidents=() if own is None else tuple(raised.get(own, ())),
                )


def check_named(connection: Connection, trigger: str, owner: str | None = None) -> None:
    """That rule files which are or were in force have a trigger of that name. `owner`: as of `firings`.

    Raises InputError, with the nearest name.
    """
    files = (one for one in in_force(connection) if owner in (None, one.rules.owner))
    known = sorted({rule.id for one in files for rule in one.rules.triggers})
    if trigger not in known:
        hint = did_you_mean(trigger, known) or ("there are " + ", ".join(known[:_SHOWN]) if known else None)
        raise InputError(f"no rule of `events` called `{shown(trigger)}` is or was in force", hint=hint)


def records(connection: Connection, as_of: datetime, release: str | None = None) -> TriggerRecords:
    """What a plan is to know, as of an instant: holds that stand, and holds of rule files that were released."""
    about = or_(trigger_hold.c.until.is_(None), trigger_hold.c.until > as_of)
    holds = [one for one in standing(connection, where=about) if _is_of(one, release)]
    released = connection.execute(
        select(trigger_hold).where(trigger_hold.c.kind == Kind.RELEASE.value).order_by(trigger_hold.c.id)
    )
    return TriggerRecords(
        holds=tuple(_hold(one) for one in holds),
        releases=tuple(_release(one) for one in released if _is_of(one, release)),
    )


def _is_of(one: Row[Any], release: str | None) -> bool:
    return release is None or json.loads(one.scope).get("release", release) == release


def _bounds(one: Row[Any]) -> dict[str, str]:
    """What bounds it beside the release, which a plan is of, and the batch, which a plan makes."""
    return {name: value for name, value in json.loads(one.scope).items() if name not in ("release", "batch")}


def _hold(one: Row[Any]) -> TriggerHold:
    return TriggerHold(
        owner=one.owner,
        trigger=one.trigger,
        version=one.version,
        because=one.because,
        since=one.since,
        ends=one.ends,
        guid=one.guid,
        bounds={} if one.guid is not None else _bounds(one),
        until=one.until,
        awaits=one.awaits,
        ref=one.ref,
    )


def _release(one: Row[Any]) -> TriggerRelease:
    return TriggerRelease(
        owner=one.owner,
        trigger=one.trigger,
        holds=None if one.awaits is None else tuple(json.loads(one.awaits)),
        guid=one.guid,
        bounds={} if one.guid is not None else _bounds(one),
    )
