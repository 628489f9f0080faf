"""An owner's rules as numbered conditions, and what their outcomes read of a hub.

The order of the numbers is the order of the file within each block; priorities are numbered from
the highest, so that the first match is the answer.
"""

from collections.abc import Iterator, Sequence

from attrs import Factory, define, frozen

from chfw_core.engines.columnar.compile import ANY_RULE, Label, Needs, itself
from chfw_core.planning.holds import hold_fields
from chfw_core.planning.scope import EventsIndex, scope_of
from chfw_core.rules.meaning.leaves import leaves
from chfw_core.rules.model import (
    At,
    Condition,
    DateExpr,
    HoldRule,
    LeafOp,
    Operand,
    PriorityRule,
    RuleSet,
    UntilDate,
    UntilEvent,
    UntilFlagCleared,
)


@frozen
class Block:
    """The conditions `first` … `last` - 1 belong to one block of the file."""

    first: int
    last: int


@define
class OwnerRules:
    """The conditions of one owner in the order excludes, holds, decides, pilots, prefers, priorities.

    `told_apart`: fields of which every value that an event names matters, whatever rule matches.
    """

    rules: RuleSet
    told_apart: tuple[str, ...] = ()
    priorities: tuple[PriorityRule, ...] = Factory(
        lambda self: tuple(sorted(self.rules.priorities, key=lambda rule: -rule.priority)), takes_self=True
    )

    @property
    def blocks(self) -> tuple[tuple[Condition, ...], ...]:
        """The conditions of each block."""
        rules = self.rules
        return (
            tuple(rule.when for rule in rules.excludes),
            tuple(rule.when for rule in rules.holds),
            tuple(rule.when for rule in rules.decides),
            tuple(rule.when for rule in rules.pilots),
            tuple(rule.prefer for rule in rules.pilots if rule.prefer is not None),
            tuple(rule.when for rule in self.priorities),
        )

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """All conditions, numbered."""
        return tuple(condition for block in self.blocks for condition in block)

    def spans(self) -> tuple[Block, ...]:
        """Where each block's conditions lie."""
        spans, first = [], 0
        for block in self.blocks:
            spans.append(Block(first, first + len(block)))
            first += len(block)
        return tuple(spans)

    def needs(self, events: EventsIndex, *, spread: bool = True) -> tuple[Needs, ...]:
        """What the outcomes of the rules read of a hub; `spread`: also over what pilots are spread."""
        rules, spans = self.rules, self.spans()
        found = [Needs(rule=ANY_RULE, labels={n: named_by_events(n, events) for n in self.told_apart})]
        found += [
            Needs(rule=spans[1].first + at, labels=_hold_labels(rule, events)) for at, rule in enumerate(rules.holds)
        ]
        for at, decide in enumerate(rules.decides):
            dates = (*_at_dates(decide.at), decide.to)
            found.append(Needs(rule=spans[2].first + at, labels=dict.fromkeys(_date_fields(dates), itself)))
        for at, pilot in enumerate(rules.pilots):
            names = (*_date_fields(_at_dates(pilot.at)), *(pilot.spread_by if spread else ()))
            found.append(Needs(rule=spans[3].first + at, labels=dict.fromkeys(names, itself)))
        return tuple(need for need in found if need.labels)

    def fields(self, events: EventsIndex) -> frozenset[str]:
        """Every hub field that the rules read."""
        asked = {name for condition in self.conditions for leaf in leaves(condition) for name in leaf.fields}
        return frozenset(asked | {name for need in self.needs(events) for name in need.labels})

    def compared(self) -> Iterator[tuple[str, ...]]:
        """The fields that one leaf compares with each other."""
        for condition in self.conditions:
            yield from (leaf.fields for leaf in leaves(condition) if len(leaf.fields) > 1)

    @property
    def reads_automatic_date(self) -> bool:
        """Whether a condition depends on the hub's own automatic time."""
        return any(
            _names_automatic(operand)
            for condition in self.conditions
            for leaf in leaves(condition)
            # A list has values alone.
            for operand in ((leaf.left,) if leaf.op is LeafOp.IN else (leaf.left, *leaf.args))
        )


def _at_dates(at: At | None) -> tuple[DateExpr | None, ...]:
    return () if at is None else (at.opens, at.closes)


def _date_fields(dates: Sequence[DateExpr | None]) -> tuple[str, ...]:
    return tuple(name for expr in dates if expr is not None for name in expr.fields)


def _hold_labels(rule: HoldRule, events: EventsIndex) -> dict[str, Label]:
    """Every value of a date; of other fields those that an event names; of flags, the one awaited."""
    until = rule.until
    dates: tuple[DateExpr | None, ...] = ()
    if isinstance(until, UntilDate):
        dates = (until.date,)
    elif isinstance(until, UntilEvent | UntilFlagCleared):
        dates = (until.at_latest,)
    labels: dict[str, Label] = {}
    for name in hold_fields(rule, events):
        if name in _date_fields(dates):
            labels[name] = itself
        elif name == "flags" and isinstance(until, UntilFlagCleared):
            labels[name] = _bears(until.flag)
        else:
            labels[name] = named_by_events(name, events)
    return labels


def _bears(flag: str) -> Label:
    return lambda value: isinstance(value, frozenset) and flag in value


def named_by_events(name: str, events: EventsIndex) -> Label:
    """Tells apart the values of a field that some event names."""
    named = {
        str(value).upper()
        for found in events.types.values()
        for event in found.common
        for field, value in (*scope_of(event), (name, event.fields.get(name)))
        if field == name
    }
    return lambda value: str(value).upper() if str(value).upper() in named else None


def _names_automatic(operand: Operand) -> bool:
    if operand.date is not None:
        return operand.date.base in {"cutoff", "release.automatic_on"}
    return operand.field == "release.automatic_on"
