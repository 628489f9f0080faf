"""What the entries amount to now: releases, hubs, consents, tasks, incidents, and who may see which hub.

All of it follows from the ledger and can be rebuilt from it. A Supplier's question always joins `link`.
"""

from sqlalchemy import Boolean, Column, Date, Index, Integer, LargeBinary, Table, text

from chfw_app.stores.columns import GuidColumn, InstantColumn, Name, Number
from chfw_app.stores.tables.ledger import METADATA

release = Table(
    "release",
    METADATA,
    Column("id", Name, primary_key=True),
    Column("stage", Name, nullable=False),
    Column("standing", Name, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("last_seq", Number, nullable=False),
)
"""A release's main line, its standing beside it, and its record as canonical JSON."""

_PLANNED = text("day IS NOT NULL")
_NAMES_HOURS = text("hours IS NOT NULL")

hub = Table(
    "hub",
    METADATA,
    Column("release", Name, primary_key=True),
    Column("guid", GuidColumn, primary_key=True),
    Column("state", Name, nullable=False),
    Column("region", Name, nullable=False),
    Column("import_supplier", Name),
    Column("gas_supplier", Name),
    Column("window_opens", InstantColumn),
    Column("window_closes", InstantColumn),
    Column("day", Date),
    Column("basis", Name),
    Column("batch_id", Name),
    Column("reason", Name, nullable=False),
    Column("handed_at", InstantColumn),
    Column("outcome_due_at", InstantColumn),
    Column("device_model", Name),
    Column("firmware_version", Name, nullable=False),
    Column("configuration_set", Name),
    Column("version_at", InstantColumn),
    Column("version_before", Name),
    Column("failure", Name),
    Column("attempts", Integer, nullable=False),
    Column("automatic_at", InstantColumn),
    Column("rest", Name),
    Column("told", Name),
    Column("supplier_count", Integer, nullable=False),
    Column("instructed_count", Integer, nullable=False),
    Column("last_seq", Number, nullable=False),
    # CS1, CS2: what a region is to be handed for a day, and what it was handed.
    Index(
        "ix_hub_region_day",
        "release",
        "region",
        "day",
        "guid",
        postgresql_where=_PLANNED,
        sqlite_where=_PLANNED,
    ),
    postgresql_with={"fillfactor": 45},
)
"""One hub in one release. `rest`: what is seldom there and never asked for by itself, as canonical JSON.

`told`, `supplier_count`, `instructed_count`: what each of its Suppliers may know, whoever the other is (BR3.3, NF7).
No index bears what the steps of a roll-out change, but for the day: every step changes every hub, and PostgreSQL
would write each into all indexes anew. Pages are left half empty, so that what a row becomes has room beside it.
"""

hub_count = Table(
    "hub_count",
    METADATA,
    Column("party", Name, primary_key=True),
    Column("release", Name, primary_key=True),
    Column("state", Name, primary_key=True),
    Column("region", Name, primary_key=True),
    Column("day", Name, primary_key=True),
    Column("hubs", Number, nullable=False),
)
"""How many hubs there are, by what a dashboard counts them by; never zero. A hub counts once for each of its
Suppliers, and once for the empty name, which stands for all. `day`: as ISO 8601, empty where there is none."""

owed = Table(
    "owed",
    METADATA,
    Column("release", Name, primary_key=True),
    Column("region", Name, primary_key=True),
    Column("day", Name, primary_key=True),
    Column("due", InstantColumn, primary_key=True),
    Column("hubs", Number, nullable=False),
)
"""CS2: how many hubs owe an outcome, by region, day and when it is due; never zero. `day`: as in `hub_count`."""

consent = Table(
    "consent",
    METADATA,
    Column("release", Name, primary_key=True),
    Column("guid", GuidColumn, primary_key=True),
    Column("party", Name, primary_key=True),
    Column("role", Name, nullable=False),
    Column("opens", InstantColumn),
    Column("closes", InstantColumn),
    Column("received_at", InstantColumn, nullable=False),
    Column("group", Name),
    Column("rule", Name),
    Column("hours", Name),
    Index("ix_consent_hours", "party", postgresql_where=_NAMES_HOURS, sqlite_where=_NAMES_HOURS),
)
"""The instruction of one Supplier for one hub that stands (BR3.1); without a period: its withdrawal. `hours`: its own
window, as text; those that have one, seldom many, are listed by Party."""

link = Table(
    "link",
    METADATA,
    Column("party", Name, primary_key=True),
    Column("release", Name, primary_key=True),
    Column("guid", GuidColumn, primary_key=True),
    Column("role", Name, primary_key=True),
    Index(None, "release", "guid"),
)
"""What a party may see: its hubs in a release, and in which role."""

apart = Table(
    "apart",
    METADATA,
    Column("party", Name, primary_key=True),
    Column("release", Name, primary_key=True),
    Column("state", Name, primary_key=True),
    Column("guid", GuidColumn, primary_key=True),
)
"""Of a party's hubs in a release those that are out of the ordinary course, by state; not all of very many (see
`stores.apart`)."""

task = Table(
    "task",
    METADATA,
    Column("release", Name, primary_key=True),
    Column("owner", Name, primary_key=True),
    Column("kind", Name, primary_key=True),
    Column("subject", Name, primary_key=True),
    Column("starts", InstantColumn, nullable=False),
    Column("due", InstantColumn),
    Column("done_at", InstantColumn),
    Column("binding", Boolean, nullable=False),
    Index(None, "owner", "due"),
)
"""What an actor has to do, and by when (BR5.4). `subject`: an incident, a day's hubs, or nothing more.

`binding`: false for a chance, which nobody has to take and which is never late.
"""

incident = Table(
    "incident",
    METADATA,
    Column("release", Name, primary_key=True),
    Column("id", Name, primary_key=True),
    Column("raised_by", Name, nullable=False),
    Column("status", Name, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("last_seq", Number, nullable=False),
    Index(None, "release", "status"),
)
"""An incident on a release and what was decided (BR6)."""
