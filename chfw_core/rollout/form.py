"""Commands that were made in Python, looked at before they are decided.

A command from a file or a message has passed a door of its own. One that was made by hand may hold text where a
role belongs, or a list where hubs do: taken as it is, it would fail far inside, or go into the ledger.
"""

from collections.abc import Hashable, Iterator
from datetime import date, datetime
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, NewType, Union, cast, get_args, get_origin, get_type_hints

import attrs

from chfw_core.errors import UsageError
from chfw_core.model.guid_list import GuidList
from chfw_core.rollout.commands import COMMANDS
from chfw_core.rules.problems import shown

_HINTS = {GuidList: "`GuidList` takes GUIDs as numbers, and `parse_guid` makes one of its text"}


def in_form(command: object) -> None:
    """Raises UsageError for what is no command, and for one that holds values of other kinds than its fields say."""
    kind = type(command)
    if kind not in COMMANDS:
        raise UsageError(f"{_shown(command)} is not a command", hint="`chfw_core.rollout.commands.COMMANDS` has them")
    wrong = list(_wrong_in(command, kind.__name__))
    if wrong:
        hints = dict.fromkeys(hint for _, hint in wrong if hint)
        raise UsageError("; ".join(said for said, _ in wrong), hint="; ".join(hints) or None)


@cache
def _kinds(made: Hashable) -> tuple[tuple[str, Any], ...]:
    """Per field what it says that it holds."""
    return tuple(get_type_hints(made).items())


def _wrong_in(value: Any, where: str) -> Iterator[tuple[str, str]]:
    """What is wrong in the fields of an attrs value, and what would help."""
    for name, kind in _kinds(cast(Hashable, type(value))):
        yield from _wrong(getattr(value, name), kind, f"`{name}` of {where}")


def _wrong(value: object, kind: Any, where: str) -> Iterator[tuple[str, str]]:
    if not _is(value, kind):
        wanted = _alternatives(kind)
        hints = [_hint(one) for one in wanted if one is not None]
        words = " or ".join("None" if one is None else _name(one) for one in wanted)
        yield f"{where} is {_shown(value)}, not {words}", "; ".join(filter(None, hints))
    elif attrs.has(type(value)):
        yield from _wrong_in(value, where)
    elif isinstance(value, tuple):
        items = get_args(next(one for one in _alternatives(kind) if get_origin(one) is tuple))
        each = (items[0],) * len(value) if items[-1:] == (...,) else items
        for number, (item, of) in enumerate(zip(value, each, strict=False), start=1):
            yield from _wrong(item, of, f"number {number} in {where}")


def _is(value: object, kind: Any) -> bool:
    """Whether the value is of the kind, whatever it holds."""
    for one in _alternatives(kind):
        if one is None:
            found = value is None
        elif one is int:
            found = isinstance(value, int) and not isinstance(value, bool)
        elif one is date:
            found = isinstance(value, date) and not isinstance(value, datetime)
        else:
            found = isinstance(value, get_origin(one) or one)
        if found:
            return True
    return False


def _alternatives(kind: Any) -> tuple[Any, ...]:
    """`X | None` as (X, None); a name of its own for text or a number as what it stands for."""
    if get_origin(kind) in (Union, UnionType):
        return tuple(one for part in get_args(kind) for one in _alternatives(part))
    if kind is type(None):
        return (None,)
    return _alternatives(kind.__supertype__) if isinstance(kind, NewType) else (kind,)


def _name(kind: Any) -> str:
    return str(getattr(get_origin(kind) or kind, "__name__", kind))


def _hint(kind: Any) -> str:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return f"there are {', '.join(f'{kind.__name__}.{member.name}' for member in kind)}"
    return _HINTS.get(kind, "")


def _shown(value: object) -> str:
    return "None" if value is None else f"`{shown(str(value))}` ({type(value).__name__})"
