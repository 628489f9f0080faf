"""Hubs that are held, excluded, taken back, overtaken or failed are listed by party and state (see `stores.apart`).

No index of `hub` bears its state, which every step changes: among a Supplier's many hubs the few that are out of the
ordinary course were found by reading all of them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_STATES = "('excluded', 'failed', 'held', 'superseded', 'withdrawn')"
_MOST = 50_000


def upgrade() -> None:
    """Lists those of the ledgers that there are, but for what is more than a list is read for."""
    op.create_table(
        "apart",
        sa.Column("party", _NAME, nullable=False),
        sa.Column("release", _NAME, nullable=False),
        sa.Column("state", _NAME, nullable=False),
        sa.Column("guid", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("party", "release", "state", "guid", name="pk_apart"),
    )
    op.execute(
        f"""
        INSERT INTO apart SELECT DISTINCT link.party, link.release, hub.state, hub.guid FROM hub
        JOIN link ON link.release = hub.release AND link.guid = hub.guid
        WHERE hub.state IN {_STATES} AND {_MOST} >= (
            SELECT sum(hub_count.hubs) FROM hub_count WHERE hub_count.party = link.party
            AND hub_count.release = link.release AND hub_count.state = hub.state)
        """
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("GRANT SELECT ON apart TO chfw_party")
        op.execute("ALTER TABLE apart ENABLE ROW LEVEL SECURITY")
        seen = "party = current_setting('chfw.party', true)"
        op.execute(f"CREATE POLICY apart_of_party ON apart FOR SELECT TO chfw_party USING ({seen})")


def downgrade() -> None:
    """Never reached: the first revision refuses."""
