"""Events from outside enter the ledger: checked line by line, each once, many in one entry (RU6).

A sender numbers its events (`seq`): the same number with the same content is the same event, said again; with
another content it is set aside. A line that cannot be used is set aside with its reason, and the others are taken.
A Supplier speaks of its own hubs alone, a CSP of its region, and is told no more of others than that.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from attrs import evolve, field, frozen
from sqlalchemy import Connection, select

from chfw_app.inputs.texts import read_lines
from chfw_app.pieces import in_pieces
from chfw_app.rollout.carrying import Clock, now_in
from chfw_app.rollout.service import RollOutService, release_ids
from chfw_app.stores.bulk import among
from chfw_app.stores.rollout_codec import read_releases
from chfw_app.stores.store import WriteTransaction
from chfw_app.stores.tables import hub, observed
from chfw_app.stores.trigger_projection import digest_of
from chfw_app.triggers.appending import draft_of
from chfw_app.triggers.event_types import EventTypes, event_types
from chfw_core.documents.events import check_content, read_event
from chfw_core.documents.rollout_values import canonical
from chfw_core.documents.trigger_entries import MOST_EVENTS
from chfw_core.errors import InputError
from chfw_core.model.events import Event
from chfw_core.model.guid import Guid, format_guid
from chfw_core.model.parties import DCC, Party
from chfw_core.model.periods import format_instant
from chfw_core.rollout.base import is_party, region_of
from chfw_core.rollout.entries import Stamp
from chfw_core.rollout.gate import who_is
from chfw_core.rollout.relevance import concerns
from chfw_core.rollout.states import ReleaseStage
from chfw_core.rollout.triggering.entries import EventsObserved
from chfw_core.rules.problems.problem import did_you_mean, shown

NUMBERS_AT_ONCE = 5_000


@frozen(kw_only=True)
class SetAside:
    """A line that was not taken, and why."""

    line: int
    reason: str


@frozen(kw_only=True)
class Taken:
    """What became of events: how many were taken, by type; how many had been said before; what was set aside."""

    events: Counter[str] = field(factory=Counter)
    again: int = 0
    set_aside: tuple[SetAside, ...] = ()
    last_seq: int | None = None

    def and_then(self, other: "Taken") -> "Taken":
        """Both."""
        return Taken(
            events=self.events + other.events,
            again=self.again + other.again,
            set_aside=self.set_aside + other.set_aside,
            last_seq=other.last_seq if other.last_seq is not None else self.last_seq,
        )


@frozen(kw_only=True)
class _Line:
    number: int
    event: Event


def observe_file(service: RollOutService, path: Path, by: str) -> Taken:
    """Takes a file of JSON Lines, so many lines at a time: what was taken stays taken, whatever happens later.

    Raises InputError for a file that cannot be read.
    """
    found = Taken()
    for chunk in in_pieces(enumerate(read_lines(path), start=1), MOST_EVENTS):
        found = found.and_then(observe_lines(service, chunk, by))
    return found


def observe_lines(service: RollOutService, lines: Iterable[tuple[int, str]], by: str) -> Taken:
    """Takes numbered lines in one transaction."""
    types = event_types()
    good: list[_Line] = []
    bad: list[SetAside] = []
    for number, line in lines:
        if line.strip():
            try:
                good.append(_Line(number=number, event=_read(line, by, types)))
            except InputError as problem:
                bad.append(SetAside(line=number, reason=problem.with_hint))
    return _take(service, good, bad, by)


def observe(service: RollOutService, events: Sequence[Event], by: str) -> Taken:
    """Takes events that are values already, as if they came in a file's lines, counted from 1."""
    types = event_types()
    found = Taken()
    for chunk in in_pieces(enumerate(events, start=1), MOST_EVENTS):
        good: list[_Line] = []
        bad: list[SetAside] = []
        for number, event in chunk:
            try:
                good.append(_Line(number=number, event=_said_by(event, by, types)))
            except InputError as problem:
                bad.append(SetAside(line=number, reason=problem.with_hint))
        found = found.and_then(_take(service, good, bad, by))
    return found


def _take(service: RollOutService, good: Sequence[_Line], bad: Sequence[SetAside], by: str) -> Taken:
    taken = Taken()
    if good:
        taken = service.writer.run(lambda transaction: _observe(transaction, good, by, service.clock))
    return evolve(taken, set_aside=tuple(sorted((*bad, *taken.set_aside), key=lambda one: one.line)))


def _read(line: str, by: str, types: EventTypes) -> Event:
    """An event that this actor may say. Raises InputError."""
    if "\ufffd" in line:
        raise InputError("this is not UTF-8, or holds a character that stands for none")
    return _said_by(read_event(line), by, types)


