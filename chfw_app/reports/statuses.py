"""BR5.3, BR1.4: a Supplier's hubs, a page or all of them: streamed, so that memory does not grow with the estate."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from attrs import frozen
from sqlalchemy import Select, and_, func, select

from chfw_app.reports.reading import Sight
from chfw_app.stores.apart import lists_all
from chfw_app.stores.tables import consent, hub, hub_count
from chfw_app.stores.visible import links_apart, links_of, with_hubs
from chfw_core.model.guid import Guid
from chfw_core.model.parties import SupplierRole
from chfw_core.reports.progress.flight import in_order
from chfw_core.reports.progress.status import HubStatus, ReleaseStatus, not_yours, second_has_instructed
from chfw_core.rollout.agreement import firmware_of
from chfw_core.rollout.states import HubState

AT_ONCE = 10_000


@frozen(kw_only=True)
class Asked:
    """Which hubs: of one release, in one of these states, or one hub."""

    release: str | None = None
    states: tuple[HubState, ...] = ()
    guid: Guid | None = None


def status_query(
    party: str,
    release: str,
    asked: Asked = Asked(),
    *,
    after: tuple[int, str] | None = None,
    limit: int | None = None,
    listed: bool = False,
) -> Select[Any]:
    """A party's hubs in a release, a row for each role, with its own instruction and nobody else's.

    `after`, `limit`: a page, as `visible.hubs_of` gives it. `listed`: all hubs in the states that are asked for are
    listed (`apart.lists_all`); else a page of those is found by reading on.
    """
    if listed:
        mine = links_apart(party, release, [state.value for state in asked.states], after=after, limit=limit)
    else:
        mine = links_of(party, release, after=after, limit=None if asked.states else limit)
    own = and_(consent.c.release == mine.c.release, consent.c.guid == mine.c.guid, consent.c.party == mine.c.party)
    query = (
        with_hubs(mine)
        .outerjoin(consent, own)
        .add_columns(
            consent.c.party.label("instructed_by"),
            consent.c.opens.label("instructed_opens"),
            consent.c.closes.label("instructed_closes"),
            consent.c.group.label("instructed_group"),
            consent.c.rule,
            consent.c.hours,
        )
    )
    if asked.states:
        query = query.where(hub.c.state.in_([state.value for state in asked.states])).limit(limit)
    return query if asked.guid is None else query.where(mine.c.guid == asked.guid)


def statuses(sight: Sight, asked: Asked = Asked()) -> Iterator[HubStatus]:
    """The reader's hubs, by release and GUID. Raises InputError for a release or a hub that is not its own."""
    party = sight.reader.party
    assert party is not None
    records = sight.chosen(asked.release)
    met = False
    for record in records:
        if asked.states and _by_state(sight, record.id).keys().isdisjoint(asked.states):
            continue  # counted already: a whole list need not be read to find none
        listed = lists_all(sight.connection, party, record.id, asked.states)
        query = status_query(party, record.id, asked, listed=listed).execution_options(yield_per=AT_ONCE)
        with sight.connection.execute(query) as rows:
            for _, of_hub in groupby(rows, key=lambda row: row.guid):
                met = True
                yield _status(list(of_hub))
    if asked.guid is not None and not met and not asked.states:
        raise not_yours(asked.guid, party)


def names_hours(sight: Sight) -> bool:
    """Whether any of the reader's own instructions names hours of the week."""
    own = select(consent.c.party).where(consent.c.party == sight.reader.party, consent.c.hours.is_not(None)).limit(1)
    return sight.connection.execute(own).first() is not None


def _status(rows: Sequence[Any]) -> HubStatus:
    row = rows[0]
    roles = {SupplierRole(one.role) for one in rows}
    own = row.instructed_by is not None and row.instructed_opens is not None
    return HubStatus(
        release=row.release,
        guid=row.guid,
        roles=tuple(role for role in SupplierRole if role in roles),
        state=HubState(row.state),
        region=row.region,
        device_model=row.device_model,
        firmware_version=row.firmware_version,
        configuration_set=row.configuration_set,
        version_at=row.version_at,
        instructed_opens=row.instructed_opens,
        instructed_closes=row.instructed_closes,
        group=row.instructed_group,
        rule=row.rule,
        window=row.hours,
        second_instructed=second_has_instructed(row.supplier_count, row.instructed_count, own),
        opens=row.window_opens,
        closes=row.window_closes,
        day=row.day,
        basis=row.basis,
        handed_at=row.handed_at,
        outcome_due_at=row.outcome_due_at,
        attempts=row.attempts,
        failure=row.failure,
        reason=row.told,
    )


def release_statuses(sight: Sight, of: str | None = None) -> tuple[ReleaseStatus, ...]:
    """Per release how many of the reader's hubs are in each state."""
    return tuple(
        ReleaseStatus(
            release=record.id,
            stage=record.stage.value,
            standing=record.standing.value,
            firmware_version=firmware_of(record).firmware_version,
            automatic_at=firmware_of(record).automatic_at,
            hubs=_by_state(sight, record.id),
        )
        for record in sight.chosen(of)
    )


def _by_state(sight: Sight, release: str) -> dict[HubState, int]:
    assert sight.reader.party is not None
    mine = (hub_count.c.party == sight.reader.party, hub_count.c.release == release)
    query = select(hub_count.c.state, func.sum(hub_count.c.hubs)).where(*mine).group_by(hub_count.c.state)
    return in_order({HubState(state): int(hubs) for state, hubs in sight.connection.execute(query)})
