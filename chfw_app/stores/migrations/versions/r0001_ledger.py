"""The first tables: ledger, projections, outbox; triggers that keep entries as they are; who may read what.

On PostgreSQL the role `chfw_party` reads rows by row-level security and the setting `chfw.party`: hubs that
`link` gives that party, and what is its own. It has no right to the columns that name a hub's Suppliers, nor
to the batch and the reason, which bear the rules of both, nor to a release's record, which names every Supplier
and the hubs of its pilot, nor to the entry of a message and its rank there, which count others' (BR3.3, NF7).
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.exc import DBAPIError

from chfw_core.errors import InputError

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
_GUID = sa.BigInteger()
_BYTES = sa.LargeBinary()

_SQLITE_GUARDS = """
CREATE TRIGGER entry_{word} BEFORE {word} ON entry
BEGIN SELECT RAISE(ABORT, 'entries of the ledger are never changed'); END
"""
_POSTGRES_GUARD = (
    """
CREATE FUNCTION chfw_entries_stay() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'entries of the ledger are never changed'; END $$
""",
    """
CREATE TRIGGER entry_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON entry
FOR EACH STATEMENT EXECUTE FUNCTION chfw_entries_stay()
""",
)
_ROLE = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'chfw_party') THEN CREATE ROLE chfw_party NOLOGIN; END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$
"""
_MEMBER = """
DO $$ BEGIN
    IF NOT pg_has_role(current_user, 'chfw_party', 'MEMBER') THEN GRANT chfw_party TO CURRENT_USER; END IF;
EXCEPTION WHEN unique_violation THEN NULL;
END $$
"""
_PARTY = "current_setting('chfw.party', true)"
_LINKED = f"""EXISTS (SELECT FROM link WHERE link.party = {_PARTY}
    AND link.release = hub.release AND link.guid = hub.guid)"""
_IN_RELEASE = f"EXISTS (SELECT FROM link WHERE link.party = {_PARTY} AND link.release = release.id)"
_POLICIES = {
    "link": f"party = {_PARTY}",
    "hub_count": f"party = {_PARTY}",
    "hub": _LINKED,
    "consent": f"party = {_PARTY}",
    "release": _IN_RELEASE,
    "task": f"owner = {_PARTY}",
    "incident": f"raised_by = {_PARTY}",
    "outbox": f"to_party = {_PARTY}",
}
_COLUMNS = {
    "hub": "release, guid, state, region, window_opens, window_closes, day, basis, handed_at, outcome_due_at, "
    "device_model, firmware_version, configuration_set, version_at, version_before, failure, attempts, automatic_at, "
    "told, supplier_count, instructed_count",
    "release": "id, stage, standing",
    "outbox": "id, to_party, type, payload, attempts, next_at, delivered_at, dead_at, last_error",
}
"""Of these tables some columns only."""


def upgrade() -> None:
    """Creates everything."""
    _ledger()
    _projections()
    op.execute(sa.text("INSERT INTO head (id, seq, hash) VALUES (1, 0, :zeros)").bindparams(zeros=bytes(32)))
    if op.get_bind().dialect.name == "sqlite":
        for word in ("UPDATE", "DELETE"):
            op.execute(_SQLITE_GUARDS.format(word=word))
        return
    for guard in _POSTGRES_GUARD:
        op.execute(guard)
    _rights()


def downgrade() -> None:
    """Never: entries are evidence."""
    raise InputError("a ledger is never taken back to an older form", hint="restore the copy made before the upgrade")


def _rights() -> None:
    try:
        op.execute(_ROLE)
        op.execute(_MEMBER)
    except DBAPIError as problem:
        raise InputError(
            "this user of PostgreSQL may not make the role `chfw_party`",
            hint="have it made: CREATE ROLE chfw_party NOLOGIN; GRANT chfw_party TO the user",
        ) from problem
    schema = op.get_bind().execute(sa.text("SELECT quote_ident(current_schema())")).scalar()
    op.execute(f"GRANT USAGE ON SCHEMA {schema} TO chfw_party")
    for table, seen in _POLICIES.items():
        columns = f" ({_COLUMNS[table]})" if table in _COLUMNS else ""
        op.execute(f"GRANT SELECT{columns} ON {table} TO chfw_party")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {table}_of_party ON {table} FOR SELECT TO chfw_party USING ({seen})")


