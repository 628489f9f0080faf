"""Dated parameters: the figures of the modification, each with its source, never literals.

A parameter has values that apply from a date on; `at` picks the one in force. The values come
with the installed package `chfw_rulesets` and can be replaced by a file.
"""

from collections.abc import Mapping
from datetime import date

from attrs import frozen

from chfw_core.errors import InputError


@frozen(kw_only=True)
class DatedValue:
    """One value, from which day on, and where it is written (`assumption` where nowhere)."""

    value: int
    since: date
    source: str


@frozen(kw_only=True)
class Parameters:
    """All parameters by name, each a tuple of dated values in order of `since`."""

    values: Mapping[str, tuple[DatedValue, ...]]

    def at(self, name: str, day: date) -> int:
        """The value in force on a day. Raises InputError for an unknown name or an earlier day."""
        if name not in self.values:
            raise InputError(f"no parameter called `{name}`")
        in_force = [dated for dated in self.values[name] if dated.since <= day]
        if not in_force:
            raise InputError(f"the parameter `{name}` has no value on {day}")
        return in_force[-1].value
