"""Hubs change without their indexes: outcomes owed are counted beside them, and no index bears what every step changes.

A row of PostgreSQL that changes in none of its indexed columns, on a page with room for it, is not written into any
index again. So the indexes on what is still to be handed over and on what is owed go, one by region and day comes,
which only a plan changes, and pages are left half empty, since each step of a roll-out changes every row of them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    """Counts what is owed in the ledgers that there are."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    op.create_table(
        "owed",
        sa.Column("release", _NAME, nullable=False),
        sa.Column("region", _NAME, nullable=False),
        sa.Column("day", _NAME, nullable=False),
        sa.Column("due", _INSTANT, nullable=False),
        sa.Column("hubs", _NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("release", "region", "day", "due", name="pk_owed"),
    )
    day = "COALESCE(to_char(day, 'YYYY-MM-DD'), '')" if postgresql else "COALESCE(day, '')"
    op.execute(
        f"INSERT INTO owed SELECT release, region, {day}, outcome_due_at, count(*) FROM hub "
        "WHERE outcome_due_at IS NOT NULL GROUP BY 1, 2, 3, 4"
    )
    op.drop_index("ix_hub_to_hand_over", "hub")
    op.drop_index("ix_hub_outcome_due", "hub")
    planned = sa.text("day IS NOT NULL")
    names = ["release", "region", "day", "guid"]
    op.create_index("ix_hub_region_day", "hub", names, postgresql_where=planned, sqlite_where=planned)
    if postgresql:
        op.execute("ALTER TABLE hub SET (fillfactor = 45)")


def downgrade() -> None:
    """Never reached: the first revision refuses."""
