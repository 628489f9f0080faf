"""Hubs that one owner's rules cannot tell apart, put together before the rules are read.

For each field an owner's rules name, values on which every leaf says the same fall into one class.
Hubs with the same classes in all fields are one profile: rules are read once per profile, on one
of its hubs. Where every hub is a profile of its own nothing is saved, and nothing is lost.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np

from chfw_core.engines.verify.acts import RELEASE_ACTS, event_fields, named_fields, same
from chfw_core.engines.verify.arrays import NO_TIME, Ints, Longs, distinct
from chfw_core.engines.verify.frames import Column, Frame
from chfw_core.engines.verify.kinds import opening
from chfw_core.engines.verify.masks import Truths, leaves_of
from chfw_core.engines.verify.world import Moment, World
from chfw_core.rules.model import (
    Condition,
    DateExpr,
    Leaf,
    RuleSet,
    UntilDate,
    UntilEvent,
    UntilFlagCleared,
    UntilManual,
)


def conditions_of(rules: RuleSet) -> Iterable[Condition]:
    """Every condition of an owner's rules that matters to a plan."""
    for rule in (*rules.excludes, *rules.holds, *rules.decides, *rules.priorities, *rules.pilots):
        yield rule.when
    for pilot in rules.pilots:
        if pilot.prefer is not None:
            yield pilot.prefer


def fields_of_rules(rules: RuleSet) -> set[str]:
    """Every hub field that an owner's rules read, in conditions, dates, holds and pilots."""
    names = {name for c in conditions_of(rules) for leaf in leaves_of(c) for name in leaf.fields}
    for hold in rules.holds:
        match hold.until:
            case UntilDate():
                names.update(hold.until.date.fields)
            case UntilEvent():
                names.update(hold.until.at_latest.fields)
                names.update({hold.until.per} if hold.until.per else ())
            case UntilFlagCleared():
                names.add("flags")
                names.update(hold.until.at_latest.fields if hold.until.at_latest else ())
    for decide in rules.decides:
        dates = (decide.to, *((decide.at.opens, decide.at.closes) if decide.at else ()))
        names.update(name for date in dates if date is not None for name in date.fields)
    for pilot in rules.pilots:
        names.update(pilot.spread_by)
        for date in (pilot.at.opens, pilot.at.closes):
            names.update(date.fields if date is not None else ())
    return names


class Profiler:
    """The profiles of one owner's rules; with `acts`, of acts on the release as well."""

    def __init__(self, world: World, rules: RuleSet, truths: Truths, *, acts: bool = False) -> None:
        self._rules = rules
        self._truths = truths
        self._leaves: dict[str, list[Leaf]] = {}
        self._whole: set[str] = set()
        for condition in conditions_of(rules):
            for leaf in leaves_of(condition):
                if len(leaf.fields) == 1:
                    self._leaves.setdefault(leaf.fields[0], []).append(leaf)
                else:
                    self._whole.update(leaf.fields)
        self._flags: set[str] = set()
        self._dates: dict[str, list[DateExpr]] = {}
        self._events = world.events_for(rules.owner)
        self._event_values: dict[str, dict[object, int]] = {}
        self._read_holds(acts)
        self._kept: dict[tuple[int, str, int], tuple[Ints, int]] = {}

    def _read_holds(self, acts: bool) -> None:
        types = set(RELEASE_ACTS) if acts else set()
        pers: set[str] = set()
        for hold in self._rules.holds:
            match hold.until:
                case UntilDate():
                    for name in hold.until.date.fields:
                        self._dates.setdefault(name, []).append(hold.until.date)
                case UntilEvent():
                    types.add(hold.until.type)
                    self._whole.update(hold.until.at_latest.fields)
                    pers |= {hold.until.per} if hold.until.per else set()
                case UntilManual():
                    types |= {"release_resumed", "flag_cleared"}
                case UntilFlagCleared():
                    types |= {"flag_cleared", "defect_flagged"}
                    self._flags.add(hold.until.flag)
                    self._whole.update(hold.until.at_latest.fields if hold.until.at_latest else ())
        for name in event_fields(self._events, frozenset(types)):
            self._event_values.setdefault(name, {})
        for event in self._events:
            if event.type not in types:
                continue
            if event.guid is not None:
                self._number("guid", event.guid)
            for name, value in named_fields(event):
                self._number(name, value)
            for name in pers - {"hub", "guid"}:
                if event.fields.get(name) is not None:
                    self._number(name, same(name, event.fields[name]))

    def _number(self, name: str, value: object) -> None:
        values = self._event_values.setdefault(name, {})
        values.setdefault(value, len(values) + 1)

    def profiles(self, frame: Frame, moment: Moment) -> tuple[Longs, Ints]:
        """One row of the frame per profile, and each row's profile."""
        names = {*self._leaves, *self._whole, *self._event_values, *self._dates}
        names |= {"flags"} if self._flags else set()
        if not names:
            return np.zeros(min(1, frame.size), np.int64), np.zeros(frame.size, np.int32)
        keys = []
        for name in sorted(names):
            column = frame.column(name)
            classes, count = self._classes(name, column, moment)
            keys.append((classes[column.codes], count))
        return distinct(keys)

    def _classes(self, name: str, column: Column, moment: Moment) -> tuple[Ints, int]:
        domain = column.domain
        size = len(domain.values)
        key = (moment.number, name, id(domain))
        kept = self._kept.get(key)
        if kept is not None and len(kept[0]) == size:
            return kept
        if name in self._whole:
            made = (np.arange(size, dtype=np.int32), size)
        else:
            tables: list[Any] = [
                (self._truths.leaf_table(leaf, domain, moment), 2) for leaf in self._leaves.get(name, ())
            ]
            for expr in self._dates.get(name, ()):
                # Only whether there is a date tells profiles apart; the date itself is read by hub.
                dates = self._truths.date_table(expr, domain, moment, opening)
                tables.append((dates == NO_TIME, 2))
            if name == "flags":
                tables += [(self._has(flag, domain), 2) for flag in sorted(self._flags)]
            values = self._event_values.get(name)
            if values:
                table = self._truths.table(("event value", id(self), name), domain, _numberer(name, values), np.int32)
                tables.append((table, len(values) + 1))
            tables = [(table[:size], count) for table, count in tables]
            if tables:
                rows, inverse = distinct(tables)
                made = (inverse, len(rows))
            else:
                made = (np.zeros(size, np.int32), 1)
        self._kept[key] = made
        return made

    def _has(self, flag: str, domain: Any) -> Any:
        return self._truths.table(("has flag", flag), domain, lambda flags: flag in (flags or ()), np.bool_)


def _numberer(name: str, values: dict[object, int]) -> Any:
    if name == "guid":
        return lambda own: values.get(own, 0)
    return lambda own: 0 if own is None else values.get(same(name, own), 0)
