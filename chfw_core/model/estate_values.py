"""What each column of an estate may hold, and its standard value: of a file as of a hub made in Python.

`standard_text` has one function per column of text; `wrong_in` looks at a whole hub, whose values the engines take as
they are: `0d050002` would be another version than `0D050002`, and a status that is plain text no status at all.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from functools import lru_cache

from chfw_core.errors import InputError
from chfw_core.model.estate import ESTATE_COLUMNS, SET_SEPARATOR, Column, ColumnType, format_set, parse_set
from chfw_core.model.hubs import CSP_REGIONS, HOLIDAY_DIVISIONS, CommsHub, PrivateAttributes, SmiStatus
from chfw_core.model.parties import is_supplier

Standardise = Callable[[str], str | None]
"""Gives the standard value of a text that has been stripped and is not empty, or raises InputError."""

_WORDS = {
    "csp_region": CSP_REGIONS,
    "smi_status": tuple(status.value for status in SmiStatus),
    "holiday_division": HOLIDAY_DIVISIONS,
}
_HEX_DIGITS = {"manufacturer": 4}
_POWER = re.compile(r"[0-9]+([.,][0-9]+)?[Ee]\+[0-9]+")


def one_of(words: tuple[str, ...]) -> Standardise:
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


def hex_digits(count: int) -> Standardise:
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


def _of(column: Column) -> Standardise:
    match column.type:
        case ColumnType.ENUM:
            return one_of(_WORDS[column.name])
        case ColumnType.HEX:
            return hex_digits(_HEX_DIGITS.get(column.name, 8))
        case ColumnType.SET:
            return _set
        case _:
            return supplier if column.name.endswith("_supplier") else str


standard_text: Mapping[str, Standardise] = {
    column.name: _of(column) for column in ESTATE_COLUMNS if column.type not in (ColumnType.GUID, ColumnType.DATE)
}
"""By column of text."""


def wrong_in(hub: CommsHub) -> str | None:
    """The first value of a hub that is not in standard form, in words; None where all are."""
    for column in ESTATE_COLUMNS:
        value = getattr(hub, column.name)
        wrong = _missing(column) if value is None else _wrong(column, value)
        if wrong is not None:
            return f"`{column.name}` {wrong}"
    private: Mapping[str, object] = hub.private
    for party, known in private.items():
        if not isinstance(known, PrivateAttributes):
            return f"`private` of `{party}` is {_kind(known)}, not PrivateAttributes"
        wrong = _wrong_set(known.flags)
        if wrong is not None:
            return f"`private` of `{party}`: `flags` {wrong}"
    return None


def _missing(column: Column) -> str | None:
    return None if column.nullable else "is None"


def _wrong(column: Column, value: object) -> str | None:
    match column.type:
        case ColumnType.GUID:
            whole = isinstance(value, int) and not isinstance(value, bool)
            return (
                None if whole and 0 <= int(str(value)) < 1 << 64 else f"is {_kind(value)}, not a GUID of `parse_guid`"
            )
        case ColumnType.DATE:
            plain = isinstance(value, date) and not isinstance(value, datetime)
            return None if plain else f"is {_kind(value)}, not a date"
        case ColumnType.SET:
            return _wrong_set(value)
        case _ if column.name == "smi_status":
            return None if isinstance(value, SmiStatus) else f"is {_kind(value)}, not an SmiStatus"
        case _:
            return _wrong_text(column.name, value) if isinstance(value, str) else f"is {_kind(value)}, not text"


@lru_cache(maxsize=1 << 14)
def _wrong_text(name: str, text: str) -> str | None:
    if not text.strip():
        return "is empty: what is not known is None"
    try:
        standard = standard_text[name](text.strip())
    except InputError as problem:
        return f"cannot be used: {problem.with_hint}"
    return None if standard == text else f"is `{text}`, which is `{standard}` in standard form"


def _wrong_set(value: object) -> str | None:
    if not isinstance(value, frozenset):
        return f"is {_kind(value)}, not a frozenset of texts"
    for word in value:
        if not isinstance(word, str) or not word or word != word.strip() or SET_SEPARATOR in word:
            return f"has {word!r}, which is no single name"
    return None


def _kind(value: object) -> str:
    return f"`{value}` ({type(value).__name__})"
