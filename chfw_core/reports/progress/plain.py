"""Reports as plain values for machines: the same report, the same JSON."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import cast

from attrs import AttrsInstance, fields, has

from chfw_core.model.guid import format_guid
from chfw_core.model.later_fields import unsaid
from chfw_core.model.periods import format_instant


def as_plain(value: object) -> object:
    """Objects by field, instants in UTC with `Z`, days as dates, spans in whole seconds, GUIDs as text."""
    match value:
        case StrEnum():
            return value.value
        case datetime():
            return format_instant(value)
        case date():
            return value.isoformat()
        case timedelta():
            return int(value.total_seconds())
        case Mapping():
            return {str(key): as_plain(one) for key, one in value.items()}
        case tuple() | list():
            return [as_plain(one) for one in value]
        case _ if has(type(value)):
            without = unsaid(type(value), (value,))
            names = (one.name for one in fields(cast(type[AttrsInstance], type(value))))
            return {name: _field(name, getattr(value, name)) for name in names if name not in without}
        case _:
            return value


def _field(name: str, value: object) -> object:
    """A GUID is a number like any other but for its name."""
    return format_guid(value) if name == "guid" and isinstance(value, int) else as_plain(value)
