"""What triggers wrote down, as a plan reads it: their holds become rules of their owner, for the hubs they are about.

So holds of triggers obey what every hold obeys (precedence, the automatic time, the DCC's date), and both engines, the
verifier and the explanations know them without being told anything new. A plan counts in London days: a trigger's hold
ends, for a plan, with the midnight at or after its end, never before it.

An instruction of a trigger is a row on record that bears `trigger:ID` as its rule. It is explicit: it is not replaced
by today's rules. Its windows are those of the trigger in today's files, which stand here as a rule that matches no hub.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from attrs import evolve, field, frozen

from chfw_core.model.guid import Guid
from chfw_core.model.parties import is_supplier
from chfw_core.model.periods import london_date, london_midnight
from chfw_core.rules.meaning.values import LAST_MOMENT
from chfw_core.rules.model import (
    Always,
    And,
    At,
    Condition,
    DateExpr,
    DecideRule,
    DecideThen,
    HoldRule,
    Leaf,
    LeafOp,
    Not,
    Operand,
    Or,
    RuleSet,
    Until,
    UntilDate,
    UntilEvent,
    UntilManual,
)
from chfw_core.rules.triggered import PREFIX


@frozen(kw_only=True)
class TriggerHold:
    """A hold that a trigger wrote down and that has not ended.

    `guid`: the hub it is about; else `bounds`: values of hub fields. `ends`: `date`, `event`, `flag_cleared` or
    `released`; `until`: the last moment, None where there is none; `awaits`, `ref`: the event or the flag.
    """

    owner: str
    trigger: str
    version: str
    because: str
    since: datetime
    ends: str
    guid: Guid | None = None
    bounds: Mapping[str, str] = field(factory=dict)
    until: datetime | None = None
    awaits: str | None = None
    ref: str | None = None


@frozen(kw_only=True)
class TriggerRelease:
    """Holds of an owner's rule files that a trigger released, by their ids; None: all of them."""

    owner: str
    trigger: str
    holds: tuple[str, ...] | None
    guid: Guid | None = None
    bounds: Mapping[str, str] = field(factory=dict)


@frozen(kw_only=True)
class TriggerRecords:
    """All that a plan reads of triggers."""

    holds: tuple[TriggerHold, ...] = ()
    releases: tuple[TriggerRelease, ...] = ()


def with_triggers(rulesets: Sequence[RuleSet], records: TriggerRecords | None = None) -> tuple[RuleSet, ...]:
    """The rule sets with what triggers wrote down. An owner without files of its own has one then."""
    records = records or TriggerRecords()
    holds: dict[str, list[TriggerHold]] = defaultdict(list)
    for hold in records.holds:
        holds[hold.owner].append(hold)
    releases: dict[str, list[TriggerRelease]] = defaultdict(list)
    for release in records.releases:
        releases[release.owner].append(release)
    by_owner = {rules.owner: rules for rules in rulesets}
    for owner in sorted(holds.keys() - by_owner.keys()):
        by_owner[owner] = RuleSet(owner=owner)
    found = (_one(rules, holds[owner], releases[owner]) for owner, rules in by_owner.items())
    return tuple(sorted(found, key=lambda rules: rules.owner))


def _one(rules: RuleSet, holds: Sequence[TriggerHold], releases: Sequence[TriggerRelease]) -> RuleSet:
    own = [evolve(hold, when=_without(hold, releases)) for hold in rules.holds]
    windows = [rule for trigger in rules.triggers if (rule := _windows_of(trigger.id, trigger.body)) is not None]
    if not (holds or releases or windows):
        return rules
    return evolve(rules, holds=(*own, *_rules(holds)), decides=(*windows, *rules.decides))


def _windows_of(trigger: str, body: Mapping[str, object]) -> DecideRule | None:
    """Where an instruction of the trigger finds its windows. It matches no hub."""
    do = body.get("do")
    at = do.get("instruct") if isinstance(do, Mapping) else None
    if not isinstance(at, At) or not at.windows.parts:
        return None
    return DecideRule(
        id=PREFIX + trigger,
        because="",
        when=Not(item=Always()),
        then=DecideThen.INSTRUCT,
        at=At(windows=at.windows),
    )


