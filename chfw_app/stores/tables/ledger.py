"""The ledger's own tables: entries, their head, what answered which key, and what is to be sent."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
)

from chfw_app.stores.columns import InstantColumn, Name, Number, PackedColumn

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

head = Table(
    "head",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", Number, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("at", InstantColumn),
    CheckConstraint("id = 1", name="one_row"),
)
"""One row: where the ledger ends. On PostgreSQL, whoever locks it is the one that may append."""

entry = Table(
    "entry",
    METADATA,
    Column("seq", Number, primary_key=True, autoincrement=False),
    Column("at", InstantColumn, nullable=False),
    Column("by", Name, nullable=False),
    Column("release", Name, nullable=False),
    Column("type", Name, nullable=False),
    Column("key", Name, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("rows", PackedColumn),
    Column("previous", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Index(None, "release", "seq"),
)
"""The ledger. Rows are added and never changed: triggers refuse it."""

answer = Table(
    "answer",
    METADATA,
    Column("by", Name, primary_key=True),
    Column("key", Name, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("first_seq", Number, ForeignKey("entry.seq"), nullable=False),
    Column("last_seq", Number, ForeignKey("entry.seq"), nullable=False),
)
"""Which entries answered a sender's key. A key is its sender's own: two may use the same one."""

outbox = Table(
    "outbox",
    METADATA,
    Column("id", Name, primary_key=True),
    Column("seq", Number, ForeignKey("entry.seq"), nullable=False),
    Column("nth", Integer, nullable=False),
    Column("to_party", Name, nullable=False),
    Column("type", Name, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", InstantColumn),
    Column("delivered_at", InstantColumn),
    Column("dead_at", InstantColumn),
    Column("last_error", Name),
    UniqueConstraint("seq", "nth"),
    Index(None, "next_at"),
    Index(None, "to_party", "seq"),
)
"""What is to be sent, written with its entry. `next_at`: empty once it is delivered or given up."""
