"""The second Supplier of split hubs made another one, to see that the first is told the same (I8, NF7, BR4.4).

Each function gives a world in which one thing of one Supplier is different and which to everybody else is the same:
who it is, what it calls its rules, in which batches it lets hubs go. `told_to` is what a Supplier is told of its hubs.
"""

from collections.abc import Callable
from typing import TypeVar

from attrs import evolve

from chfw_core.engines.flow import solve_flow
from chfw_core.engines.reference import ReferencePlan, plan_reference
from chfw_core.model.parties import Party
from chfw_core.reports.explain import explain_hub
from chfw_core.rules.model import BatchSpec, Rule, RuleSet
from chfw_core.testing.worlds import World

R = TypeVar("R", bound=Rule)


def plan_of(world: World) -> ReferencePlan:
    """The plan of a world, as it is specified."""
    return plan_reference(*world, solve_flow)


def told_to(party: str, world: World, *, with_days: bool = True) -> list[dict[str, object]]:
    """What `explain --as` tells a Supplier of each of its hubs, in their order.

    `with_days`: with the rows of the world's plan. Batches, and the ids of rules by which they are cut, move days
    (BR3.7), and Suppliers see days: without them, what is told does not vary with the other's batches and ids.
    """
    inputs, hubs, instructions = world
    rows = plan_of(world).rows if with_days else [None] * len(hubs)
    return [
        explain_hub(inputs, hub, instructions, row, party).as_dict()
        for hub, row in zip(hubs, rows, strict=True)
        if party in hub.suppliers.parties
    ]


def renamed(world: World, old: str, new: str) -> World:
    """One Supplier is somebody else: in the estate, its rules and private attributes, instructions and events."""
    inputs, hubs, instructions = world
    other = Party(new)

    def name(party: Party | None) -> Party | None:
        return other if party == old else party

    rules = tuple(evolve(rules, owner=other) if rules.owner == old else rules for rules in inputs.rulesets)
    events = tuple(
        evolve(
            event,
            party=name(event.party),
            fields={key: other if value == old else value for key, value in event.fields.items()},
        )
        for event in inputs.events
    )
    return (
        evolve(inputs, rulesets=rules, events=events),
        tuple(
            evolve(
                hub,
                import_supplier=name(hub.import_supplier),
                gas_supplier=name(hub.gas_supplier),
                private={other if owner == old else owner: known for owner, known in hub.private.items()},
            )
            for hub in hubs
        ),
        tuple(evolve(row, party=other if row.party == old else row.party) for row in instructions),
    )


def with_rules_renamed(world: World, party: str, prefix: str = "zz-") -> World:
    """One Supplier calls its rules otherwise, and gives other grounds; its recorded instructions go along."""
    inputs, hubs, instructions = world

    def other(rules: tuple[R, ...]) -> tuple[R, ...]:
        return tuple(evolve(rule, id=prefix + rule.id, because=prefix + rule.because) for rule in rules)

    def all_of(rules: RuleSet) -> RuleSet:
        return evolve(
            rules,
            excludes=other(rules.excludes),
            holds=other(rules.holds),
            decides=other(rules.decides),
            pilots=other(rules.pilots),
            priorities=other(rules.priorities),
        )

    rows = tuple(
        evolve(row, rule=prefix + row.rule) if row.party == party and row.rule else row for row in instructions
    )
    return (evolve(inputs, rulesets=_of(party, inputs.rulesets, all_of)), hubs, rows)


def with_batches(world: World, party: str, batch: BatchSpec | None) -> World:
    """Every decision of one Supplier that instructs lets hubs go in these batches, or all together."""
    inputs, hubs, instructions = world

    def batched(rules: RuleSet) -> RuleSet:
        decides = tuple(rule if rule.at is None else evolve(rule, batch=batch) for rule in rules.decides)
        return evolve(rules, decides=decides)

    return (evolve(inputs, rulesets=_of(party, inputs.rulesets, batched)), hubs, instructions)


def _of(party: str, rulesets: tuple[RuleSet, ...], change: Callable[[RuleSet], RuleSet]) -> tuple[RuleSet, ...]:
    return tuple(change(rules) if rules.owner == party else rules for rules in rulesets)
