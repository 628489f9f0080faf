"""Plain values to document classes with cattrs: all that is wrong at once, each with its path.

Keys that no class has are refused with the nearest one that exists. cattrs is loaded on first use,
so that importing the core stays light.
"""

import operator
from collections.abc import Callable, Iterable
from datetime import date
from enum import StrEnum
from functools import cache, partial
from typing import TYPE_CHECKING, TypeVar, get_origin

import attrs
from attrs import frozen

from chfw_core.documents import kinds
from chfw_core.errors import InputError
from chfw_core.rules.problems.problem import did_you_mean

if TYPE_CHECKING:
    from cattrs import Converter
    from cattrs.errors import BaseValidationError

T = TypeVar("T")
Path = tuple[str | int, ...]
"""Where a value stands: keys and places in lists, from the top."""

ALIASES = {"from_": "from", "for_": "for"}
"""Attributes whose key is a word of Python."""


@frozen(kw_only=True)
class Trouble:
    """What is wrong with one value of a document, or with its key."""

    path: Path
    code: str
    message: str
    hint: str | None = None
    at_key: bool = False


def structure(value: object, into: type[T]) -> tuple[T | None, list[Trouble]]:
    """The value as an instance, or None with everything that is wrong with it."""
    from cattrs.errors import ClassValidationError

    if not isinstance(value, dict):
        return None, [Trouble(path=(), code="E208", message="keys with values belong here")]
    try:
        return _converter().structure(value, into), []
    except ClassValidationError as group:
        return None, list(_troubles(group, ()))


def keys_of(document: type) -> list[str]:
    """The keys of a document class as files have them."""
    return [ALIASES.get(a.name, a.name) for a in attrs.fields(document)]


@cache
def _converter() -> "Converter":
    from cattrs import Converter
    from cattrs.cols import homogenous_tuple_structure_factory, is_mapping
    from cattrs.gen import make_dict_structure_fn, mapping_structure_factory, override

    converter = Converter(forbid_extra_keys=True, detailed_validation=True)
    renamed = {old: override(rename=new) for old, new in ALIASES.items()}

    def for_class(cls: type) -> Read:
        read: Callable[..., object] = make_dict_structure_fn(
            cls,
            converter,
            _cattrs_forbid_extra_keys=True,
            **renamed,  # type: ignore[arg-type]
        )
        return _only(dict, "keys with values belong here", read)

    for simple, read in _SIMPLE.items():
        converter.register_structure_hook(simple, read)
    for kind, read in _KINDS.items():
        converter.register_structure_hook_func(partial(operator.is_, kind), read)
    converter.register_structure_hook_factory(attrs.has, for_class)
    converter.register_structure_hook_factory(
        _is_tuple,
        lambda t: _only(list, "a list belongs here", homogenous_tuple_structure_factory(t, converter)),
    )
    converter.register_structure_hook_factory(
        is_mapping,
        lambda t: _only(dict, "keys with values belong here", mapping_structure_factory(t, converter)),
    )
    return converter


Read = Callable[[object, type], object]


def _is_tuple(kind: object) -> bool:
    return get_origin(kind) is tuple


def _only(kind: type, what: str, read: Callable[..., object]) -> Read:
    def checked(value: object, into: type) -> object:
        if not isinstance(value, kind):
            raise InputError(what)
        return read(value, into)

    return checked


_SIMPLE: dict[type, Read] = {
    str: lambda value, _: kinds.text(value),
    int: lambda value, _: kinds.whole(value, 0),
    date: lambda value, _: kinds.day(value),
    StrEnum: lambda value, t: t(kinds.word(value, tuple(t.__members__.values()))),  # type: ignore[attr-defined]
}
_KINDS: dict[object, Read] = {
    kinds.Hex4: lambda value, _: kinds.hex_text(value, 4),
    kinds.Hex8: lambda value, _: kinds.hex_text(value, 8),
    kinds.Instant: lambda value, _: kinds.instant(value),
    kinds.PeriodEnd: lambda value, _: kinds.period_end(value),
    kinds.Region: lambda value, _: kinds.region(value),
    kinds.Count: lambda value, _: kinds.whole(value, 1),
    kinds.Days: lambda value, _: kinds.whole(value, 1, kinds.MOST_DAYS),
    kinds.Whole: lambda value, _: kinds.whole(value, 0),
}


def _troubles(group: "BaseValidationError", path: Path) -> Iterable[Trouble]:
    from cattrs.errors import (
        AttributeValidationNote,
        BaseValidationError,
        ForbiddenExtraKeysError,
        IterableValidationNote,
    )

    kinds_of_note = (AttributeValidationNote, IterableValidationNote)
    for problem in group.exceptions:
        here, at_key = path, False
        notes = [note for note in getattr(problem, "__notes__", ()) if isinstance(note, kinds_of_note)]
        for note in notes:
            if isinstance(note, AttributeValidationNote):
                here = (*path, ALIASES.get(note.name, note.name))
            else:
                here, at_key = (*path, note.index), "mapping key" in note
        if isinstance(problem, ForbiddenExtraKeysError):
            known = keys_of(problem.cl)
            for key in sorted(problem.extra_fields):
                hint = did_you_mean(key, known) or f"one of {', '.join(known)}"
                yield Trouble(path=(*path, key), code="E205", message=f"no key called `{key}`", hint=hint, at_key=True)
        elif isinstance(problem, BaseValidationError):
            yield from _troubles(problem, here)
        else:
            yield _leaf(problem, here, at_key)


def _leaf(problem: BaseException, path: Path, at_key: bool) -> Trouble:
    if isinstance(problem, InputError):
        return Trouble(path=path, code="E208", message=str(problem), hint=problem.hint, at_key=at_key)
    # The one other thing that reading one of our classes can raise: a key that is not there.
    return Trouble(path=path, code="E207", message=f"the key `{path[-1]}` is missing")
