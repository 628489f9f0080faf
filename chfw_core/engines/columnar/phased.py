"""Where phases are open for some hubs only, a leaf that reads `release.phase` becomes a condition on the hub.

It asks, for each phase that is open somewhere, whether the hub is in it and the leaf holds of it. So axes are
folded, matched and counted as ever, and a context needs one phase only: that of the hubs that no such event names.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

from attrs import evolve

from chfw_core.model.events import Event
from chfw_core.model.releases import Phase
from chfw_core.planning.phases import Phases
from chfw_core.planning.scope import plain_value, scope_of
from chfw_core.rules.meaning.leaves import rules_with_leaves
from chfw_core.rules.model import Always, And, Condition, Leaf, LeafOp, Not, Operand, Or, RuleSet

FIELD = "release.phase"
_LEVELS = tuple(phase.value for phase in Phase)
Run = tuple[Phase, Condition]


def by_phase(rules: RuleSet, phases: Phases) -> RuleSet:
    """The rules as they read where the phase hangs on the hub; the same where it does not."""
    if not phases.of_some:
        return rules
    homes = _homes(phases)

    def apart(leaf: Leaf) -> Condition:
        if all(side.field != FIELD for side in (leaf.left, *leaf.args)):
            return leaf
        return Or(items=tuple(And(items=(home, _said(leaf, phase))) for phase, home in homes))

    return rules_with_leaves(rules, apart)


def _said(leaf: Leaf, phase: Phase) -> Leaf:
    """The leaf with the phase itself in the place of its name."""
    said = Operand(value=phase.value)
    left, *args = (said if side.field == FIELD else side for side in (leaf.left, *leaf.args))
    return evolve(leaf, left=left, args=tuple(args), levels=_LEVELS)


def _homes(phases: Phases) -> list[Run]:
    """Each phase that is open somewhere, and the condition on a hub that it is in it."""
    runs: list[Run] = [(phases.for_all, Always()), *_runs(phases.of_some)]
    return [(phase, _home(phase, runs)) for phase in Phase if any(phase is own for own, _ in runs)]


def _home(phase: Phase, runs: Sequence[Run]) -> Condition:
    """Some run opened it for the hub, and no later one opened another."""
    found = []
    for at, (own, hubs) in enumerate(runs):
        if own is phase:
            later = (Not(item=after) for other, after in runs[at + 1 :] if other is not phase)
            found.append(And(items=(hubs, *later)))
    return Or(items=tuple(found))


def _runs(opened: Sequence[tuple[Event, Phase]]) -> Iterator[Run]:
    """Hubs for which the same phase was opened one after the other, in order of time.

    Of one scope the last counts. Two values of one field, as two GUIDs, have no hub in common: while events are
    about the same field, their order says nothing.
    """
    last = {_scope(event): (event, phase) for event, phase in opened}
    ordered = sorted(last.values(), key=lambda one: (one[0].at, one[0].seq))
    for fields, stretch in groupby(ordered, key=lambda one: tuple(name for name, _ in _scope(one[0]))):
        alike = list(stretch)
        if len(fields) == 1:
            alike.sort(key=lambda one: one[1])
        for phase, run in groupby(alike, key=lambda one: one[1]):
            yield phase, _about([_scope(event) for event, _ in run])


def _scope(event: Event) -> tuple[tuple[str, str | int], ...]:
    """What bounds an event, as its fields' values are compared."""
    if event.guid is not None:
        return (("guid", int(event.guid)),)
    return tuple((name, plain_value(name, value)) for name, value in scope_of(event))


def _about(scopes: Sequence[tuple[tuple[str, str | int], ...]]) -> Condition:
    """The hubs that one of these names."""
    one_field = {name for scope in scopes for name, _ in scope}
    if len(one_field) == 1:
        (name,) = one_field
        values = (Operand(value=value) for ((_, value),) in scopes)
        return Leaf(op=LeafOp.IN, left=Operand(field=name), args=tuple(values), fields=(name,))
    return Or(items=tuple(And(items=tuple(_is(name, value) for name, value in scope)) for scope in scopes))


def _is(name: str, value: str | int) -> Leaf:
    return Leaf(op=LeafOp.EQ, left=Operand(field=name), args=(Operand(value=value),), fields=(name,))
