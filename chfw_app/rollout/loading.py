"""Everything that `decide` needs for one command, read in the transaction that will keep what follows.

Only the hubs that the command names are loaded. What is counted over whole releases is counted by the
database, and only for commands that ask for it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, select

from chfw_app.stores.bulk import among
from chfw_app.stores.hub_rows import hubs_of
from chfw_app.stores.rollout_codec import CODEC, read_releases
from chfw_app.stores.rollout_projection import read_release
from chfw_app.stores.tables import hub
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import Party
from chfw_core.rollout.commands import AnyCommand
from chfw_core.rollout.handover.commands import HandOver, PublishPlan
from chfw_core.rollout.incidents.commands import ConfirmDecision, ResumeRelease, SuspendRelease
from chfw_core.rollout.notice.commands import AddHubs, NotifyRelease, RevokeNotice
from chfw_core.rollout.pilot.commands import CompleteRelease
from chfw_core.rollout.records import InFlight, Mode, ReleaseRecord, RollOut
from chfw_core.rollout.states import AT_CSP, FINAL_STANDINGS, FINAL_STATES, HubState, ReleaseStage

DECISIONS = (SuspendRelease, ConfirmDecision, ResumeRelease, RevokeNotice)
"""BR6.4: commands after which every Supplier is told what they mean for its own hubs."""

_GONE_FAR = (*AT_CSP, HubState.ACTIVATED)
_OVER = (HubState.VERIFIED, *sorted(FINAL_STATES))


def load(connection: Connection, command: AnyCommand, *, alike: bool = False) -> RollOut:
    """The roll-out as the command meets it. `alike`: without hubs, which are loaded by kinds (see `judging`)."""
    record = read_release(connection, CODEC, command.release)
    guids = GuidList() if alike else named_by(command)
    hubs = hubs_of(connection, record.id, guids) if guids else {}
    in_flight: Mapping[Guid, InFlight] = {}
    handed: Mapping[tuple[str, date], int] = {}
    tallies: Mapping[Party, Mapping[HubState, int]] = {}
    counts: Mapping[HubState, int] = {}
    if isinstance(command, NotifyRelease | AddHubs) and record.mode is not Mode.ALERTS_ONLY:
        in_flight = in_other_releases(connection, record.id, named_by(command))
    if isinstance(command, HandOver | PublishPlan):
        handed = handed_elsewhere(connection, record.id)
    if isinstance(command, DECISIONS):
        tallies = tallies_of(connection, record.id)
    if isinstance(command, CompleteRelease):
        counts = counts_of(connection, record.id)
    return RollOut(
        release=record, hubs=hubs, in_flight=in_flight, handed_elsewhere=handed, tallies=tallies, hub_count=counts
    )


def named_by(command: AnyCommand) -> GuidList:
    """All hubs that a command names."""
    classes = getattr(command, "classes", None)
    if classes is not None:
        return GuidList.united([alike.guids for alike in classes])
    guids: GuidList = getattr(command, "guids", GuidList())
    return guids


def other_releases(connection: Connection, than: str) -> dict[str, ReleaseRecord]:
    """All releases but one, by id."""
    return {of: record for of, record in read_releases(connection).items() if of != than}


def in_other_releases(connection: Connection, than: str, guids: Iterable[int]) -> dict[Guid, InFlight]:
    """Of these hubs, those that another release has in hand: of several, the one that is furthest with it.

    A release that has ended waits for nothing any more; a hub that it has given to a CSP is with that CSP still.
    """
    named = GuidList(guids)
    found: dict[Guid, InFlight] = {}
    for other in other_releases(connection, than).values():
        if other.firmware is None or other.mode is Mode.ALERTS_ONLY:
            continue
        ended = other.standing in FINAL_STANDINGS or other.stage is ReleaseStage.COMPLETED
        query = select(hub.c.guid, hub.c.state).where(hub.c.release == other.id, among(connection, hub.c.guid, named))
        if ended:
            query = query.where(hub.c.state.in_([state.value for state in _GONE_FAR]))
        query = query.where(hub.c.state.not_in([state.value for state in _OVER]))
        states: dict[HubState, InFlight] = {}
        for guid, text in connection.execute(query):
            state = HubState(text)
            if state not in states:
                states[state] = InFlight(
                    release=other.id,
                    firmware_version=other.firmware.firmware_version,
                    upgrade_from=other.firmware.upgrade_from,
                    state=state,
                )
            if Guid(guid) not in found or state in _GONE_FAR:
                found[Guid(guid)] = states[state]
    return found


def handed_elsewhere(connection: Connection, than: str) -> dict[tuple[str, date], int]:
    """I5: per CSP region and London day how many hubs all other releases have handed over together."""
    found: Counter[tuple[str, date]] = Counter()
    for other in other_releases(connection, than).values():
        for key, pool in other.pools.items():
            found[key] += pool.handed
    return dict(found)


def tallies_of(connection: Connection, of: str) -> dict[Party, dict[HubState, int]]:
    """BR6.4: per Supplier how many of its hubs are in each state; a hub of two counts for both."""
    found: dict[Party, Counter[HubState]] = defaultdict(Counter)
    columns: tuple[Any, ...] = (hub.c.state, hub.c.import_supplier, hub.c.gas_supplier)
    query = select(*columns, func.count()).where(hub.c.release == of).group_by(*columns)
    for row in connection.execute(query):
        state, import_supplier, gas_supplier, hubs = tuple(row)
        for party in {import_supplier, gas_supplier} - {None}:
            found[Party(party)][HubState(state)] += hubs
    return {party: dict(sorted(counts.items())) for party, counts in sorted(found.items())}


def counts_of(
    connection: Connection, of: str, guids: GuidList | None = None, *, region: str | None = None
) -> dict[HubState, int]:
    """How many hubs of a release are in each state: of all, of these, or of a CSP region."""
    query = select(hub.c.state, func.count()).where(hub.c.release == of)
    if region is not None:
        query = query.where(hub.c.region == region)
    if guids is not None:
        query = query.where(among(connection, hub.c.guid, guids))
    rows = connection.execute(query.group_by(hub.c.state).order_by(hub.c.state))
    return {HubState(state): hubs for state, hubs in rows}


def releases_with(connection: Connection, guids: GuidList) -> tuple[tuple[str, GuidList], ...]:
    """The releases that have any of these hubs, in order, each with those that it has."""
    query = select(hub.c.release, hub.c.guid).where(among(connection, hub.c.guid, guids)).order_by(hub.c.release)
    found: dict[str, list[Guid]] = defaultdict(list)
    for of, guid in connection.execute(query):
        found[of].append(Guid(guid))
    return tuple((of, GuidList(has)) for of, has in found.items())
