"""What is to be sent because of an entry, and the rows of the outbox it becomes.

A message's id is made of its entry's number and its place among that entry's messages: the same id
each time it is sent, so that whoever receives it twice can tell.
"""

from collections.abc import Sequence
from datetime import datetime

from attrs import field, frozen
from attrs.validators import ge
from sqlalchemy import Connection, insert

from chfw_app.stores.tables import outbox


@frozen(kw_only=True)
class Outgoing:
    """A message to one party. `draft`: which of the command's events it tells of, counted from 0."""

    to_party: str
    type: str
    payload: bytes
    draft: int = field(default=0, validator=ge(0))


def message_id(seq: int, nth: int) -> str:
    """The id of an entry's `nth` message, counted from 0; ids sort as the entries do."""
    return f"{seq:016d}-{nth:06d}"


def add_outgoing(connection: Connection, first_seq: int, outgoing: Sequence[Outgoing], at: datetime) -> None:
    """Puts messages into the outbox, due at once. `first_seq`: the number of the command's first entry."""
    rows: list[dict[str, object]] = []
    placed: dict[int, int] = {}
    for one in outgoing:
        seq = first_seq + one.draft
        nth = placed[seq] = placed.get(seq, -1) + 1
        rows.append(
            {
                "id": message_id(seq, nth),
                "seq": seq,
                "nth": nth,
                "to_party": one.to_party,
                "type": one.type,
                "payload": one.payload,
                "attempts": 0,
                "next_at": at,
            }
        )
    if rows:
        connection.execute(insert(outbox), rows)
