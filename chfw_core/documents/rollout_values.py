"""Values of a roll-out as JSON and back: strict, so that what is read is what was written, to the letter.

Times are ISO 8601 in UTC with `Z`, days `YYYY-MM-DD`, GUIDs their text, sets sorted lists. cattrs is loaded on
first use, so that importing the core stays light.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, TypeVar, get_origin

from attrs import has

from chfw_core.errors import InputError
from chfw_core.model.guid import parse_guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.instant_list import InstantList
from chfw_core.model.later_fields import later_fields
from chfw_core.model.periods import format_instant, parse_instant
from chfw_core.rules.problems.problem import did_you_mean, shown

if TYPE_CHECKING:
    from cattrs import Converter

T = TypeVar("T")
VERSION = 1
_WORD = re.compile(r"(?<!^)(?=[A-Z])")


def canonical(content: object) -> bytes:
    """The one JSON text of plain values: keys sorted, no spaces, UTF-8. The same content, the same bytes (I7)."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def type_name(kind: type) -> str:
    """`HubsHandedOver` is written `hubs_handed_over`."""
    return _WORD.sub("_", kind.__name__).lower()


def by_name(kinds: Iterable[type[T]]) -> Mapping[str, type[T]]:
    """The classes by the name that they are written with."""
    return {type_name(kind): kind for kind in kinds}


def write(value: object) -> dict[str, object]:
    """An object of one of our classes: its type, the version of its form, and its fields."""
    fields: dict[str, object] = converter().unstructure(value)
    return {"type": type_name(type(value)), "v": VERSION, **fields}


def read(content: Mapping[str, object], kinds: Mapping[str, type[T]], what: str) -> T:
    """The inverse of `write`. Raises InputError for a type, version, key or value that is not of this form."""
    from cattrs import transform_error
    from cattrs.errors import BaseValidationError

    name = content.get("type")
    if not isinstance(name, str) or name not in kinds:
        known = did_you_mean(name, kinds) if isinstance(name, str) else None
        raise InputError(f"no {what} called `{shown(str(name))}`", hint=known)
    if content.get("v") != VERSION or isinstance(content.get("v"), bool):
        raise InputError(f"`{name}` has the form {content.get('v')}", hint=f"this version reads form {VERSION}")
    fields = {key: value for key, value in content.items() if key not in ("type", "v")}
    try:
        return converter().structure(fields, kinds[name])
    except BaseValidationError as group:
        said = "; ".join(sorted(transform_error(group, path=name, format_exception=_words)))
        raise InputError(said) from None
    except InputError as problem:
        raise InputError(f"`{name}`: {problem}", hint=problem.hint) from None


def _words(problem: BaseException, kind: type | None) -> str:
    from cattrs.errors import ForbiddenExtraKeysError

    if isinstance(problem, ForbiddenExtraKeysError):
        return f"no key called {', '.join(f'`{shown(key)}`' for key in sorted(problem.extra_fields))}"
    if isinstance(problem, KeyError):
        return "this key is missing"
    return str(problem) if isinstance(problem, InputError) else "this is not of the form that belongs here"


@cache
def converter() -> "Converter":
    """One converter for commands and events."""
    from cattrs import Converter

    made = Converter(forbid_extra_keys=True)
    for kind, reader in _STRICT.items():
        made.register_structure_hook(kind, reader)
    made.register_unstructure_hook(datetime, format_instant)
    made.register_unstructure_hook(date, date.isoformat)
    made.register_unstructure_hook(GuidList, GuidList.texts)
    made.register_unstructure_hook_func(_is_set, sorted)
    made.register_unstructure_hook(InstantList, lambda times: list(times.microseconds))
    made.register_unstructure_hook_factory(_leaves_out, lambda kind: _leaving_out(kind, made))
    return made


def _leaves_out(kind: object) -> bool:
    return isinstance(kind, type) and has(kind) and bool(later_fields(kind))


def _leaving_out(kind: type, made: "Converter") -> Callable[[object], object]:
    from cattrs.gen import make_dict_unstructure_fn, override

    seldom = {name: override(omit_if_default=True) for name in later_fields(kind)}
    return make_dict_unstructure_fn(kind, made, **seldom)  # type: ignore[arg-type] # its options have other types


def _is_set(kind: object) -> bool:
    return get_origin(kind) is frozenset


def _exactly(kind: type, what: str) -> Callable[[object, object], object]:
    def reader(value: object, _: object) -> object:
        if type(value) is not kind:
            raise InputError(f"{what} belongs here")
        return value

    return reader


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise InputError("text belongs here")
    return value


def _day(value: object, _: object) -> date:
    try:
        return date.fromisoformat(_text(value))
    except ValueError:
        raise InputError("a date belongs here") from None


def _word(value: object, kind: type[StrEnum]) -> StrEnum:
    words = tuple(str(member) for member in kind)
    if value not in words:
        raise InputError(f"`{shown(str(value))}` is none of {', '.join(words)}")
    return kind(str(value))


def _guids(value: object, _: object) -> GuidList:
    if isinstance(value, GuidList):
        return value
    if not isinstance(value, list):
        raise InputError("a list of GUIDs belongs here")
    read_ones = GuidList(parse_guid(_text(one)) for one in value)
    if len(read_ones) != len(value):
        raise InputError("a GUID is there twice")
    return read_ones


def _instants(value: object, _: object) -> InstantList:
    if isinstance(value, InstantList):
        return value
    if not isinstance(value, list) or any(type(one) is not int for one in value):
        raise InputError("a list of microseconds since 1970 belongs here")
    return InstantList.of_microseconds(value)


_STRICT: Mapping[type, Callable[..., object]] = {
    str: _exactly(str, "text"),
    StrEnum: _word,  # or else the hook of `str` would take it, and leave text where a word of the enum belongs
    int: _exactly(int, "a whole number"),
    bool: _exactly(bool, "true or false"),
    date: _day,
    datetime: lambda value, _: parse_instant(_text(value)),
    GuidList: _guids,
    InstantList: _instants,
}
