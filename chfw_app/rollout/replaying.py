"""Any past state, made anew from the entries (NF5): by the number of an entry, or by an instant."""

from datetime import datetime
from pathlib import Path

from attrs import frozen
from sqlalchemy import Connection

from chfw_app.inputs.places import check_writable
from chfw_app.rollout.loading import counts_of
from chfw_app.rollout.service import release_ids, release_in
from chfw_app.stores import ledger
from chfw_app.stores.open import open_store
from chfw_app.stores.replay import as_it_was, replay_into
from chfw_app.stores.rollout_codec import projections
from chfw_app.stores.store import Store
from chfw_core.errors import InputError
from chfw_core.model.periods import parse_instant
from chfw_core.rollout.states import HubState


@frozen(kw_only=True)
class ReleaseThen:
    """A release as it was, and its hubs by state."""

    release: str
    stage: str
    standing: str
    hubs: dict[HubState, int]


@frozen(kw_only=True)
class StateThen:
    """All releases as they were after entry `seq`, which was written `at`; 0 and None before any."""

    seq: int
    at: datetime | None
    releases: tuple[ReleaseThen, ...]


def state_at(store: Store, as_of: str) -> StateThen:
    """The state after an entry, or at an instant. Raises InputError for what is neither, or is not there yet."""
    with store.read() as connection:
        upto = _entry(connection, as_of)
        with as_it_was(connection, projections(), upto) as then, then.read() as there:
            head = ledger.read_head(there)
            releases = tuple(_release(there, of) for of in release_ids(there))
    return StateThen(seq=head.seq, at=head.at, releases=releases)


def replay_to(store: Store, as_of: str, out: Path) -> None:
    """Keeps that state in a new SQLite file. Raises InputError where something lies there already."""
    if out.exists():
        raise InputError(f"`{out}` is there already", hint="name a file that is not")
    check_writable(out)
    with store.read() as connection:
        upto = _entry(connection, as_of)
        with open_store(f"sqlite:///{out}", projections()) as target:
            replay_into(connection, target, upto)


def _release(connection: Connection, of: str) -> ReleaseThen:
    record = release_in(connection, of)
    hubs = counts_of(connection, of)
    return ReleaseThen(release=of, stage=record.stage.value, standing=record.standing.value, hubs=hubs)


def _entry(connection: Connection, as_of: str) -> int:
    if not as_of.isdigit():
        return ledger.last_by(connection, parse_instant(as_of))
    last = ledger.read_head(connection).seq
    if int(as_of) > last:
        raise InputError(f"there is no entry {as_of} yet", hint=f"the last one is {last}")
    return int(as_of)