def _rules(holds: Sequence[TriggerHold]) -> list[HoldRule]:
    """One rule for all hubs that a trigger holds in the same way."""
    alike: dict[tuple[str, str, Until, str], list[TriggerHold]] = defaultdict(list)
    for hold in holds:
        alike[hold.trigger, hold.version, _until(hold), _why(hold)].append(hold)
    ordered = sorted(alike.items(), key=lambda one: (one[0][0], one[0][1], repr(one[0][2]), one[0][3]))
    return [
        HoldRule(id=PREFIX + trigger, because=why, when=_about(same), until=until)
        for (trigger, _, until, why), same in ordered
    ]


def _why(hold: TriggerHold) -> str:
    return f"trigger `{hold.trigger}` of version {hold.version[:8]} fired on {london_date(hold.since)}: {hold.because}"


def _until(hold: TriggerHold) -> Until:
    last = None if hold.until is None else DateExpr(base=_midnight(hold.until))
    match hold.ends:
        case "date" if last is not None:
            return UntilDate(date=last)
        case "event" if last is not None and hold.awaits is not None:
            return UntilEvent(type=hold.awaits, at_latest=last, ref=_after(hold.ref, hold.since))
        case "flag_cleared" if last is not None or is_supplier(hold.owner):
            # A Supplier's ends at the automatic time, whatever it says.
            at_latest = last or DateExpr(base=LAST_MOMENT)
            return UntilEvent(type="flag_cleared", at_latest=at_latest, ref=_after(hold.awaits, hold.since))
        case _:
            return UntilManual()


def _after(ref: str | None, since: datetime) -> str:
    """What is awaited. The runner has heard of all events and ends the hold itself: no event of a plan bears this."""
    after = f"after {london_date(since).isoformat()}"
    return f"{ref}, {after}" if ref else after


def heard_after(ref: str) -> tuple[str, str]:
    """Of the `ref` of a trigger's hold what the event has to bear, which may be nothing, and since when, in words."""
    named, _, day = ref.rpartition("after ")
    return named.removesuffix(", "), f" after {day}"


def _midnight(at: datetime) -> datetime:
    """The London midnight at or after it."""
    day = london_date(at)
    begins = london_midnight(day)
    return begins if begins == at else london_midnight(day + timedelta(days=1))


def _about(holds: Iterable[TriggerHold]) -> Condition:
    """The hubs of these: those named, and those within bounds."""
    holds = list(holds)
    found = [
        _bounded(dict(bounds)) for bounds in sorted({tuple(sorted(h.bounds.items())) for h in holds if h.guid is None})
    ]
    guids = sorted({hold.guid for hold in holds if hold.guid is not None})
    if guids:
        found.append(_named(guids))
    return found[0] if len(found) == 1 else Or(items=tuple(found))


def _named(guids: Sequence[int]) -> Leaf:
    return Leaf(
        op=LeafOp.IN,
        left=Operand(field="guid"),
        args=tuple(Operand(value=int(guid)) for guid in guids),
        fields=("guid",),
        text="the hubs that it is about",
    )


def _bounded(bounds: Mapping[str, str]) -> Condition:
    leaves = tuple(
        Leaf(
            op=LeafOp.EQ,
            left=Operand(field=name),
            args=(Operand(value=value),),
            fields=(name,),
            text=f'{name} == "{value}"',
        )
        for name, value in sorted(bounds.items())
    )
    if not leaves:
        return Always()
    return leaves[0] if len(leaves) == 1 else And(items=leaves)


def _without(hold: HoldRule, releases: Sequence[TriggerRelease]) -> Condition:
    """The hold's condition without the hubs for which a trigger released it."""
    gone = [one for one in releases if one.holds is None or hold.id in one.holds]
    if not gone:
        return hold.when
    guids = sorted({one.guid for one in gone if one.guid is not None})
    bounds = sorted({tuple(sorted(one.bounds.items())) for one in gone if one.guid is None})
    released = [*([_named(guids)] if guids else []), *(_bounded(dict(one)) for one in bounds)]
    return And(items=(hold.when, *(Not(item=one) for one in released)))
