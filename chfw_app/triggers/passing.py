"""A tick for triggers: the ledger is told that time has passed, where that can mean anything, and they run.

That a step's time is over is declared by a tick alone, and a tick is an entry: so a replay declares it just then.
"""

from datetime import datetime

from sqlalchemy import Connection

from chfw_app.rollout.carrying import now_in
from chfw_app.rollout.service import RollOutService
from chfw_app.stores.store import WriteTransaction
from chfw_app.triggers.appending import append_entry
from chfw_app.triggers.effects.holding import is_any_over
from chfw_app.triggers.installing import in_force
from chfw_app.triggers.knowing import Beside
from chfw_app.triggers.running import Ran, run_triggers
from chfw_app.triggers.sighting import TICK
from chfw_app.triggers.steps_table import is_anything_due
from chfw_app.triggers.trending import tell_trends
from chfw_core.model.parties import DCC
from chfw_core.rollout.triggering.entries import TimePassed


def pass_time(service: RollOutService, beside: Beside | None = None) -> Ran:
    """Runs triggers up to now: what was not heard of yet, then what is over."""
    tell_trends(service)
    ran = run_triggers(service, beside)
    if not service.writer.run(lambda transaction: _tick(transaction, service)):
        return ran
    return ran.and_then(run_triggers(service, beside))


def _tick(transaction: WriteTransaction, service: RollOutService) -> bool:
    """An entry that says what time it is; none where nothing hangs on it."""
    at = now_in(transaction, service.clock)
    if not _matters(transaction.connection, at):
        return False
    append_entry(transaction, TimePassed(by=DCC, at=at), by=DCC, at=at, word="tick", of=str(transaction.head.seq))
    return True


def _matters(connection: Connection, at: datetime) -> bool:
    return (
        is_anything_due(connection, at)
        or is_any_over(connection, at)
        or any(one.triggers.wanting(TICK) for one in in_force(connection))
    )
