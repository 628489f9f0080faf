"""Projections: what an entry makes of the tables that can be rebuilt, by the entry's type.

The ledger knows no kind of event. Whoever opens a store says, type by type, what an entry of it does.
A type that nothing was said about is an error: a projection forgotten is a table that replay makes
differently one day. Types that change no table say so with `nothing`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from attrs import field, frozen
from sqlalchemy import Connection

from chfw_app.stores.ledger import note_answers
from chfw_core.errors import UsageError
from chfw_core.rollout.entries import Entry

Projection: TypeAlias = Callable[[Connection, Entry], None]
"""Applies one entry to the tables, in the transaction that is open. What it does depends on the entry
and on the tables, on nothing else."""


def nothing(connection: Connection, entry: Entry) -> None:
    """For entries that change no table."""


@frozen(kw_only=True)
class Projections:
    """What to do with an entry of each type."""

    by_type: Mapping[str, Projection] = field(factory=dict)

    def check(self, types: Sequence[str]) -> None:
        """Raises UsageError for a type that nothing was said about."""
        for kind in types:
            if kind not in self.by_type:
                raise UsageError(f"no projection knows entries of type `{kind}`")

    def apply(self, connection: Connection, entries: Sequence[Entry]) -> None:
        """Brings the tables from before these entries to after them. Raises UsageError for an unknown type."""
        self.check([entry.type for entry in entries])
        note_answers(connection, entries)
        for entry in entries:
            self.by_type[entry.type](connection, entry)
