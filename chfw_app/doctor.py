"""What is installed here and what would run: the first thing to send with a question."""

import importlib.util
import os
import platform
import shutil
import sqlite3

from attrs import frozen

from chfw_app.stores.sqlite_version import sqlite_warning
from chfw_app.transports.discovery import loaded, transports_here
from chfw_app.triggers.choosing import durable_version, who_runs
from chfw_app.versions import chfw_version, part_version

PARTS = (
    "alembic",
    "attrs",
    "cattrs",
    "cyclopts",
    "networkx",
    "numpy",
    "ortools",
    "pyarrow",
    "PyYAML",
    "rich",
    "SQLAlchemy",
    "tzdata",
)
COMPILERS = ("cc", "gcc", "clang")


@frozen(kw_only=True)
class Checkup:
    """Names and values to show, warnings, and the parts that are missing."""

    facts: dict[str, str]
    parts: dict[str, str | None]
    warnings: tuple[str, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Parts without which chfw does not work."""
        return tuple(name for name, version in self.parts.items() if version is None)


def check_up() -> Checkup:
    """Looks around; changes nothing."""
    durable, why_not = durable_version()
    compiler = next((name for name in COMPILERS if shutil.which(name)), None)
    facts = {
        "chfw": chfw_version(),
        "Python": f"{platform.python_version()} ({platform.python_implementation()})",
        "platform": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processors": _processors(),
        "memory": _memory(),
        "SQLite": sqlite3.sqlite_version,
        "PostgreSQL driver": _postgres_driver() or "not here (pip install 'chfw[postgres]'): ledgers are SQLite files",
        "spreadsheets": _spreadsheets()
        or "not here (pip install 'chfw[files]'): tables are CSV, Parquet or JSON Lines",
        "C compiler": compiler or "none",
        "durable_rules": durable or f"not here: {why_not}",
        "triggers run on": who_runs(),
        "YAML reader": "C" if _c_yaml() else "Python (slow)",
    }
    found, missing = _transports()
    facts["transports"] = ", ".join(found) or "none"
    return Checkup(facts=facts, parts={name: part_version(name) for name in PARTS}, warnings=(*_warnings(), *missing))


def _warnings() -> tuple[str, ...]:
    warnings = []
    old_sqlite = sqlite_warning()
    if old_sqlite is not None:
        warnings.append(old_sqlite)
    if not _c_yaml():
        warnings.append("PyYAML has no C reader here: large rule files are read twenty times slower")
    return tuple(warnings)


def _transports() -> tuple[list[str], list[str]]:
    """The names of those that can be loaded, and what keeps the others from it."""
    found, missing = [], []
    for name, point in transports_here().items():
        try:
            loaded(point)
        except Exception as problem:  # noqa: BLE001 - whatever another's code raises, the rest is worth knowing
            missing.append(f"the transport `{name}` cannot be loaded: {problem}")
        else:
            found.append(name)
    return found, missing


def _postgres_driver() -> str | None:
    """The version of psycopg, or None."""
    version = part_version("psycopg")
    return None if version is None else f"psycopg {version}"


def _spreadsheets() -> str | None:
    """The versions of what reads and writes them, or None where one of both is missing."""
    found = {name: part_version(name) for name in ("fastexcel", "xlsxwriter")}
    return None if None in found.values() else ", ".join(f"{name} {version}" for name, version in found.items())


def _c_yaml() -> bool:
    return importlib.util.find_spec("yaml._yaml") is not None


def _processors() -> str:
    installed = os.cpu_count() or 1
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else installed
    return str(installed) if usable == installed else f"{usable} of {installed}"


def _memory() -> str:
    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return "unknown"
    return f"{size / 2**30:.1f} GiB"
