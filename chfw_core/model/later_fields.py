"""Fields that came later than what they belong to was first written down: in a ledger, a message, a table."""

from collections.abc import Iterable
from typing import Final

from attrs import Attribute, fields

LEFT_OUT: Final = {"left_out": True}
"""Metadata of a field that came later than its form: where it says nothing it is not written, so that what was written
before it came has the same bytes still."""


def later_fields(kind: type) -> tuple[str, ...]:
    """The names of such fields of an attrs class."""
    return tuple(one.name for one in _later(kind))


def unsaid(kind: type, values: Iterable[object]) -> frozenset[str]:
    """Those of them in which none of these values says anything."""
    usual = {one.name: one.default for one in _later(kind)}
    left = set(usual)
    for value in values if usual else ():
        left -= {name for name in left if getattr(value, name) != usual[name]}
    return frozenset(left)


def _later(kind: type) -> "list[Attribute[object]]":
    return [one for one in fields(kind) if "left_out" in one.metadata]
