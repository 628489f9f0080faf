"""Effects become records: dates are worked out and texts filled in, from the event, the hub and the release.

`event.*` is the completing event's (where a step expired, that of the event that opened it); hub and release
are as they are known when the firing is written down.
"""

from collections.abc import Iterator
from datetime import date, datetime
from fractions import Fraction

from attrs import define, field

from chfw_core.model.guid import format_guid
from chfw_core.model.periods import format_instant
from chfw_core.rules.blocks.effects import PLACEHOLDER
from chfw_core.rules.meaning.evaluate import Read, RuleContext, date_value
from chfw_core.rules.meaning.values import as_closing, as_opening
from chfw_core.rules.model import At, DateExpr, UntilDate, UntilEvent, UntilFlagCleared, UntilManual
from chfw_core.rules.vocabulary.fields import GUID_FIELDS, RELEASE_PREFIX
from chfw_core.triggers.model import Effects
from chfw_core.triggers.records import (
    EVERYTHING,
    EffectRecord,
    HoldRecord,
    HoldUntil,
    IncidentRecord,
    InstructRecord,
    NotifyRecord,
    ReleaseRecord,
)
from chfw_core.triggers.seeing import OF_THE_RELEASE, bare_context

UNKNOWN = "unknown"
"""What a text says where a field has no value."""


@define(kw_only=True)
class Writer:
    """Writes the records of one firing. `missing`: the fields without a value, as they are met."""

    read: Read
    context: RuleContext | None
    event_at: datetime
    now: datetime
    because: str
    missing: dict[str, None] = field(factory=dict)

    def records(self, effects: Effects) -> tuple[EffectRecord, ...]:
        """In the order hold, release, instruct, notify, incident."""
        return tuple(self._written(effects))

    def _written(self, effects: Effects) -> Iterator[EffectRecord]:
        if "hold" in effects:
            yield self._hold(effects["hold"])
        if "release" in effects:
            names = _names(effects["release"])
            holds = tuple(name for name in names if name != EVERYTHING)
            yield ReleaseRecord(holds=holds, everything=EVERYTHING in names)
        if "instruct" in effects:
            at = effects["instruct"]
            assert isinstance(at, At)
            yield InstructRecord(windows=at.windows, opens=self._opening(at.opens), closes=self._closing(at.closes))
        if "notify" in effects:
            text = effects.get("text")
            yield NotifyRecord(to=_names(effects["notify"]), text=self._filled(text) if text else self.because)
        if "raise" in effects:
            priority = effects.get("priority")
            yield IncidentRecord(priority=None if priority is None else str(priority))

    def _hold(self, until: object) -> HoldRecord:
        match until:
            case UntilDate():
                return HoldRecord(until=HoldUntil.DATE, ends=self._opening(until.date))
            case UntilEvent():
                ends = self._opening(until.at_latest)
                return HoldRecord(until=HoldUntil.EVENT, ends=ends, event=until.type, ref=until.ref, per=until.per)
            case UntilFlagCleared():
                return HoldRecord(until=HoldUntil.FLAG_CLEARED, ends=self._opening(until.at_latest), flag=until.flag)
            case UntilManual():
                return HoldRecord(until=HoldUntil.RELEASED)
            case _:
                return HoldRecord(until=HoldUntil.RELEASED, everything=True)

    def _opening(self, expr: DateExpr | None) -> datetime | None:
        value = self._date(expr)
        return None if value is None else as_opening(value)

    def _closing(self, expr: DateExpr | None) -> datetime | None:
        value = self._date(expr)
        return None if value is None else as_closing(value)

    def _date(self, expr: DateExpr | None) -> date | datetime | None:
        if expr is None:
            return None
        if self.context is None and expr.base in OF_THE_RELEASE:
            value = None
        else:
            value = date_value(expr, self.read, self.context or bare_context(self.now), self.event_at)
        if value is None:
            self.missing[str(expr.base)] = None
        return value

    def _filled(self, text: object) -> str:
        return PLACEHOLDER.sub(lambda found: self._shown(found[1].strip()), str(text))

    def _shown(self, name: str) -> str:
        value = self._value(name)
        if value is None:
            self.missing[name] = None
            return UNKNOWN
        return shown_value(value, is_guid=name in GUID_FIELDS)

    def _value(self, name: str) -> object:
        context = self.context
        if name == "today":
            return (context or bare_context(self.now)).today
        if name == "cutoff":
            return None if context is None else context.cutoff
        if name.startswith(RELEASE_PREFIX):
            return None if context is None else context.release.get(name.removeprefix(RELEASE_PREFIX))
        return self.read(name)


def shown_value(value: object, *, is_guid: bool = False) -> str:
    """A value as a text for people has it."""
    match value:
        case bool():
            return "yes" if value else "no"
        case int() if is_guid:
            return format_guid(value)
        case datetime():
            return format_instant(value)
        case date():
            return value.isoformat()
        case Fraction():
            return f"{float(value):g}"
        case frozenset() | list() | tuple():
            return ", ".join(sorted(str(item) for item in value)) or "none"
        case _:
            return str(value)


def _names(value: object) -> tuple[str, ...]:
    assert isinstance(value, tuple)
    return value
