"""What triggers need: which events were said already, rule files in force, what fired, holds, and open sequences.

`open_step` and `trigger_run` are the runner's own memory, like the outbox: written in the transaction of what follows
from them, and made from nothing else. The others follow from the ledger.
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, Table, text

from chfw_app.stores.columns import GuidColumn, InstantColumn, Name, Number
from chfw_app.stores.tables.ledger import METADATA

observed = Table(
    "observed",
    METADATA,
    Column("by", Name, primary_key=True),
    Column("number", Number, primary_key=True, autoincrement=False),
    Column("digest", Number, nullable=False),
)
"""The numbers under which a sender has said its events, and 8 bytes of what each said."""

rule_files = Table(
    "rule_files",
    METADATA,
    Column("seq", Number, ForeignKey("entry.seq"), primary_key=True, autoincrement=False),
    Column("owner", Name, nullable=False),
    Column("version", Name, nullable=False),
    Column("after", Number, nullable=False),
    Index(None, "owner", "after"),
)
"""Rule files that came in force, by the entry that holds their texts; they hear of entries after number `after`."""

firing = Table(
    "firing",
    METADATA,
    Column("id", LargeBinary, primary_key=True),
    Column("seq", Number, ForeignKey("entry.seq"), nullable=False),
    Column("nth", Integer, nullable=False),
    Index(None, "seq", "nth"),
)
"""What fired: 16 bytes that stand for version, trigger, scope and completing event; the entry, and the place in it."""

_STILL = text("ended_seq IS NULL")

trigger_hold = Table(
    "trigger_hold",
    METADATA,
    Column("id", Number, primary_key=True, autoincrement=False),
    Column("kind", Name, nullable=False),
    Column("owner", Name, nullable=False),
    Column("trigger", Name, nullable=False),
    Column("version", Name, nullable=False),
    Column("guid", GuidColumn),
    Column("scope", Name, nullable=False),
    Column("since", InstantColumn, nullable=False),
    Column("ends", Name, nullable=False),
    Column("until", InstantColumn),
    Column("awaits", Name),
    Column("ref", Name),
    Column("because", Name, nullable=False),
    Column("ended_seq", Number),
    Index("ix_trigger_hold_still", "owner", "guid", postgresql_where=_STILL, sqlite_where=_STILL),
)
"""Holds that triggers wrote down, and releases (`kind`), whose `awaits` names the holds of the rule files released.

`guid`: the hub it is about, else `scope`: JSON of what bounds it. `ends`: date, event, flag_cleared or released;
`until`: the last moment; `awaits`, `ref`: the event or flag."""

open_step = Table(
    "open_step",
    METADATA,
    Column("version", Name, primary_key=True),
    Column("trigger", Name, primary_key=True),
    Column("scope", Name, primary_key=True),
    Column("state", LargeBinary, nullable=False),
    Column("due", InstantColumn),
    Index(None, "due"),
)
"""Sequences that have begun and not ended, by rule-file version, trigger and scope. `due`: when expiry may matter."""

trigger_run = Table(
    "trigger_run",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", Number, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)
"""One row: the last entry that triggers have heard of."""
