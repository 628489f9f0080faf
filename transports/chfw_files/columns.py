"""Columns of any accepted type brought to the one standard form, judged per distinct value.

An estate of ten million hubs has some thousand distinct texts. So a column of text is held as a
dictionary, each distinct text is checked and normalised once, and the rows' codes are touched only
where the dictionary has to change.
"""

import re
from collections.abc import Callable
from datetime import date, datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from attrs import frozen

from chfw_core.errors import InputError
from chfw_core.model.guid import how_written
from chfw_core.model.periods import parse_instant, parse_period_end
from chfw_files.guids import Mask, parse_guids

TEXTS = pa.dictionary(pa.int32(), pa.string())
_INSTANT = pa.timestamp("us", tz="UTC")
_SERIAL = re.compile(r"[0-9]{5}(\.[0-9]+)?")
_AS_DATE = "format the cell as a date, or write 2026-03-01"
Codes = npt.NDArray[np.int32]
Check = Callable[[str], object]
"""Gives the standard value of a text that has been stripped and is not empty, or raises InputError."""


@frozen(kw_only=True, eq=False)
class Standard:
    """A column in standard form. `bad` is None where every row is good; `reason` tells of one that is not."""

    values: pa.Array
    bad: Mask | None = None
    reason: Callable[[int], str]


def one_array(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """The column as one array, copied only where it is in several pieces."""
    if isinstance(column, pa.Array):
        return column
    if column.num_chunks == 1:
        return column.chunk(0)
    whole = column.combine_chunks()
    return whole if isinstance(whole, pa.Array) else pa.concat_arrays(whole.chunks)


def is_text(kind: pa.DataType) -> bool:
    """Text in any of Arrow's forms, a dictionary of text included; a column of nothing counts too."""
    if pa.types.is_dictionary(kind):
        return is_text(kind.value_type)
    return bool(
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_string_view(kind)
        or pa.types.is_null(kind)
    )


def is_instant(kind: pa.DataType) -> bool:
    """What can be an instant without being text: a timestamp that says its zone, or a date."""
    return bool((pa.types.is_timestamp(kind) and kind.tz is not None) or pa.types.is_date(kind))


def is_list_of_text(kind: pa.DataType) -> bool:
    """A list column such as other tools write for a set."""
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_list_view(kind)) and is_text(
        kind.value_type
    )


def as_dictionary(column: pa.Array) -> pa.DictionaryArray:
    """Text, a dictionary of text or a list of texts as dictionary<int32, string>."""
    kind = column.type
    if pa.types.is_null(kind):
        codes = pa.nulls(len(column), pa.int32())
        return pa.DictionaryArray.from_arrays(codes, pa.array([], pa.string()))
    if is_list_of_text(kind):
        lists = column.cast(pa.list_(pa.string()))
        return pc.binary_join(lists, "|").dictionary_encode()
    if not pa.types.is_dictionary(kind):
        return column.cast(pa.string()).dictionary_encode()
    codes, texts = column.indices, column.dictionary
    if codes.type != pa.int32():
        codes = codes.cast(pa.int32())
    if texts.type != pa.string():
        texts = texts.cast(pa.string())
    return pa.DictionaryArray.from_arrays(codes, texts, safe=False)


def standard_texts(name: str, column: pa.Array, check: Check, *, nullable: bool) -> Standard:
    """A text column, its values replaced by what `check` makes of them, as dictionary<int32, string>."""
    found = as_dictionary(column)
    judged = _Judged(found.dictionary, check)
    values = pa.DictionaryArray.from_arrays(
        judged.recode(found.indices), pa.array(judged.values, pa.string()), safe=False
    )
    return Standard(
        values=values,
        bad=judged.bad_rows(found.indices, missing_is_bad=not nullable, after=values),
        reason=lambda row: judged.reason(name, found.indices[row].as_py()),
    )


def standard_dates(name: str, column: pa.Array, *, nullable: bool) -> Standard:
    """A column of dates, or of texts such as 2026-03-01, as date32."""
    if pa.types.is_date(column.type):
        dates = column.cast(pa.date32())
        missing = None if nullable or not dates.null_count else _nulls(dates)
        return Standard(values=dates, bad=missing, reason=lambda _: f"{name} is empty")
    found = as_dictionary(column)
    judged = _Judged(found.dictionary, _date)
    days = pa.array(judged.values, pa.date32())
    dates = days.take(judged.recode(found.indices))
    return Standard(
        values=dates,
        bad=judged.bad_rows(found.indices, missing_is_bad=not nullable, after=dates),
        reason=lambda row: judged.reason(name, found.indices[row].as_py()),
    )


