"""What time brings, whoever gives a command or none: silence, lapsed instructions, tasks that are late, delivery.

A tick may be run as often as one likes, by several at once: what it declares is judged by the core again.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from attrs import frozen
from sqlalchemy import Connection, func, select

from chfw_app.rollout.missed import Missed, missed
from chfw_app.rollout.service import RollOutService
from chfw_app.stores.outbox import Delivered, Send, deliver
from chfw_app.stores.tables import consent, hub, release, task
from chfw_app.stores.uninstructed import has_uninstructed
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import DCC
from chfw_core.model.periods import as_utc, format_instant, london_date
from chfw_core.rollout.outcomes.commands import DeclareSilence
from chfw_core.rollout.states import AT_CSP, FINAL_STANDINGS, WAITING, HubState
from chfw_core.rollout.tasks import TaskKind
from chfw_core.transport.receipts import Receipt

AT_ONCE = 50_000
"""Hubs of one declaration of silence."""

_OWED = tuple(state.value for state in (*AT_CSP, HubState.ACTIVATED))


@frozen(kw_only=True)
class LateTask:
    """A task whose time has passed. `subject`: what it is about."""

    release: str
    owner: str
    kind: str
    subject: str
    due: datetime


@frozen(kw_only=True)
class Lapsed:
    """Instructions of one release whose period is over, of hubs that wait: by themselves they are void.

    The next plan gives these hubs the DCC's date; nothing has to be written down for it (BR3.6).
    """

    release: str
    hubs: int


@frozen(kw_only=True)
class Ticked:
    """What one tick found and did. `silent`: the receipts of what was declared."""

    at: datetime
    silent: tuple[Receipt, ...]
    late: tuple[LateTask, ...]
    lapsed: tuple[Lapsed, ...]
    missed: tuple[Missed, ...]
    delivered: Delivered | None


def tick(service: RollOutService, at: datetime, send: Send | None = None, batch: int = 1_000) -> Ticked:
    """Runs what is due at `at`. `send`: how messages are delivered; None leaves them in the outbox."""
    at = as_utc(at)
    with service.store.read() as connection:
        overdue = list(_overdue(connection, at))
    silent = tuple(service.submit(_silence(of, guids, at)) for of, guids in overdue)
    with service.store.read() as connection:
        late, lapsed = tuple(_late(connection, at)), tuple(_lapsed(connection, at))
        passed = missed(connection, london_date(at))  # CS2: a day without a hand-over
    return Ticked(
        at=at,
        silent=silent,
        late=late,
        lapsed=lapsed,
        missed=passed,
        delivered=None if send is None else deliver_all(service, send, at, batch),
    )


def deliver_all(
    service: RollOutService, send: Send, at: datetime, batch: int = 1_000, to: Sequence[str] | None = None
) -> Delivered:
    """Sends all that is due, so many messages at a time. `to`: to these parties alone."""
    found = Delivered(delivered=(), failed=(), dead=())
    while True:
        done = deliver(service.store, batch, send, at, to=to)
        found = Delivered(
            delivered=found.delivered + done.delivered, failed=found.failed + done.failed, dead=found.dead + done.dead
        )
        if len(done.delivered) + len(done.failed) + len(done.dead) < batch:
            return found


def _overdue(connection: Connection, at: datetime) -> Iterator[tuple[str, GuidList]]:
    """CS2: hubs of which nothing was heard in time, by release, so many at once."""
    query = select(hub.c.release, hub.c.guid).where(hub.c.outcome_due_at < at, hub.c.state.in_(_OWED))
    found: dict[str, list[Guid]] = {}
    for of, guid in connection.execute(query.order_by(hub.c.release, hub.c.guid)):
        found.setdefault(of, []).append(Guid(guid))
    for of, guids in found.items():
        for start in range(0, len(guids), AT_ONCE):
            yield of, GuidList(guids[start : start + AT_ONCE])


def _silence(of: str, guids: GuidList, at: datetime) -> DeclareSilence:
    first = next(iter(guids))
    return DeclareSilence(by=DCC, key=f"tick/{format_instant(at)}/{of}/{first:016x}", release=of, guids=guids)


def _late(connection: Connection, at: datetime) -> Iterator[LateTask]:
    """BR5.4: nobody is late with a chance, nor with what is done; nor to instruct once every hub has its answer."""
    query = select(task).where(task.c.due < at, task.c.done_at.is_(None), task.c.binding)
    for row in connection.execute(query.order_by(task.c.due, task.c.release, task.c.owner, task.c.kind)).all():
        if row.kind == TaskKind.INSTRUCT.value and not has_uninstructed(connection, row.release, row.owner):
            continue
        yield LateTask(release=row.release, owner=row.owner, kind=row.kind, subject=row.subject, due=row.due)


def _lapsed(connection: Connection, at: datetime) -> Iterator[Lapsed]:
    states = tuple(state.value for state in WAITING)
    ended = tuple(standing.value for standing in FINAL_STANDINGS)
    query = (
        select(consent.c.release, func.count(consent.c.guid.distinct()))
        .join(hub, (hub.c.release == consent.c.release) & (hub.c.guid == consent.c.guid))
        .join(release, release.c.id == consent.c.release)
        .where(consent.c.closes <= at, hub.c.state.in_(states), hub.c.day.is_(None))
        .where(release.c.standing.not_in(ended))
        .group_by(consent.c.release)
        .order_by(consent.c.release)
    )
    for of, hubs in connection.execute(query):
        yield Lapsed(release=of, hubs=hubs)