def _ledger() -> None:
    op.create_table(
        "head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", _NUMBER, nullable=False),
        sa.Column("hash", _BYTES, nullable=False),
        sa.Column("at", _INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_head"),
        sa.CheckConstraint("id = 1", name=op.f("ck_head_one_row")),
    )
    op.create_table(
        "entry",
        sa.Column("seq", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("by", _NAME, nullable=False),
        sa.Column("release", _NAME, nullable=False),
        sa.Column("type", _NAME, nullable=False),
        sa.Column("key", _NAME, nullable=False),
        sa.Column("digest", _BYTES, nullable=False),
        sa.Column("payload", _BYTES, nullable=False),
        sa.Column("rows", _BYTES),
        sa.Column("previous", _BYTES, nullable=False),
        sa.Column("hash", _BYTES, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_entry"),
    )
    op.create_index("ix_entry_release_seq", "entry", ["release", "seq"])
    op.create_table(
        "answer",
        sa.Column("by", _NAME, nullable=False),
        sa.Column("key", _NAME, nullable=False),
        sa.Column("digest", _BYTES, nullable=False),
        sa.Column("first_seq", _NUMBER, nullable=False),
        sa.Column("last_seq", _NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("by", "key", name="pk_answer"),
        sa.ForeignKeyConstraint(["first_seq"], ["entry.seq"], name="fk_answer_first_seq"),
        sa.ForeignKeyConstraint(["last_seq"], ["entry.seq"], name="fk_answer_last_seq"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", _NAME, nullable=False),
        sa.Column("seq", _NUMBER, nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("to_party", _NAME, nullable=False),
        sa.Column("type", _NAME, nullable=False),
        sa.Column("payload", _BYTES, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", _INSTANT),
        sa.Column("delivered_at", _INSTANT),
        sa.Column("dead_at", _INSTANT),
        sa.Column("last_error", _NAME),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.ForeignKeyConstraint(["seq"], ["entry.seq"], name="fk_outbox_seq"),
        sa.UniqueConstraint("seq", "nth", name="uq_outbox_seq"),
    )
    op.create_index("ix_outbox_next_at", "outbox", ["next_at"])
    op.create_index("ix_outbox_to_party_seq", "outbox", ["to_party", "seq"])


def _projections() -> None:
    op.create_table(
        "release",
        sa.Column("id", _NAME, nullable=False),
        sa.Column("stage", _NAME, nullable=False),
        sa.Column("standing", _NAME, nullable=False),
        sa.Column("record", _BYTES, nullable=False),
        sa.Column("last_seq", _NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_release"),
    )
    op.create_table(
        "hub",
        sa.Column("release", _NAME, nullable=False),
        sa.Column("guid", _GUID, nullable=False),
        sa.Column("state", _NAME, nullable=False),
        sa.Column("region", _NAME, nullable=False),
        sa.Column("import_supplier", _NAME),
        sa.Column("gas_supplier", _NAME),
        sa.Column("window_opens", _INSTANT),
        sa.Column("window_closes", _INSTANT),
        sa.Column("day", sa.Date()),
        sa.Column("basis", _NAME),
        sa.Column("batch_id", _NAME),
        sa.Column("reason", _NAME, nullable=False),
        sa.Column("handed_at", _INSTANT),
        sa.Column("outcome_due_at", _INSTANT),
        sa.Column("device_model", _NAME),
        sa.Column("firmware_version", _NAME, nullable=False),
        sa.Column("configuration_set", _NAME),
        sa.Column("version_at", _INSTANT),
        sa.Column("version_before", _NAME),
        sa.Column("failure", _NAME),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("automatic_at", _INSTANT),
        sa.Column("rest", _NAME),
        sa.Column("told", _NAME),
        sa.Column("supplier_count", sa.Integer(), nullable=False),
        sa.Column("instructed_count", sa.Integer(), nullable=False),
        sa.Column("last_seq", _NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("release", "guid", name="pk_hub"),
    )
    waits = sa.text("day IS NOT NULL AND handed_at IS NULL")
    names = ["release", "region", "day", "guid"]
    op.create_index("ix_hub_to_hand_over", "hub", names, postgresql_where=waits, sqlite_where=waits)
    owed = sa.text("outcome_due_at IS NOT NULL")
    names = ["release", "outcome_due_at", "guid"]
    op.create_index("ix_hub_outcome_due", "hub", names, postgresql_where=owed, sqlite_where=owed)
    op.create_table(
        "hub_count",
        sa.Column("party", _NAME, nullable=False),
        sa.Column("release", _NAME, nullable=False),
        sa.Column("state", _NAME, nullable=False),
        sa.Column("region", _NAME, nullable=False),
        sa.Column("day", _NAME, nullable=False),
        sa.Column("hubs", _NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("party", "release", "state", "region", "day", name="pk_hub_count"),
    )
    op.create_table(
        "consent",
        sa.Column("release", _NAME, nullable=False),
        sa.Column("guid", _GUID, nullable=False),
        sa.Column("party", _NAME, nullable=False),
        sa.Column("role", _NAME, nullable=False),
        sa.Column("opens", _INSTANT),
        sa.Column("closes", _INSTANT),
        sa.Column("received_at", _INSTANT, nullable=False),
        sa.Column("group", _NAME),
        sa.Column("rule", _NAME),
        sa.PrimaryKeyConstraint("release", "guid", "party", name="pk_consent"),
    )
    op.create_table(
        "link",
        sa.Column("party", _NAME, nullable=False),
        sa.Column("release", _NAME, nullable=False),
        sa.Column("guid", _GUID, nullable=False),
        sa.Column("role", _NAME, nullable=False),
        sa.PrimaryKeyConstraint("party", "release", "guid", "role", name="pk_link"),
    )
    op.create_index("ix_link_release_guid", "link", ["release", "guid"])
    op.create_table(
        "task",
        sa.Column("release", _NAME, nullable=False),
        sa.Column("owner", _NAME, nullable=False),
        sa.Column("kind", _NAME, nullable=False),
        sa.Column("subject", _NAME, nullable=False),
        sa.Column("starts", _INSTANT, nullable=False),
        sa.Column("due", _INSTANT),
        sa.Column("done_at", _INSTANT),
        sa.Column("binding", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("release", "owner", "kind", "subject", name="pk_task"),
    )
    op.create_index("ix_task_owner_due", "task", ["owner", "due"])
    op.create_table(
        "incident",
        sa.Column("release", _NAME, nullable=False),
        sa.Column("id", _NAME, nullable=False),
        sa.Column("raised_by", _NAME, nullable=False),
        sa.Column("status", _NAME, nullable=False),
        sa.Column("record", _BYTES, nullable=False),
        sa.Column("last_seq", _NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("release", "id", name="pk_incident"),
    )
    op.create_index("ix_incident_release_status", "incident", ["release", "status"])
