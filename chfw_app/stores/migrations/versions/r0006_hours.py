"""An instruction may bear hours of its own: they stand beside it. Those that there are have none."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """No entry of a ledger of the form before names any."""
    op.add_column("consent", sa.Column("hours", _NAME))
    named = sa.text("hours IS NOT NULL")
    op.create_index("ix_consent_hours", "consent", ["party"], postgresql_where=named, sqlite_where=named)


def downgrade() -> None:
    """Never reached: the first revision refuses."""
