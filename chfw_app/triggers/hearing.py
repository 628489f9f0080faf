"""Rules in force hear of what is in the ledger before somebody acts on it, or as soon as it is there (I4, NF6).

What a burst of failures is to stop is stopped before the next hub goes, not at the next tick. That a time is over is
declared by a tick alone.
"""

from collections.abc import Callable

from sqlalchemy import select

from chfw_app.rollout.service import RollOutService
from chfw_app.stores.ledger import read_head
from chfw_app.stores.tables import rule_files
from chfw_app.triggers.knowing import Beside
from chfw_app.triggers.running import Ran, run_triggers
from chfw_app.triggers.steps_table import read_position


def let_hear(service: RollOutService, beside: Callable[[], Beside] = Beside) -> Ran:
    """Runs triggers up to the ledger's end, where anybody's rules are in force and there is anything to hear.

    Only then is `beside` read.
    """
    with service.store.read() as connection:
        if connection.execute(select(rule_files.c.seq).limit(1)).first() is None:
            return Ran()
        if read_position(connection) == read_head(connection).seq:
            return Ran()
    return run_triggers(service, beside())