def standard_instants(name: str, column: pa.Array, *, nullable: bool, period_end: bool = False) -> Standard:
    """A column of instants, of dates, or of texts such as 2026-03-01T09:00:00Z, as timestamp in UTC.

    A bare date means 00:00 Europe/London; with `period_end`, the end of that day.
    """
    if pa.types.is_timestamp(column.type) and column.type.tz is not None:
        instants = column.cast(_INSTANT)
        missing = None if nullable or not instants.null_count else _nulls(instants)
        return Standard(values=instants, bad=missing, reason=lambda _: f"{name} is empty")
    if pa.types.is_date(column.type):
        column = column.cast(pa.date32(), safe=False)  # its text is a bare date
    found = as_dictionary(column)
    judged = _Judged(found.dictionary, _period_end if period_end else _instant)
    instants = pa.array(judged.values, _INSTANT).take(judged.recode(found.indices))
    return Standard(
        values=instants,
        bad=judged.bad_rows(found.indices, missing_is_bad=not nullable, after=instants),
        reason=lambda row: judged.reason(name, found.indices[row].as_py()),
    )


def standard_guids(name: str, column: pa.Array, *, nullable: bool) -> Standard:
    """A column of GUIDs as uint64; texts are read too."""
    if pa.types.is_uint64(column.type):
        missing = _nulls(column) if column.null_count and not nullable else None
        return Standard(values=column, bad=missing, reason=lambda _: f"{name} is empty")
    texts = column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
    texts = pc.utf8_trim_whitespace(texts.cast(pa.large_string()))
    numbers, bad = parse_guids(texts)
    empty = pc.fill_null(pc.equal(pc.binary_length(texts), 0), True).to_numpy(zero_copy_only=False)
    if nullable:
        bad &= ~empty
    return Standard(
        values=pa.array(numbers, mask=empty if nullable and empty.any() else None),
        bad=bad if bad.any() else None,
        reason=lambda row: f"{name} is empty" if empty[row] else f"{name}: {_no_guid(texts[row].as_py())}",
    )


def _no_guid(text: str) -> str:
    hint = how_written(text)
    return f"`{text}` is not a GUID" + (f" ({hint})" if hint else "")


def _instant(text: str) -> datetime:
    _refuse_serial(text)
    return parse_instant(text)


def _period_end(text: str) -> datetime:
    _refuse_serial(text)
    return parse_period_end(text)


def _refuse_serial(text: str) -> None:
    """A cell of days since 1900 that is not formatted as a date comes as its number."""
    if _SERIAL.fullmatch(text):
        raise InputError(f"`{text}` is a number, and neither a date nor a time", hint=_AS_DATE)


def _date(text: str) -> date:
    _refuse_serial(text)
    try:
        if len(text) != len("2026-03-01"):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        meant = day_first(text)
        hint = "" if meant is None else f"write `{meant}` if the day comes first"
        raise InputError(f"`{text}` is not a date such as 2026-03-01", hint=hint) from None


def day_first(text: str) -> date | None:
    """The date that 22/07/2023, 22.07.2023 or 22-07-2023 means where people write the day first; None for others."""
    found = _DAY_FIRST.fullmatch(text)
    if found is None:
        return None
    day, month, year = map(int, found.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None


_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)


def _nulls(column: pa.Array) -> Mask:
    mask: Mask = pc.is_null(column).to_numpy(zero_copy_only=False)
    return mask


class _Judged:
    """The distinct texts of a column, each checked once: standard values, and why some are bad."""

    def __init__(self, texts: pa.Array, check: Check) -> None:
        self.values: list[object] = []
        self.texts: list[str | None] = texts.to_pylist()
        self._why: dict[int, str] = {}
        self._new_code: list[int | None] = []
        places: dict[object, int] = {}
        for code, text in enumerate(self.texts):
            value = self._judge(code, text, check)
            if value is not None and value not in places:
                places[value] = len(self.values)
                self.values.append(value)
            self._new_code.append(None if value is None else places[value])

    def _judge(self, code: int, text: str | None, check: Check) -> object:
        stripped = (text or "").strip()
        if not stripped:
            return None
        try:
            return check(stripped)
        except InputError as problem:
            self._why[code] = problem.with_hint
            return None

    def recode(self, codes: pa.Array) -> pa.Array:
        """The rows' codes into `values`: the very same array where no code changed."""
        if self._new_code == list(range(len(self._new_code))):
            return codes
        return pa.array(self._new_code, pa.int32()).take(codes)

    def bad_rows(self, codes: pa.Array, *, missing_is_bad: bool, after: pa.Array) -> Mask | None:
        if missing_is_bad:
            return _nulls(after) if after.null_count else None
        if not self._why:
            return None
        bad_code = np.zeros(len(self.texts) + 1, dtype=np.bool_)
        bad_code[list(self._why)] = True
        bad: Mask = bad_code[pc.fill_null(codes, len(self.texts)).to_numpy(zero_copy_only=False)]
        return bad if bad.any() else None

    def reason(self, name: str, code: int | None) -> str:
        if code is None or code not in self._why:
            return f"{name} is empty"
        return f"{name}: {self._why[code]}"
