"""Open sequences in the database, loaded and saved many at a time: millions of them survive a restart.

A key is a version of rule files, a trigger and a scope; what is remembered of it is the core's, as bytes.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, select, update

from chfw_app.pieces import in_pieces
from chfw_app.stores.bulk import insert_into
from chfw_app.stores.tables import open_step, trigger_run
from chfw_core.triggers.state import State, decode, encode

AT_ONCE = 5_000
"""Keys of one question: SQLite takes some thirty thousand values in a statement."""


class StepKey(NamedTuple):
    """Whose memory it is."""

    version: str
    trigger: str
    scope: str


def load_steps(connection: Connection, keys: Iterable[StepKey]) -> dict[StepKey, State]:
    """What is remembered under these keys; those without anything are left out."""
    by_trigger: dict[tuple[str, str], list[str]] = {}
    for key in dict.fromkeys(keys):
        by_trigger.setdefault((key.version, key.trigger), []).append(key.scope)
    found: dict[StepKey, State] = {}
    for (version, trigger), scopes in by_trigger.items():
        for some in in_pieces(sorted(scopes), AT_ONCE):
            query = select(open_step.c.scope, open_step.c.state).where(
                open_step.c.version == version, open_step.c.trigger == trigger, open_step.c.scope.in_(some)
            )
            for scope, state in connection.execute(query):
                found[StepKey(version, trigger, scope)] = decode(bytes(state))
    return found


def save_steps(connection: Connection, changed: Mapping[StepKey, State | None]) -> None:
    """Writes what is remembered from now on; None: nothing."""
    kept = sorted((key, state) for key, state in changed.items() if state is not None)
    adding = insert_into(connection.dialect.name, open_step)
    new = {"state": adding.excluded.state, "due": adding.excluded.due}
    adding = adding.on_conflict_do_update(index_elements=["version", "trigger", "scope"], set_=new)
    for some in in_pieces(kept, AT_ONCE):
        rows = [{**key._asdict(), "state": encode(state), "due": state.due} for key, state in some]
        connection.execute(adding, rows)
    by_trigger: dict[tuple[str, str], list[str]] = {}
    for key, state in changed.items():
        if state is None:
            by_trigger.setdefault((key.version, key.trigger), []).append(key.scope)
    for (version, trigger), scopes in by_trigger.items():
        for gone in in_pieces(sorted(scopes), AT_ONCE):
            connection.execute(
                delete(open_step).where(
                    open_step.c.version == version, open_step.c.trigger == trigger, open_step.c.scope.in_(gone)
                )
            )


def due_steps(connection: Connection, at: datetime, most: int = AT_ONCE) -> list[tuple[StepKey, State]]:
    """What a tick at that instant changes, at most so much: once it is saved, it is due no more."""
    query = select(open_step).where(open_step.c.due < at).order_by(open_step.c.due).limit(most)
    found = (
        (StepKey(row.version, row.trigger, row.scope), decode(bytes(row.state))) for row in connection.execute(query)
    )
    return sorted(found, key=lambda one: one[0])


def is_anything_due(connection: Connection, at: datetime) -> bool:
    """Whether a tick at that instant would change anything."""
    return connection.execute(select(open_step.c.due).where(open_step.c.due < at).limit(1)).first() is not None


def forget_version(connection: Connection, version: str) -> int:
    """Nothing of a version is remembered any more; how many sequences there were."""
    return connection.execute(delete(open_step).where(open_step.c.version == version)).rowcount


def count_steps(connection: Connection) -> int:
    """How many scopes have anything remembered."""
    return int(connection.execute(select(func.count()).select_from(open_step)).scalar() or 0)


def read_position(connection: Connection) -> int:
    """The last entry that triggers have heard of."""
    return int(connection.execute(select(trigger_run.c.seq)).scalar_one())


def write_position(connection: Connection, seq: int) -> None:
    """They have heard of all entries up to this one."""
    connection.execute(update(trigger_run).values(seq=seq))
