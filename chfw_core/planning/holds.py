"""Whether a hold that matched is still on, and what ends it (RU1, RU5).

A hold on a date ends on that date; one on an event with the first event that fits, at the latest
at `at_latest`; one on a flag when the flag is cleared or gone; a manual one by `release_resumed`.
A Supplier's hold never reaches past the automatic time.

A hold whose end reads a value that the hub does not have has no known date: it is open.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import assert_never

from chfw_core.model.events import Event
from chfw_core.model.parties import is_supplier
from chfw_core.planning.decision import HoldState
from chfw_core.planning.scope import (
    EventsIndex,
    Read,
    as_reader,
    is_heard_by,
    same_value,
    scope_of,
)
from chfw_core.rules.evaluate import RuleContext, as_opening, date_value
from chfw_core.rules.model import (
    DateExpr,
    HoldRule,
    UntilDate,
    UntilEvent,
    UntilFlagCleared,
    UntilManual,
)

_FLAG_TYPES = ("flag_cleared", "defect_flagged")
_MANUAL_TYPES = ("release_resumed", "flag_cleared")
_HUB = frozenset({"hub", "guid"})


def hold_state(
    rule: HoldRule,
    *,
    owner: str,
    hub_values: Mapping[str, object] | Read,
    guid: int | None,
    events_index: EventsIndex,
    context: RuleContext,
) -> HoldState | None:
    """The state of a hold whose condition matched; None = it is over or released.

    `hub_values`: the hub's values of `hold_fields`. `guid`: the hub's, or None for a class of hubs
    without any of `guid_sensitive`.
    """
    read = as_reader(hub_values)
    if is_supplier(owner) and context.as_of >= context.automatic_at:
        return None
    match rule.until:
        case UntilDate():
            return _until_date(rule, rule.until.date, read, context)
        case UntilEvent():
            until = rule.until
            awaits = f"{until.type} {until.ref}" if until.ref else until.type
            if until.per is not None:
                awaits += f" for its {until.per}"
            met = any(
                _meets(event, until, read, guid)
                for event in events_index.about((until.type,), read, guid)
                if is_heard_by(event, owner)
            )
            return None if met else _open(rule, awaits, until.at_latest, read, context)
        case UntilFlagCleared():
            flag = rule.until.flag
            gone = flag not in _flags(read)
            if gone or _cleared(flag, owner, read, guid, events_index):
                return None
            return _open(rule, f"`{flag}` is cleared", rule.until.at_latest, read, context)
        case UntilManual():
            acts = events_index.about(_MANUAL_TYPES, read, guid)
            if any(_ends_manual(event, rule) for event in acts if is_heard_by(event, owner)):
                return None
            return _open(rule, "release_resumed", None, read, context)
        case _:
            assert_never(rule.until)


def hold_fields(rule: HoldRule, events: EventsIndex) -> tuple[str, ...]:
    """The hub fields that `hold_state` reads for this rule, sorted; those of its condition apart."""
    names = {name for expr in _dates(rule) for name in expr.fields}
    if isinstance(rule.until, UntilFlagCleared):
        names.add("flags")
    if isinstance(rule.until, UntilEvent) and rule.until.per not in {None, *_HUB}:
        names.add(str(rule.until.per))
    for found in events.of(*_types(rule)):
        names.update(name for event in found.common for name, _ in scope_of(event))
    return tuple(sorted(names))


def guid_sensitive(rule: HoldRule, events: EventsIndex, *, owner: str | None = None) -> frozenset[int]:
    """The hubs of which an event that may act on this rule bears the GUID."""
    return frozenset(
        guid
        for found in events.of(*_types(rule))
        for guid, own in found.by_guid.items()
        if owner is None or any(is_heard_by(event, owner) for event in own)
    )


def _types(rule: HoldRule) -> tuple[str, ...]:
    match rule.until:
        case UntilDate():
            return ()
        case UntilEvent():
            return (rule.until.type,)
        case UntilFlagCleared():
            return _FLAG_TYPES
        case UntilManual():
            return _MANUAL_TYPES
        case _:
            assert_never(rule.until)


def _dates(rule: HoldRule) -> tuple[DateExpr, ...]:
    match rule.until:
        case UntilDate():
            return (rule.until.date,)
        case UntilEvent() | UntilFlagCleared():
            return () if rule.until.at_latest is None else (rule.until.at_latest,)
        case UntilManual():
            return ()
        case _:
            assert_never(rule.until)


def _until_date(rule: HoldRule, expr: DateExpr, read: Read, context: RuleContext) -> HoldState | None:
    ends = _instant(expr, read, context)
    if ends is None:
        names = ", ".join(f"`{name}`" for name in expr.fields)
        return HoldState(rule=rule.id, because=rule.because, ends=None, awaits=f"it has a value of {names}")
    if ends <= context.as_of:
        return None
    return HoldState(rule=rule.id, because=rule.because, ends=ends)


def _open(
    rule: HoldRule, awaits: str, at_latest: DateExpr | None, read: Read, context: RuleContext
) -> HoldState | None:
    limit = None if at_latest is None else _instant(at_latest, read, context)
    if limit is not None and limit <= context.as_of:
        return None
    return HoldState(rule=rule.id, because=rule.because, ends=None, awaits=awaits, at_latest=limit)


def _instant(expr: DateExpr, read: Read, context: RuleContext) -> datetime | None:
    value: date | datetime | None = date_value(expr, read, context)
    return None if value is None else as_opening(value)


def _meets(event: Event, until: UntilEvent, read: Read, guid: int | None) -> bool:
    """The event has the `ref` asked for and, with `per`, the hub's value of that field."""
    if until.ref is not None and str(event.fields.get("ref")) != until.ref:
        return False
    if until.per is None:
        return True
    if until.per in _HUB:
        return event.guid is not None and event.guid == guid
    return same_value(until.per, read(until.per), event.fields.get(until.per))


def _flags(read: Read) -> frozenset[object]:
    flags = read("flags")
    return flags if isinstance(flags, frozenset) else frozenset()


def _cleared(flag: str, owner: str, read: Read, guid: int | None, events_index: EventsIndex) -> bool:
    """Whether the last word on the flag is that it was cleared: flagging it again counts anew."""
    said = [
        event
        for event in events_index.about(_FLAG_TYPES, read, guid)
        if is_heard_by(event, owner) and event.fields.get("flag") == flag
    ]
    return bool(said) and said[-1].type == "flag_cleared"


def _ends_manual(event: Event, rule: HoldRule) -> bool:
    """`release_resumed`; or a `flag_cleared` that names the hold, or nothing but the hub."""
    if event.type == "release_resumed":
        return True
    return event.fields.get("flag", event.fields.get("ref")) in (rule.id, None)
