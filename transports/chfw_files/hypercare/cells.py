"""What one cell of a spreadsheet says, in the form in which a list has it; what a spreadsheet did to it is undone.

Undone is only what is certain. A spreadsheet keeps fifteen digits of a number: a GUID of sixteen that ends in `0`
may have ended in anything, and is refused.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from attrs import frozen

from chfw_core.documents.tables import Kind, TableColumn
from chfw_core.errors import InputError
from chfw_core.model.guid import format_guid, parse_guid
from chfw_core.model.periods import LONDON, format_instant, london_time
from chfw_files.hypercare.names import WORDS, plain

_BETWEEN = re.compile(r"[\s\u200b\ufeff\u00ad:._\-\u2010-\u2015\u2212]")
_HEX = re.compile(r"(?:0[xX])?([0-9A-Fa-f]{16})")
_KEPT_DIGITS = 15
_LEAST_DIGITS = 12
"""Shorter numbers are no GUID whose zeros were dropped: no maker's address begins with so many of them."""

_DATE_FORMS = ("%d/%m/%Y", "%d/%m/%y", "%d %b %Y", "%d %B %Y", "%d %b %y", "%d %B %y", "%Y/%m/%d")
_MONTH_FIRST = ("%m/%d/%Y", "%m/%d/%y", "%b %d %Y", "%B %d %Y", "%b %d %y", "%B %d %y", "%Y/%m/%d")
_SERIAL = re.compile(r"[0-9]{4,6}(\.[0-9]+)?")
_CLOCK = re.compile(r"[T ]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]+)?)?( ?[AaPp][Mm])?$")
_ISO_ZONE = re.compile(r"(?:Z|[+-][0-9]{2}:?[0-9]{2})$")


@frozen(kw_only=True)
class Cell:
    """The text of a cell, and whether it is a number there."""

    text: str
    is_number: bool = False


@frozen(kw_only=True)
class Settings:
    """How dates are written, and from when a sheet counts its days."""

    month_first: bool = False
    since_1904: bool = False


def read_guid(cell: Cell) -> str:
    """The GUID as lists have it. Raises InputError for what is none, or may not be what it was."""
    written = cell.text.strip()
    if cell.is_number:
        return _guid_of_number(written)
    digits = _HEX.fullmatch(_BETWEEN.sub("", written.strip("'\"")))
    if digits is None:
        if written.isdecimal() and len(written) < 16:
            hint = "a spreadsheet may have dropped zeros at its beginning: ask for the list with GUIDs as text"
            raise InputError(f"`{written}` has {len(written)} digits, and a GUID has 16", hint=hint)
        parse_guid(written)  # refuses it in its own words
    assert digits is not None
    return format_guid(int(digits[1], 16))


def _guid_of_number(written: str) -> str:
    lost = "ask for the list with GUIDs as text"
    if not written.isdecimal():
        raise InputError(f"the number `{written}` is not a GUID", hint=lost)
    if len(written) < _LEAST_DIGITS:
        raise InputError(f"the number `{written}` has too few digits for a GUID", hint=lost)
    exact = len(written) <= _KEPT_DIGITS or (len(written) == 16 and not written.endswith("0") and int(written) < 2**53)
    if not exact:
        raise InputError(
            f"a spreadsheet made the number {written} of a GUID and keeps {_KEPT_DIGITS} digits: the others are lost",
            hint=lost,
        )
    return format_guid(int(written, 16))


def read_day(cell: Cell, settings: Settings) -> date:
    """A date from a text or from a number of days. Raises InputError."""
    moment = _moment(cell, settings)
    return moment if not isinstance(moment, datetime) else moment.date()


def read_time(cell: Cell, settings: Settings) -> str:
    """A date, or an instant in UTC of a London time; a text with a zone keeps its own. Raises InputError."""
    text = cell.text.strip()
    if not cell.is_number and _ISO_ZONE.search(text) and "T" in text:
        return text
    moment = _moment(cell, settings)
    if not isinstance(moment, datetime):
        return moment.isoformat()
    instant = london_time(moment.date(), moment.hour * 60 + moment.minute) + timedelta(seconds=moment.second)
    wall = instant.astimezone(LONDON).replace(tzinfo=None)
    if wall != moment.replace(microsecond=0):
        raise InputError(f"`{text}` is skipped in London: the clock is put forward over it", hint="write another time")
    return format_instant(instant)


def _moment(cell: Cell, settings: Settings) -> date | datetime:
    text = cell.text.strip()
    if cell.is_number:
        return _of_serial(text, settings)
    clock = _CLOCK.search(text)
    day = _of_text(text[: clock.start()] if clock else text, settings, text)
    if clock is None:
        return day
    hour, minute, second = int(clock[1]), int(clock[2]), int(clock[3] or 0)
    half = (clock[4] or "").strip().lower()
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    try:
        return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=LONDON).replace(tzinfo=None)
    except ValueError:
        raise InputError(f"`{text}` has no such time") from None


def _of_serial(text: str, settings: Settings) -> date | datetime:
    """Days since the end of 1899, or since 1904; the day that 1900 had too many is long past."""
    if not _SERIAL.fullmatch(text):
        raise InputError(f"the number `{text}` is no date", hint="format the column as a date, or write 2026-03-01")
    first = datetime(1904, 1, 1, tzinfo=LONDON) if settings.since_1904 else datetime(1899, 12, 30, tzinfo=LONDON)
    moment = first.replace(tzinfo=None) + timedelta(seconds=round(float(text) * 86_400))
    if moment.year not in range(2000, 2200):
        raise InputError(f"the number `{text}` is the date {moment.date()}", hint="is this the right column?")
    return moment if "." in text else moment.date()


def _of_text(text: str, settings: Settings, whole: str) -> date:
    written = text.strip()
    try:
        return date.fromisoformat(written)
    except ValueError:
        pass
    between = " " if any(mark.isalpha() for mark in written) else "/"
    spaced = re.sub(r"[-/.,\s]+", between, re.sub(r"(?<=[0-9])(st|nd|rd|th)\b", "", written)).strip(between)
    for form in _MONTH_FIRST if settings.month_first else _DATE_FORMS:
        try:
            # A date alone: no zone has a part in it.
            return datetime.strptime(spaced, form).replace(tzinfo=LONDON).date()
        except ValueError:
            continue
    order = "month first" if settings.month_first else "day first"
    raise InputError(f"`{whole}` is not a date, {order}", hint="`dates` in the mapping says which comes first")


def read_word(text: str, column: TableColumn, own: Mapping[str, str]) -> str:
    """One of a column's words, by the mapping's own words first. The text itself where nothing is known of it."""
    said = plain(text)
    if said in own:
        return own[said]
    for word in column.words:
        if said in (plain(word), *WORDS.get(column.name, {}).get(word, ())):
            return word
    return text.strip()


def read_cell(cell: Cell, column: TableColumn, settings: Settings, own: Mapping[str, str]) -> str:
    """A cell as the list has it. Raises InputError for what can be no value of its column."""
    match column.kind:
        case Kind.GUID:
            return read_guid(cell)
        case Kind.DATE:
            return read_day(cell, settings).isoformat()
        case Kind.INSTANT | Kind.PERIOD_END:
            return read_time(cell, settings)
        case Kind.WORD:
            return read_word(cell.text, column, own)
        case _:
            return cell.text.strip()
