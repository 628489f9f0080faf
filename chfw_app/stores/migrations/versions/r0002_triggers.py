"""Triggers: events from outside, rule files, firings, their holds, open sequences: all of it the operator's alone."""

import sqlalchemy as sa
from alembic import op

from chfw_core.errors import InputError

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
_BYTES = sa.LargeBinary()
_STILL = sa.text("ended_seq IS NULL")


def upgrade() -> None:
    """Creates the tables."""
    op.create_table(
        "observed",
        sa.Column("by", _NAME, nullable=False),
        sa.Column("number", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("digest", _NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("by", "number", name="pk_observed"),
    )
    op.create_table(
        "rule_files",
        sa.Column("seq", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("owner", _NAME, nullable=False),
        sa.Column("version", _NAME, nullable=False),
        sa.Column("after", _NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_rule_files"),
        sa.ForeignKeyConstraint(["seq"], ["entry.seq"], name="fk_rule_files_seq"),
    )
    op.create_index("ix_rule_files_owner_after", "rule_files", ["owner", "after"])
    op.create_table(
        "firing",
        sa.Column("id", _BYTES, nullable=False),
        sa.Column("seq", _NUMBER, nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_firing"),
        sa.ForeignKeyConstraint(["seq"], ["entry.seq"], name="fk_firing_seq"),
    )
    op.create_index("ix_firing_seq_nth", "firing", ["seq", "nth"])
    op.create_table(
        "trigger_hold",
        sa.Column("id", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("kind", _NAME, nullable=False),
        sa.Column("owner", _NAME, nullable=False),
        sa.Column("trigger", _NAME, nullable=False),
        sa.Column("version", _NAME, nullable=False),
        sa.Column("guid", sa.BigInteger()),
        sa.Column("scope", _NAME, nullable=False),
        sa.Column("since", _INSTANT, nullable=False),
        sa.Column("ends", _NAME, nullable=False),
        sa.Column("until", _INSTANT),
        sa.Column("awaits", _NAME),
        sa.Column("ref", _NAME),
        sa.Column("because", _NAME, nullable=False),
        sa.Column("ended_seq", _NUMBER),
        sa.PrimaryKeyConstraint("id", name="pk_trigger_hold"),
    )
    op.create_index(
        "ix_trigger_hold_still", "trigger_hold", ["owner", "guid"], postgresql_where=_STILL, sqlite_where=_STILL
    )
    op.create_table(
        "open_step",
        sa.Column("version", _NAME, nullable=False),
        sa.Column("trigger", _NAME, nullable=False),
        sa.Column("scope", _NAME, nullable=False),
        sa.Column("state", _BYTES, nullable=False),
        sa.Column("due", _INSTANT),
        sa.PrimaryKeyConstraint("version", "trigger", "scope", name="pk_open_step"),
    )
    op.create_index("ix_open_step_due", "open_step", ["due"])
    op.create_table(
        "trigger_run",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", _NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_trigger_run"),
        sa.CheckConstraint("id = 1", name=op.f("ck_trigger_run_one_row")),
    )
    op.execute("INSERT INTO trigger_run (id, seq) VALUES (1, 0)")


def downgrade() -> None:
    """Never: entries are evidence."""
    raise InputError("a ledger is never taken back to an older form", hint="restore the copy made before the upgrade")