def _said_by(event: Event, by: str, types: EventTypes) -> Event:
    """The event as this actor says it. Raises InputError where it may not, or where the event cannot be used."""
    if event.type not in types.said_by:
        if event.type in types.fields:
            raise InputError(f"`{event.type}` is recorded by the roll-out itself and is not said from outside")
        raise InputError(f"no type of event called `{shown(event.type)}`", hint=did_you_mean(event.type, types.said_by))
    if who_is(by) not in types.said_by[event.type]:
        who = " or ".join(sorted(one.value for one in types.said_by[event.type]))
        raise InputError(f"`{event.type}` is for {who} to say")
    if event.party is not None and event.party != by:
        raise InputError("party: an event is sent by whoever says it")
    check_content(event, types.fields)
    return evolve(event, party=Party(by))


def _observe(transaction: WriteTransaction, lines: Sequence[_Line], by: str, clock: Clock) -> Taken:
    at = now_in(transaction, clock)
    connection = transaction.connection
    bad: list[SetAside] = []
    said = dict(_said(connection, by, [line.event.seq for line in lines]))
    known = _hubs(connection, by, lines)
    releases = _releases(connection, by) if any("release" in line.event.fields for line in lines) else ()
    good: list[Event] = []
    again = 0
    for line in lines:
        event = line.event
        digest = digest_of(event)
        if event.seq in said:
            if said[event.seq] == digest:
                again += 1
            else:
                reason = (
                    f"seq {event.seq} was said before, and said something else (give each event a `seq` of its own)"
                )
                bad.append(SetAside(line=line.number, reason=reason))
            continue
        reason = f"at: {format_instant(event.at)} is in the future" if event.at > at else ""
        reason = reason or _no_release(event, releases) or _not_theirs(event, by, known)
        if reason:
            bad.append(SetAside(line=line.number, reason=reason))
            continue
        said[event.seq] = digest
        good.append(event)
    last = _append(transaction, good, by, at) if good else None
    counts = Counter(event.type for event in good)
    return Taken(events=counts, again=again, set_aside=tuple(bad), last_seq=last)


def _append(transaction: WriteTransaction, events: Sequence[Event], by: str, at: datetime) -> int:
    by_type: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        by_type[event.type].append(event)
    drafts = [draft_of(EventsObserved(by=by, type=kind, events=tuple(some))) for kind, some in by_type.items()]
    numbers = [[event.seq, digest_of(event)] for event in events]
    digest = hashlib.sha256(canonical(numbers)).digest()
    stamp = Stamp(at=at, by=by, release="", key=f"events/{digest.hex()[:32]}", digest=digest)
    return transaction.append(stamp, drafts).entries[-1].seq


def _said(connection: Connection, by: str, numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    for some in in_pieces(numbers, NUMBERS_AT_ONCE):
        query = select(observed.c.number, observed.c.digest).where(observed.c.by == by, observed.c.number.in_(some))
        yield from ((row.number, row.digest) for row in connection.execute(query))


def _hubs(connection: Connection, by: str, lines: Sequence[_Line]) -> dict[int, tuple[str, frozenset[str | None]]]:
    """Per hub its region and its Suppliers, where this actor's right to speak hangs on it."""
    if not (is_party(by) or region_of(by)):
        return {}
    guids = {line.event.guid for line in lines if line.event.guid is not None}
    if not guids:
        return {}
    columns = (hub.c.guid, hub.c.region, hub.c.import_supplier, hub.c.gas_supplier)
    found: dict[int, tuple[str, frozenset[str | None]]] = {}
    for release in release_ids(connection):
        query = select(*columns).where(hub.c.release == release, among(connection, hub.c.guid, guids))
        for guid, region, import_supplier, gas_supplier in connection.execute(query):
            before = found.get(guid, (region, frozenset()))[1]
            found[guid] = (region, before | {import_supplier, gas_supplier})
    return found


def _releases(connection: Connection, by: str) -> tuple[str, ...]:
    """The releases that this actor may name: of a draft the DCC alone knows, and of those of others nobody (NF7)."""
    records = [record for record in read_releases(connection).values() if concerns(record, by)]
    return tuple(record.id for record in records if by == DCC or record.stage is not ReleaseStage.DRAFTED)


def _no_release(event: Event, known: Sequence[str]) -> str:
    """Why the release that an event names cannot be meant, or nothing."""
    said = event.fields.get("release")
    if said is None or said in known:
        return ""
    hint = did_you_mean(str(said), known)
    return f"release: no release called `{shown(str(said))}`" + (f" ({hint})" if hint else "")


def _not_theirs(event: Event, by: str, known: dict[int, tuple[str, frozenset[str | None]]]) -> str:
    """Why this actor may not say it, or nothing. A Supplier learns nothing of hubs that are not its own."""
    region = region_of(by)
    if is_party(by):
        if event.guid is not None and by not in known.get(event.guid, ("", frozenset()))[1]:
            return f"{_named(event.guid)} is no hub of {by} in any release"
    elif region is not None:
        said = event.fields.get("csp_region")
        if event.guid is not None:
            said = known.get(event.guid, (said, frozenset()))[0]
        if said != region:
            what = _named(event.guid) if event.guid is not None else "an event without the region"
            return f"{what} is not the region {region}'s"
    return ""


def _named(guid: Guid) -> str:
    return f"`{format_guid(guid)}`"
