"""What each column of an estate may hold, and its standard value."""

import re
from collections.abc import Callable
from difflib import get_close_matches

import pyarrow as pa

from chfw_core.errors import InputError
from chfw_core.model.estate import ESTATE_COLUMNS, Column, ColumnType, format_set, parse_set
from chfw_core.model.hubs import CSP_REGIONS, HOLIDAY_DIVISIONS, SmiStatus
from chfw_core.model.parties import is_supplier
from chfw_files.columns import (
    TEXTS,
    Check,
    Standard,
    is_list_of_text,
    is_text,
    standard_dates,
    standard_guids,
    standard_texts,
)

COLUMN: dict[str, Column] = {column.name: column for column in ESTATE_COLUMNS}
GUID_COLUMNS = frozenset(c.name for c in ESTATE_COLUMNS if c.type is ColumnType.GUID)

_WORDS = {
    "csp_region": CSP_REGIONS,
    "smi_status": tuple(status.value for status in SmiStatus),
    "holiday_division": HOLIDAY_DIVISIONS,
}
_HEX_DIGITS = {"manufacturer": 4}


def one_of(words: tuple[str, ...]) -> Check:
    """One of these words, in whatever case."""
    known = {word.casefold(): word for word in words}

    def check(text: str) -> str:
        word = known.get(text.casefold())
        if word is None:
            near = get_close_matches(text.casefold(), known, n=1)
            cure = f"did you mean `{known[near[0]]}`?" if near else f"one of {', '.join(words)}"
            raise InputError(f"`{text}` is not known here", hint=cure)
        return word

    return check


_POWER = re.compile(r"[0-9]+([.,][0-9]+)?[Ee]\+[0-9]+")


def hex_digits(count: int) -> Check:
    """So many hex digits, made upper-case."""
    pattern = re.compile(rf"[0-9A-Fa-f]{{{count}}}")

    def check(text: str) -> str:
        if not pattern.fullmatch(text):
            raise InputError(f"`{text}` is not {count} hex digits", hint=_of_a_spreadsheet(text, count))
        return text.upper()

    return check


def _of_a_spreadsheet(text: str, count: int) -> str | None:
    """What a spreadsheet does to digits that it takes for a number: drops zeros, or writes a power of ten."""
    if _POWER.fullmatch(text):
        return "a spreadsheet made a number of it: format the column as text"
    if text.isdecimal() and len(text) < count:
        return f"a spreadsheet may have dropped zeros at its beginning: `{text.zfill(count)}`?"
    return None


def supplier(text: str) -> str:
    """A Party that can be a Supplier."""
    if not is_supplier(text):
        raise InputError(f"`{text}` is not a Supplier")
    return text


def _set(text: str) -> str | None:
    return format_set(parse_set(text)) or None


def _check(column: Column) -> Check:
    match column.type:
        case ColumnType.ENUM:
            return one_of(_WORDS[column.name])
        case ColumnType.HEX:
            return hex_digits(_HEX_DIGITS.get(column.name, 8))
        case ColumnType.SET:
            return _set
        case _:
            return supplier if column.name.endswith("_supplier") else str


_CHECKS: dict[str, Check] = {
    column.name: _check(column) for column in ESTATE_COLUMNS if column.type not in (ColumnType.GUID, ColumnType.DATE)
}


def standard(column: Column, values: pa.Array) -> Standard:
    """The column in standard form, with its bad rows."""
    match column.type:
        case ColumnType.GUID:
            return standard_guids(column.name, values, nullable=column.nullable)
        case ColumnType.DATE:
            return standard_dates(column.name, values, nullable=column.nullable)
        case _:
            return standard_texts(column.name, values, _CHECKS[column.name], nullable=column.nullable)


def standard_type(column: Column) -> pa.DataType:
    """The type that a column has in a chunk of an estate."""
    match column.type:
        case ColumnType.GUID:
            return pa.uint64()
        case ColumnType.DATE:
            return pa.date32()
        case _:
            return TEXTS


def type_problem(column: Column, kind: pa.DataType) -> str | None:
    """What is wrong with a Parquet column's type, in one line; None where it can be read."""
    accepted: dict[ColumnType, tuple[Callable[[pa.DataType], bool], str]] = {
        ColumnType.GUID: (lambda t: is_text(t) or pa.types.is_uint64(t), "uint64 or text"),
        ColumnType.DATE: (lambda t: is_text(t) or pa.types.is_date(t), "a date or text"),
        ColumnType.SET: (
            lambda t: is_text(t) or is_list_of_text(t),
            "text joined by `|`, or a list of texts",
        ),
    }
    fits, wanted = accepted.get(column.type, (is_text, "text"))
    return None if fits(kind) else f"the column `{column.name}` is {kind}; it must be {wanted}"


def can_be_bad(column: Column, kind: pa.DataType | None) -> bool:
    """Whether a row can be at fault here, so that the column is read whether it is asked for or not.

    `kind` is the type in the file, None in CSV. Without this rule, the columns that somebody asks
    for would decide which rows a plan has.
    """
    if not column.nullable or kind is None:
        return True
    typed = pa.types.is_uint64(kind) or pa.types.is_date(kind)
    free = column.type is ColumnType.SET or column.name == "configuration_set"
    return not (typed or free)
