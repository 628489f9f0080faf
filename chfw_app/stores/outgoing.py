"""What is to be sent because of an entry, and the rows of the outbox it becomes.

A message's id is made of its recipient and its number among all that this recipient is ever sent: the same
id each time it is sent, so that whoever receives it twice can tell. It counts nothing else. The entry's number,
and the place among the entry's messages, would tell a Supplier what others do and who they are (NF7, I8).
"""

from collections.abc import Sequence
from datetime import datetime

from attrs import field, frozen
from attrs.validators import ge
from sqlalchemy import Connection, insert, select

from chfw_app.stores.tables import outbox


@frozen(kw_only=True)
class Outgoing:
    """A message to one party. `draft`: which of the command's events it tells of, counted from 0."""

    to_party: str
    type: str
    payload: bytes
    draft: int = field(default=0, validator=ge(0))


def message_id(to_party: str, number: int) -> str:
    """The id of the `number`th message to a party, counted from 1; a party's ids sort as they were written."""
    return f"{to_party}/{number:012d}"


def number_of(id_: str) -> str:
    """What an id says beside its recipient: the name of the message among those of the same one."""
    return id_.rpartition("/")[2]


def add_outgoing(connection: Connection, first_seq: int, outgoing: Sequence[Outgoing], at: datetime) -> None:
    """Puts messages into the outbox, due at once. `first_seq`: the number of the command's first entry.

    The transaction holds the head: nobody else numbers a party's messages meanwhile.
    """
    rows: list[dict[str, object]] = []
    placed: dict[int, int] = {}
    numbers: dict[str, int] = {}
    for one in sorted(outgoing, key=lambda one: one.draft):  # numbers go as messages are sent: entry by entry
        seq = first_seq + one.draft
        nth = placed[seq] = placed.get(seq, -1) + 1
        if one.to_party not in numbers:
            numbers[one.to_party] = _last_number(connection, one.to_party)
        numbers[one.to_party] += 1
        rows.append(
            {
                "id": message_id(one.to_party, numbers[one.to_party]),
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


def _last_number(connection: Connection, party: str) -> int:
    query = select(outbox.c.id).where(outbox.c.to_party == party)
    last = connection.execute(query.order_by(outbox.c.seq.desc(), outbox.c.nth.desc()).limit(1)).scalar()
    return 0 if last is None else int(number_of(last))
