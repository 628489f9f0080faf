"""Whether two texts of one file mean the same: the guard that stands behind every formatted file."""

from collections.abc import Mapping
from typing import Any, cast

import attrs

from chfw_core.diagnostics import Severity
from chfw_core.rules.check import check_sources
from chfw_core.rules.formatting.conditions import on_one_line, pieces
from chfw_core.rules.formatting.tree import lay_out

_AS_WRITTEN = frozenset({"text", "span"})


def same_meaning(name: str, before: str, after: str) -> bool:
    """The same rules but for places and spelling, no new error, the same comments in the same order."""
    if [comment.text for comment in lay_out(before).comments] != [comment.text for comment in lay_out(after).comments]:
        return False
    first, second = check_sources([(name, before)]), check_sources([(name, after)])
    errors = [[p.code for p in checked.problems if p.severity is Severity.ERROR] for checked in (first, second)]
    return errors[0] == errors[1] and meaning(first.rulesets) == meaning(second.rulesets)


def meaning(value: object) -> object:
    """A value without what its author's spelling leaves in it, to be compared."""
    if attrs.has(type(value)):
        return type(value), *(
            (attribute.name, meaning(getattr(value, attribute.name)))
            for attribute in attrs.fields(cast("Any", type(value)))
            if attribute.name not in _AS_WRITTEN and attribute.eq
        )
    match value:
        case Mapping():
            return tuple((key, _limit(item) if isinstance(item, str) else meaning(item)) for key, item in value.items())
        case tuple():
            return tuple(meaning(item) for item in value)
        case _:
            return value


def _limit(text: str) -> str:
    """`stop_if` keeps its limits as text."""
    parts = pieces(text)
    return on_one_line(parts) if parts is not None else text
