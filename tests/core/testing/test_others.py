"""`chfw_core.testing.others` and the worlds that it is used on, as those find them who test with them."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings

from chfw_core.model.guid import format_guid
from chfw_core.model.parties import is_supplier
from chfw_core.reports.explain import explain_hub
from chfw_core.rules.model import BatchSpec, Duration
from chfw_core.testing.others import plan_of, renamed, told_to, with_batches, with_rules_renamed
from chfw_core.testing.strategies import drawn_worlds
from chfw_core.testing.worlds import AUTOMATIC, A, B, World, base, features, named_worlds

slow = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
IN_ONES = BatchSpec(size=1, pause=Duration(days=2))
EARLY = {name: world for name, world in named_worlds() if name.endswith("early")}


def told_to_the_dcc(world: World) -> list[str]:
    inputs, hubs, instructions = world
    rows = plan_of(world).rows
    return [repr(explain_hub(inputs, hub, instructions, row, None)) for hub, row in zip(hubs, rows, strict=True)]


@pytest.mark.parametrize("name", sorted(EARLY))
def test_what_the_other_calls_its_rules_is_not_told(name: str) -> None:
    """I8, NF7; to the DCC it is, so that there is something to be told. Days: batches are cut by both rules' ids."""
    world = EARLY[name]
    other = with_rules_renamed(world, B)
    assert told_to(A, other, with_days=False) == told_to(A, world, with_days=False)
    if name != "rules of one name, early":
        assert told_to(A, other) == told_to(A, world)
    if name == "plain, early":
        assert told_to_the_dcc(other) != told_to_the_dcc(world)


@pytest.mark.parametrize("name", sorted(EARLY))
def test_the_others_batches_are_not_told_but_by_the_days_that_come_of_them(name: str) -> None:
    """I8, NF7."""
    world = EARLY[name]
    other = with_batches(world, B, IN_ONES)
    assert told_to(A, other, with_days=False) == told_to(A, world, with_days=False)
    if name == "plain, early":
        assert told_to(A, other) != told_to(A, world)
        assert told_to_the_dcc(other) != told_to_the_dcc(world)


@slow
@given(drawn_worlds(split_only=True))
def test_another_other_with_other_names_is_told_alike(world: World) -> None:
    """I8, NF7 on drawn worlds."""
    other = renamed(world, B, "ZZZ")
    assert B not in repr(other[1:])
    assert told_to(A, other) == told_to(A, world)
    for one in (with_rules_renamed(other, "ZZZ"), with_batches(other, "ZZZ", IN_ONES)):
        assert told_to(A, one, with_days=False) == told_to(A, world, with_days=False)


@slow
@given(drawn_worlds(split_only=True, suppliers_only=True))
def test_worlds_can_be_asked_for_that_are_split_and_without_the_dccs_rules(world: World) -> None:
    inputs, hubs, _ = world
    assert all(hub.suppliers.split for hub in hubs)
    assert all(is_supplier(rules.owner) for rules in inputs.rulesets)  # of which the estate may not name one
    assert {trace.automatic_at for trace in plan_of(world).traces.values()} == {AUTOMATIC}


def test_the_dccs_date_of_a_hub_is_named_in_its_trace() -> None:
    """BR1.3: where the DCC moves it, the trace says to when."""
    draft = base()
    features()["the DCC moves the date"](draft)
    world = draft.world()
    found = plan_of(world)
    assert datetime(2026, 9, 30, 23, tzinfo=UTC) in {
        found.traces[hub.guid].automatic_at for hub in world[1] if hub.csp_region == "North"
    }


@pytest.mark.parametrize("name", sorted(EARLY))
def test_a_world_reads_as_an_author_writes(name: str) -> None:
    """GUIDs as GUIDs, conditions as text, and nothing of what is as it is anyway."""
    world = EARLY[name]
    text = repr(world)
    assert len(text) < len(repr(tuple(world))) / 1.5
    for hub in world[1]:
        assert format_guid(hub.guid) in text
        assert str(hub.guid) not in text
    for rules in world[0].rulesets:
        assert f"RuleSet(owner={rules.owner}" in text
        assert all(rule.id in text for rule in rules.decides)


def test_a_world_that_fails_is_printed_so() -> None:
    """By Hypothesis too, which has words of its own for tuples."""

    @settings(slow, max_examples=5, database=None, derandomize=True)
    @given(drawn_worlds())
    def fails(world: World) -> None:
        raise AssertionError

    with pytest.raises(AssertionError) as failure:
        fails()
    said = "\n".join(getattr(failure.value, "__notes__", []))
    assert "world=World(" in said
    assert "CommsHub(guid=88-73-84-90-" in said
    assert "PlanInputs(" not in said
