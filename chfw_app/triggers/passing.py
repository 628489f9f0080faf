"""A tick for triggers: the ledger is told that time has passed, where that can mean anything, and they run.

That a step's time is over is declared by a tick alone, and a tick is an entry: so a replay declares it just then.
"""

import hashlib
from datetime import datetime

from sqlalchemy import Connection, select

from chfw_app.rollout.carrying import now_in
from chfw_app.rollout.service import RollOutService
from chfw_app.stores.store import WriteTransaction
from chfw_app.stores.tables import trigger_hold
from chfw_app.triggers.installing import in_force
from chfw_app.triggers.knowing import Beside
from chfw_app.triggers.running import Ran, run_triggers
from chfw_app.triggers.sighting import TICK
from chfw_app.triggers.steps_table import is_anything_due
from chfw_app.triggers.trending import tell_trends
from chfw_core.documents.trigger_entries import store_trigger_entry
from chfw_core.model.parties import DCC
from chfw_core.rollout.entries import Draft, Stamp
from chfw_core.rollout.triggering.entries import Kind, TimePassed


def pass_time(service: RollOutService, beside: Beside | None = None) -> Ran:
    """Runs triggers up to now: what was not heard of yet, then what is over."""
    tell_trends(service)
    ran = run_triggers(service, beside)
    if not service.writer.run(lambda transaction: _tick(transaction, service)):
        return ran
    then = run_triggers(service, beside)
    return Ran(
        fired=ran.fired + then.fired,
        passed_over=ran.passed_over + then.passed_over,
        holds_ended=ran.holds_ended + then.holds_ended,
        heard=ran.heard + then.heard,
        upto=then.upto,
        more=then.more,
    )


def _tick(transaction: WriteTransaction, service: RollOutService) -> bool:
    """An entry that says what time it is; none where nothing hangs on it."""
    at = now_in(transaction, service.clock)
    if not _matters(transaction.connection, at):
        return False
    stored = store_trigger_entry(TimePassed(by=DCC, at=at))
    key = f"tick/{transaction.head.seq}"
    stamp = Stamp(at=at, by=DCC, release="", key=key, digest=hashlib.sha256(stored.payload).digest())
    transaction.append(stamp, [Draft(type=stored.type, payload=stored.payload)])
    return True


def _matters(connection: Connection, at: datetime) -> bool:
    over = select(trigger_hold.c.id).where(
        trigger_hold.c.kind == Kind.HOLD.value, trigger_hold.c.ended_seq.is_(None), trigger_hold.c.until <= at
    )
    return (
        is_anything_due(connection, at)
        or connection.execute(over.limit(1)).first() is not None
        or any(one.triggers.wanting(TICK) for one in in_force(connection))
    )
