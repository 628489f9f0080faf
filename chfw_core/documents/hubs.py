"""A hub from a row of values, judged and brought to standard form: the door for who has hubs in Python.

The columns and their meaning are an estate's. `CommsHub` itself takes what it is given.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from chfw_core.errors import InputError
from chfw_core.model.estate import ESTATE_COLUMNS, SET_SEPARATOR, Column, ColumnType, parse_set, several_in
from chfw_core.model.estate_values import standard_text
from chfw_core.model.guid import Guid, parse_guid
from chfw_core.model.hubs import CommsHub, SmiStatus
from chfw_core.rules.problems.problem import did_you_mean

_NEEDED = ("guid", "csp_region", "device_model", "firmware_version")
_NAMES = tuple(column.name for column in ESTATE_COLUMNS)


def read_hub(row: Mapping[str, object]) -> CommsHub:
    """The hub that a row says, by the columns of an estate.

    Texts are as in a file, in whatever case; a GUID may also be a number, `installed_on` a date, a set any iterable of
    names. `guid`, `csp_region`, `device_model` and `firmware_version` are needed; a hub without `smi_status` is
    Commissioned; what else is left out, None or empty is not known. Raises InputError that names all that is wrong.
    """
    wrong = [_unknown(name) for name in row if name not in _NAMES]
    values: dict[str, Any] = {}
    for column in ESTATE_COLUMNS:
        try:
            value = _value(column, row.get(column.name))
        except InputError as problem:
            wrong.append(f"`{column.name}`: {problem.with_hint}")
            continue
        if value is not None:
            values[column.name] = value
        elif column.name in _NEEDED:
            wrong.append(f"`{column.name}` is missing")
    if wrong:
        raise InputError("; ".join(wrong))
    return CommsHub(**values)


def _unknown(name: str) -> str:
    hint = did_you_mean(str(name), _NAMES)
    return f"no column is called `{name}`" + (f" ({hint})" if hint else "")


def _value(column: Column, value: object) -> object:
    """The standard value; None where nothing is said."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    match column.type:
        case ColumnType.GUID:
            return _guid(value)
        case ColumnType.DATE:
            return _date(value)
        case ColumnType.SET:
            return _flags(value) if column.name == "flags" else _set(value)
        case _:
            if not isinstance(value, str):
                raise InputError(f"`{value}` is not text")
            text = standard_text[column.name](value.strip())
            return SmiStatus(str(text)) if column.name == "smi_status" else text


def _guid(value: object) -> Guid:
    if isinstance(value, int) and not isinstance(value, bool):
        if not 0 <= value < 1 << 64:
            raise InputError(f"`{value}` is not a number of 64 bits")
        return Guid(value)
    return parse_guid(value.strip() if isinstance(value, str) else value)  # type: ignore[arg-type]


def _date(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    text = str(value).strip()
    try:
        if len(text) != len("2026-03-01"):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"`{value}` is not a date such as 2026-03-01") from None


def _flags(value: object) -> frozenset[str]:
    """`psr, medical` is one flag, which no rule names: of an estate a finding, and refused where it is made."""
    flags = _set(value)
    for flag in sorted(flags):
        meant = several_in(flag)
        if meant is not None:
            hint = f"did you mean `{meant}`?" if meant else None
            raise InputError(f"`{flag}` is no single flag: flags are joined by `{SET_SEPARATOR}`", hint=hint)
    return flags


def _set(value: object) -> frozenset[str]:
    if isinstance(value, str):
        return parse_set(value)
    if not isinstance(value, Iterable):
        raise InputError(f"`{value}` is neither names joined by `{SET_SEPARATOR}` nor several names")
    names = tuple(value)
    for name in names:
        if not isinstance(name, str):
            raise InputError(f"`{name}` is not text")
    return frozenset(part for name in names for part in parse_set(name))
