"""Brings the tables of a database to the form that this version of chfw knows, with all their rows.

The revisions are part of the package, so an installed chfw can do it. A ledger is never taken back to an
older form, and one that a newer chfw has written is not touched.
"""

from collections.abc import Sequence
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy import text as sql

from chfw_core.errors import InputError

_HERE = Path(__file__).parent / "migrations"
_ONE_AT_A_TIME = 0x63686677  # "chfw", the key of an advisory lock


def newest() -> str:
    """The revision that this version of chfw works with."""
    found = ScriptDirectory.from_config(_config()).get_current_head()
    assert found is not None
    return found


def revision_of(connection: Connection) -> str | None:
    """The revision that the tables are in; None for a database without any."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(connection: Connection, more_versions: Sequence[Path] = (), upto: str = "head") -> None:
    """Creates the tables, or brings them up to date, in the transaction that is open.

    `more_versions`: folders with further revisions. `upto`: an older revision to stop at.
    Raises InputError for tables of a newer chfw.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sql("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
    config = _config(more_versions)
    now = revision_of(connection)
    known = [revision.revision for revision in ScriptDirectory.from_config(config).walk_revisions()]
    if now == known[0]:
        return
    if now is not None and now not in known:
        raise InputError(
            f"the ledger is in form {now}, which this version of chfw does not know",
            hint="use the version of chfw that wrote it, or a later one",
        )
    config.attributes["connection"] = connection
    command.upgrade(config, upto)


def downgrade(connection: Connection) -> None:
    """Raises InputError: what is in a ledger is evidence."""
    config = _config()
    config.attributes["connection"] = connection
    command.downgrade(config, "base")


def _config(more_versions: Sequence[Path] = ()) -> Config:
    config = Config()
    config.set_main_option("script_location", _escaped(_HERE))
    config.set_main_option("path_separator", "newline")
    config.set_main_option(
        "version_locations", "\n".join(_escaped(path) for path in (_HERE / "versions", *more_versions))
    )
    return config


def _escaped(path: Path) -> str:
    """A `%` in a path means nothing here."""
    return str(path).replace("%", "%%")
