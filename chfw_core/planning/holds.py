"""Whether a hold that matched is still on, and what ends it (RU1, RU5).

A hold on a date ends on that date; one on an event with the first event that fits, at the latest
at `at_latest`; one on a flag when the flag is cleared or gone; a manual one by `release_resumed`.
A Supplier's hold never reaches past the automatic time.

A hold whose end reads a value that the hub does not have has no known date: it is open.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import assert_never

from attrs import evolve, frozen

from chfw_core.model.events import Event
from chfw_core.model.parties import is_supplier
from chfw_core.model.periods import format_instant
from chfw_core.planning.decision import HoldState
from chfw_core.planning.scope import (
    EventsIndex,
    Read,
    as_reader,
    is_heard_by,
    same_value,
    scope_of,
)
from chfw_core.rules.meaning.evaluate import RuleContext, as_opening, date_value
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


class OverBecause(StrEnum):
    """Why a hold whose condition holds is not on."""

    DATE = "date"
    AT_LATEST = "at_latest"
    AUTOMATIC_TIME = "automatic_time"
    EVENT = "event"
    RELEASED = "released"
    FLAG_CLEARED = "flag_cleared"
    NO_FLAG = "no_flag"


@frozen(kw_only=True)
class HoldOver:
    """A hold that matched and is not on. `what`: the event or flag; `at`: the date that ended it."""

    rule: str
    why: OverBecause
    what: str = ""
    at: datetime | None = None

    @property
    def text(self) -> str:
        """The cause in words."""
        when = "" if self.at is None else f" at {format_instant(self.at)}"
        match self.why:
            case OverBecause.DATE:
                return f"it was over{when}"
            case OverBecause.AT_LATEST:
                return f"it was over{when} at the latest"
            case OverBecause.AUTOMATIC_TIME:
                return f"a Supplier's hold ends{when}, the automatic time"
            case OverBecause.EVENT:
                return f"{self.what} has come"
            case OverBecause.RELEASED:
                return "it was released"
            case OverBecause.FLAG_CLEARED:
                return f"the flag `{self.what}` was cleared"
            case OverBecause.NO_FLAG:
                return f"it is on while the hub bears the flag `{self.what}`, which it does not"
            case _:
                assert_never(self.why)


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
    found = judge_hold(rule, owner=owner, hub_values=hub_values, guid=guid, events_index=events_index, context=context)
    return found if isinstance(found, HoldState) else None


def judge_hold(
    rule: HoldRule,
    *,
    owner: str,
    hub_values: Mapping[str, object] | Read,
    guid: int | None,
    events_index: EventsIndex,
    context: RuleContext,
) -> HoldState | HoldOver:
    """Like `hold_state`; of a hold that is not on, why it is not (NF1)."""
    read = as_reader(hub_values)
    if not is_supplier(owner):
        return _judged(rule, owner, read, guid, events_index, context)
    cap = context.automatic_at
    if context.as_of >= cap:
        return HoldOver(rule=rule.id, why=OverBecause.AUTOMATIC_TIME, at=cap)
    found = _judged(rule, owner, read, guid, events_index, context)
    # Contracts, Holds: a Supplier's hold ends at the automatic time too.
    return evolve(found, cap=cap) if isinstance(found, HoldState) else found


def _judged(
    rule: HoldRule, owner: str, read: Read, guid: int | None, events_index: EventsIndex, context: RuleContext
) -> HoldState | HoldOver:
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
            if met:
                return HoldOver(rule=rule.id, why=OverBecause.EVENT, what=awaits)
            return _open(rule, awaits, until.at_latest, read, context)
        case UntilFlagCleared():
            flag = rule.until.flag
            if flag not in _flags(read):
                return HoldOver(rule=rule.id, why=OverBecause.NO_FLAG, what=flag)
            if _cleared(flag, owner, read, guid, events_index):
                return HoldOver(rule=rule.id, why=OverBecause.FLAG_CLEARED, what=flag)
            return _open(rule, f"`{flag}` is cleared", rule.until.at_latest, read, context)
        case UntilManual():
            acts = events_index.about(_MANUAL_TYPES, read, guid)
            if any(_ends_manual(event, rule) for event in acts if is_heard_by(event, owner)):
                return HoldOver(rule=rule.id, why=OverBecause.RELEASED)
            return _open(rule, "release_resumed", None, read, context)
        case _:
            assert_never(rule.until)


def hold_fields(rule: HoldRule, events: EventsIndex) -> tuple[str, ...]:
    """The hub fields that `hold_state` reads for this rule, sorted; those of its condition apart."""
    names = {name for expr in _dates(rule) for name in expr.fields} | ended_by(rule, events)
    return tuple(sorted(names))


def ended_by(rule: HoldRule, events: EventsIndex) -> frozenset[str]:
    """The hub fields that say whether an event or a flag has ended a hold."""
    names = {"flags"} if isinstance(rule.until, UntilFlagCleared) else set[str]()
    if isinstance(rule.until, UntilEvent) and rule.until.per not in {None, *_HUB}:
        names.add(str(rule.until.per))
    for found in events.of(*_types(rule)):
        names.update(name for event in found.common for name, _ in scope_of(event))
    return frozenset(names)


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


def _until_date(rule: HoldRule, expr: DateExpr, read: Read, context: RuleContext) -> HoldState | HoldOver:
    ends = _instant(expr, read, context)
    if ends is None:
        names = ", ".join(f"`{name}`" for name in expr.fields)
        return HoldState(rule=rule.id, because=rule.because, ends=None, awaits=f"it has a value of {names}")
    if ends <= context.as_of:
        return HoldOver(rule=rule.id, why=OverBecause.DATE, at=ends)
    return HoldState(rule=rule.id, because=rule.because, ends=ends)


def _open(
    rule: HoldRule, awaits: str, at_latest: DateExpr | None, read: Read, context: RuleContext
) -> HoldState | HoldOver:
    limit = None if at_latest is None else _instant(at_latest, read, context)
    if limit is not None and limit <= context.as_of:
        return HoldOver(rule=rule.id, why=OverBecause.AT_LATEST, at=limit)
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
