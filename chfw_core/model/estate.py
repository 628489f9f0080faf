"""The column contract of an estate: names, types, which must be there, which may be missing.

Roles are those at the plan's `as_of`; future changes come as events.
"""

import re
from enum import StrEnum

from attrs import frozen


class ColumnType(StrEnum):
    """How a column's values are typed in the core, whatever the file's format."""

    GUID = "guid"
    TEXT = "text"
    ENUM = "enum"
    HEX = "hex"
    DATE = "date"
    SET = "set"


@frozen(kw_only=True)
class Column:
    """One column; `required` = the file must have it; `nullable` = a row may leave it empty."""

    name: str
    type: ColumnType
    required: bool = True
    nullable: bool = False


ESTATE_COLUMNS: tuple[Column, ...] = (
    Column(name="guid", type=ColumnType.GUID),
    Column(name="csp_region", type=ColumnType.ENUM),
    Column(name="manufacturer", type=ColumnType.HEX, nullable=True),
    Column(name="device_model", type=ColumnType.HEX),
    Column(name="firmware_version", type=ColumnType.HEX),
    Column(name="configuration_set", type=ColumnType.TEXT, nullable=True),
    Column(name="installed_on", type=ColumnType.DATE, nullable=True),
    Column(name="smi_status", type=ColumnType.ENUM),
    Column(name="import_supplier", type=ColumnType.TEXT, nullable=True),
    Column(name="gas_supplier", type=ColumnType.TEXT, nullable=True),
    Column(name="flags", type=ColumnType.SET, nullable=True),
    Column(name="han_device_types", type=ColumnType.SET, nullable=True),
    Column(name="gpf_guid", type=ColumnType.GUID, required=False, nullable=True),
    Column(name="holiday_division", type=ColumnType.ENUM, required=False, nullable=True),
)

SET_SEPARATOR = "|"
_APART = re.compile(r"[,;\s]+")


def parse_set(text: str | None) -> frozenset[str]:
    """`psr|medical` as a set; empty or missing text is the empty set."""
    parts = (part.strip() for part in (text or "").split(SET_SEPARATOR))
    return frozenset(part for part in parts if part)


def several_in(name: str) -> str | None:
    """`psr, medical` is one name of a set, and most likely two that something else than `|` joins: `psr|medical`.

    None for a single word; empty where nothing but such characters is there.
    """
    if not _APART.search(name):
        return None
    return SET_SEPARATOR.join(part for part in _APART.split(name) if part)


def format_set(values: frozenset[str]) -> str:
    """The set in one text, sorted, so that the same set is always the same text."""
    return SET_SEPARATOR.join(sorted(values))
