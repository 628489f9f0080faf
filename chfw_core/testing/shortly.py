"""Values in few words, so that a world that fails a test can be read.

Of an object only what is not as it is anyway is said; a GUID is written as a GUID, a condition as an author writes it.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any, cast

from attrs import Attribute, AttrsInstance, Factory, fields, has

from chfw_core.model.guid import format_guid
from chfw_core.model.periods import format_instant
from chfw_core.model.windows import Windows
from chfw_core.rules.model import Always, And, DateExpr, Leaf, Not, Or

GUIDS = frozenset({"guid", "gpf_guid"})


def shortly(value: object, name: str = "") -> str:
    """A value in few words. `name`: of the field that it stands in."""
    match value:
        case And() | Or() | Not() | Leaf() | Always():
            return _condition(value)
        case DateExpr():
            return value.text or shortly(value.base)
        case Windows():
            return "+".join(part.name for part in value.parts)
        case Enum():
            return str(value.value)
        case bool():
            return str(value)
        case int() if name in GUIDS:
            return format_guid(value)
        case datetime():
            return format_instant(value)
        case date():
            return value.isoformat()
        case str():
            return value
        case Mapping():
            return "{" + ", ".join(f"{shortly(key)}: {shortly(item)}" for key, item in value.items()) + "}"
        case tuple() | list() | frozenset() | set():
            items = [shortly(item) for item in value]
            return "[" + ", ".join(items if isinstance(value, tuple | list) else sorted(items)) + "]"
        case _ if has(type(value)):
            return _object(cast("AttrsInstance", value))
        case _:
            return repr(value)


def _object(value: AttrsInstance) -> str:
    said = [
        f"{field.name}={shortly(own, field.name)}"
        for field in fields(type(value))
        if (own := getattr(value, field.name)) != _usual(field) and not field.name.startswith("_")
    ]
    return f"{type(value).__name__}({', '.join(said)})"


def _usual(field: "Attribute[Any]") -> object:
    """What a field is where nobody says otherwise."""
    default: Any = field.default
    return default.factory() if isinstance(default, Factory) else default  # type: ignore[arg-type]


def _condition(value: And | Or | Not | Leaf | Always) -> str:
    match value:
        case And() | Or():
            word = " and " if isinstance(value, And) else " or "
            return "(" + word.join(_condition(item) for item in value.items) + ")"
        case Not():
            return f"not {_condition(value.item)}"
        case Leaf():
            return value.text
        case Always():
            return "otherwise"
