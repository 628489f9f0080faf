"""`hold` and every other place where a hold stands: each has an end, and says which.

A date; an event, with a date at the latest; a flag that is cleared; or an act on the release.
"""

from chfw_core.rules.blocks.heads import read_head
from chfw_core.rules.conditions.dates import check_date
from chfw_core.rules.conditions.scope import HUB_PLACE, FileScope, Place
from chfw_core.rules.keys.structure import Record
from chfw_core.rules.model import (
    Condition,
    HoldRule,
    Until,
    UntilDate,
    UntilEvent,
    UntilFlagCleared,
    UntilManual,
)
from chfw_core.rules.problems.problem import did_you_mean, listed, shown
from chfw_core.rules.text.nodes import Scalar

PER_FIELDS = ("csp_region", "device_model", "firmware_version", "manufacturer", "configuration_set")
"""Hub fields that an event can carry, so that it concerns the hubs with that value only."""

_ENDS = ("date", "event", "flag_cleared")
_GOES_WITH = {"date": (), "event": ("at_latest", "ref", "per"), "flag_cleared": ("at_latest",)}


def read_hold(record: Record, scope: FileScope, within: Condition) -> HoldRule | None:
    """One hold rule; None where part of it is wrong."""
    head = read_head(record, scope, within)
    until = read_until(record, "until", scope)
    if head is None or until is None:
        return None
    tell = tuple(scalar.value for scalar in record.scalars("tell"))
    return HoldRule(id=head.id, because=head.because, when=head.when, span=head.span, until=until, tell=tell)


def read_until(
    parent: Record, key: str, scope: FileScope, place: Place = HUB_PLACE, *, after_event: bool = False
) -> Until | None:
    """The end of a hold that stands at a key; `after_event`: `at_latest` may count from the event."""
    if parent.scalar(key) is not None:
        return UntilManual()
    record = parent.record(key)
    if record is None:
        return None
    ends = [end for end in _ENDS if record.has(end)]
    if len(ends) != 1:
        if not (record.misspelt and not ends):
            hint = f"give one of {listed(_ENDS)}"
            scope.problems.add("E219", record.span, "a hold has one end", hint=hint)
        return None
    end = ends[0]
    for other in ("at_latest", "ref", "per"):
        if record.has(other) and other not in _GOES_WITH[end]:
            scope.problems.add("E219", record.key_span(other), f"`{other}` does not go with `{end}`")
    at_latest = check_date(record.scalar("at_latest"), scope, place, after_event=after_event)
    unread = record.has("at_latest") and at_latest is None
    match end:
        case "date":
            day = check_date(record.scalar("date"), scope, place)
            return None if day is None else UntilDate(date=day)
        case "flag_cleared":
            flag = record.word("flag_cleared")
            return None if flag is None or unread else UntilFlagCleared(flag=flag, at_latest=at_latest)
        case _:
            per = _per(record.scalar("per"), scope)
            kind = check_event_type(record.scalar("event"), scope)
            if at_latest is None and not unread and not record.misspelt:
                hint = "such as `at_latest: cutoff - 5 days`"
                scope.problems.add("E207", record.span, "a hold on an event needs `at_latest`", hint=hint)
            if kind is None or at_latest is None:
                return None
            return UntilEvent(type=kind, at_latest=at_latest, ref=record.word("ref"), per=per)


def check_event_type(scalar: Scalar | None, scope: FileScope) -> str | None:
    """The type of event that is named, or None (with a problem, unless none is named)."""
    if scalar is None:
        return None
    if scalar.value not in scope.event_types:
        scope.problems.unknown("E218", scalar.span, "type of event", scalar.value, scope.event_types)
        return None
    return scalar.value


def _per(scalar: Scalar | None, scope: FileScope) -> str | None:
    if scalar is None:
        return None
    if scalar.value in PER_FIELDS:
        return scalar.value
    hint = did_you_mean(scalar.value, PER_FIELDS) or f"it takes {listed(PER_FIELDS)}"
    if scalar.value in ("hub", "guid"):
        hint = "leave it out: an event with a GUID concerns that hub alone"
    scope.problems.add("E209", scalar.span, f"`per` does not take `{shown(scalar.value)}`", hint=hint)
    return None
