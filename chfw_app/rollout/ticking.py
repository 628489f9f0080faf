"""What time brings, whoever gives a command or none: silence, lapsed instructions, tasks that are late, delivery.

A tick may be run as often as one likes, by several at once: what it declares is judged by the core again.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from attrs import frozen
from sqlalchemy import Connection, Select, func, or_, select

from chfw_app.rollout.joining import is_anything_to_join, join_waiting
from chfw_app.rollout.missed import Missed, missed
from chfw_app.rollout.service import RollOutService
from chfw_app.stores.outbox import Delivered, Send, deliver
from chfw_app.stores.tables import consent, hub, owed, release, task
from chfw_app.stores.uninstructed import has_uninstructed
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import DCC
from chfw_core.model.periods import as_utc, format_instant, london_date
from chfw_core.rollout.outcomes.commands import DeclareSilence
from chfw_core.rollout.states import AT_CSP, FINAL_STANDINGS, WAITING, HubState
from chfw_core.rollout.tasks import TaskKind
from chfw_core.transport.receipts import Receipt

if TYPE_CHECKING:
    from chfw_app.triggers.knowing import Beside
    from chfw_app.triggers.running import Ran

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
    """What one tick found and did. `silent`: the receipts of what was declared; `triggers`: what they wrote down."""

    at: datetime
    silent: tuple[Receipt, ...]
    late: tuple[LateTask, ...]
    lapsed: tuple[Lapsed, ...]
    missed: tuple[Missed, ...]
    delivered: Delivered | None
    triggers: "Ran"


def tick(
    service: RollOutService,
    at: datetime,
    send: Send | None = None,
    batch: int = 1_000,
    beside: "Beside | None" = None,
) -> Ticked:
    """Runs what is due at `at`. `send`: how messages are delivered; None leaves them in the outbox.

    `beside`: what triggers know of hubs beside the ledger.
    """
    from chfw_app.triggers.passing import pass_time

    at = as_utc(at)
    with service.store.read() as connection:
        overdue = list(_overdue(connection, at))
    silent = tuple(service.submit(_silence(of, guids, at)) for of, guids in overdue)
    ran = pass_time(service, beside)
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
        triggers=ran,
    )


def deliver_all(
    service: RollOutService,
    send: Send,
    at: datetime,
    batch: int = 1_000,
    to: Sequence[str] | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Delivered:
    """Sends all that is due, so many messages at a time. `to`: to these parties alone.

    What says the same to a Supplier goes as one message, whichever commands it comes from (NF7). `stop`: asked before
    each batch; the rest is due still.
    """
    with service.store.read() as connection:
        is_more = is_anything_to_join(connection, at, to)
    if is_more:
        database = service.store.database
        service.writer.run(lambda transaction: join_waiting(transaction.connection, database, at, to))
    found = Delivered(delivered=(), failed=(), dead=())
    while not stop():
        done = deliver(service.store, batch, send, at, to=to)
        found = Delivered(
            delivered=found.delivered + done.delivered,
            failed=found.failed + done.failed,
            dead=found.dead + done.dead,
            why={**found.why, **done.why},
        )
        if len(done.delivered) + len(done.failed) + len(done.dead) < batch:
            break
    return found


def _overdue(connection: Connection, at: datetime) -> Iterator[tuple[str, GuidList]]:
    """CS2: hubs of which nothing was heard in time, by release, so many at once."""
    where = select(owed.c.release, owed.c.region, owed.c.day).where(owed.c.due < at).distinct()
    found: dict[str, list[Guid]] = {}
    for of, region, day in connection.execute(where.order_by(owed.c.release, owed.c.region, owed.c.day)).all():
        silent = connection.execute(silent_query(of, region, date.fromisoformat(day) if day else None, at)).scalars()
        found.setdefault(of, []).extend(silent)
    for of, guids in found.items():
        ordered = sorted(guids)
        for start in range(0, len(ordered), AT_ONCE):
            yield of, GuidList(ordered[start : start + AT_ONCE])


def silent_query(release: str, region: str, day: date | None, at: datetime) -> Select[Any]:
    """The hubs handed over to a region for a day of which nothing was heard by `at`, though it was due."""
    query = select(hub.c.guid).where(hub.c.release == release, hub.c.region == region, hub.c.day == day)
    return query.where(hub.c.outcome_due_at < at, hub.c.state.in_(_OWED))


def _silence(of: str, guids: GuidList, at: datetime) -> DeclareSilence:
    # By its hubs: another tick at the same instant may find others.
    hubs = hashlib.sha256(guids.pack()).hexdigest()[:32]
    return DeclareSilence(by=DCC, key=f"tick/{format_instant(at)}/{of}/{hubs}", release=of, guids=guids)


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
        # What two agreed to lapses as a whole (`consent.agreement`): a hub keeps the period that came of it.
        .where(or_(hub.c.window_closes.is_(None), hub.c.window_closes <= at))
        .where(release.c.standing.not_in(ended))
        .group_by(consent.c.release)
        .order_by(consent.c.release)
    )
    for of, hubs in connection.execute(query):
        yield Lapsed(release=of, hubs=hubs)
