"""The incident that a firing raised, and what it holds with it until that is decided (RU6, BR6.2)."""

from collections.abc import Iterator
from itertools import islice

from sqlalchemy import Connection, select

from chfw_app.stores.ledger import read_entries
from chfw_app.stores.tables import firing
from chfw_app.stores.trigger_projection import hold_ids
from chfw_app.triggers.knowing import Book
from chfw_core.documents.trigger_entries import restore_trigger_entry
from chfw_core.rollout.incidents.model import full_id
from chfw_core.rollout.triggering.entries import Fired, Kind, TriggersFired

_SHORT = 8
_ID_BYTES = 16


def incident_name(fired: Fired) -> str:
    """The id that the owner gives to the incident of a firing."""
    return f"{fired.trigger}-{fired.id[:_SHORT]}"


def raised_by_firing(fired: Fired, owner: str) -> str | None:
    """The full id of the incident that a firing of this owner raised; None where it raised none."""
    raises = any(effect.kind is Kind.INCIDENT for effect in fired.effects)
    return full_id(owner, incident_name(fired)) if raises else None


def holds_with(connection: Connection, incident: str) -> tuple[int, ...]:
    """The ids of what the firing holds that raised the incident `PARTY/ID`; none where somebody else raised it."""
    try:
        begins = bytes.fromhex(incident[-_SHORT:])
    except ValueError:
        return ()
    rest = _ID_BYTES - len(begins)
    alike = (firing.c.id >= begins + bytes(rest)) & (firing.c.id <= begins + b"\xff" * rest)
    for seq, nth in connection.execute(select(firing.c.seq, firing.c.nth).where(alike)).all():
        (entry,) = read_entries(connection, after=seq - 1, upto=seq)
        found = restore_trigger_entry(entry.payload, entry.rows)
        assert isinstance(found, TriggersFired)
        if raised_by_firing(found.firings[nth], found.owner) == incident:
            return next(islice(hold_ids(seq, found), nth, None))
    return ()


def undecided(book: Book) -> Iterator[str]:
    """Incidents on releases in progress that are open, or for which the release is paused."""
    for record in book.in_progress:
        for known in record.incidents:
            if known.open or record.paused_for == known.id:
                yield known.id
