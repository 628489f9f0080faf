"""On PostgreSQL a party that reads the outbox itself sees what was delivered to it, and nothing that waits.

What waits is joined before it goes out: as it lies there, it would tell a Supplier's hubs apart by who their other
Supplier is (NF7).
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """SQLite has no rights of rows."""
    if op.get_bind().dialect.name == "postgresql":
        seen = "to_party = current_setting('chfw.party', true) AND delivered_at IS NOT NULL"
        op.execute(f"ALTER POLICY outbox_of_party ON outbox USING ({seen})")


def downgrade() -> None:
    """Never reached: the first revision refuses."""
