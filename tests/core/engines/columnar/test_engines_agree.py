"""I14: the columnar engine gives the reference's answer, hub for hub and word for word."""

from collections import Counter
from datetime import date
from functools import cache
from unittest.mock import patch

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings

from chfw_core.engines.columnar import MemoryEstate, axes, instruction_table, plan_columnar, sides
from chfw_core.engines.flow import solve_flow
from chfw_core.engines.reference import plan_reference
from chfw_core.errors import InputError
from chfw_core.model.hubs import CommsHub, PrivateAttributes
from chfw_core.planning.model import HubStatus
from chfw_core.rules.model import And, DecideThen, Leaf, LeafOp, Not, Operand, Or, PriorityRule
from chfw_core.testing.features import CS1
from chfw_core.testing.strategies import drawn_worlds
from chfw_core.testing.worlds import (
    MOMENTS,
    A,
    B,
    Draft,
    World,
    base,
    decide,
    exclude,
    features,
    flagged,
    is_,
    leaf,
    named_worlds,
    on,
)
from tests.core.engines.columnar.agreement import Joined, assert_agree, columnar, rows_of

NAMES = tuple(f"{name}, {moment}" for name in features() for moment in MOMENTS)


@cache
def worlds() -> dict[str, World]:
    return dict(named_worlds())


@pytest.mark.parametrize("name", NAMES)
def test_every_feature_at_every_moment(name: str) -> None:
    assert_agree(worlds()[name])


def test_what_the_worlds_make_happen() -> None:
    """Every status and basis, often: a world in which nothing happens proves nothing."""
    seen: Counter[tuple[HubStatus, object]] = Counter()
    for world in worlds().values():
        inputs, hubs, instructions = world
        seen.update((row.status, row.basis) for row in plan_reference(inputs, hubs, instructions, solve_flow).rows)
    assert len(seen) == 6, seen  # three bases, held, ineligible, infeasible
    assert min(seen.values()) > 100, seen


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(drawn_worlds())
def test_drawn_worlds(world: World) -> None:
    assert_agree(world)


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(drawn_worlds())
def test_drawn_worlds_by_the_road_for_many_codes(world: World) -> None:
    """Where codes are too many to match them all, what no rule tells apart is put together block by block."""
    with patch.object(sides, "DIRECT_CODES", 0), patch.object(axes, "BLOCK", 3):
        assert_agree(world)


@pytest.mark.parametrize("codes", [sides.DIRECT_CODES, 0])
def test_conditions_over_several_axes(codes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """`or`, `not` and comparisons of two fields, over fields that lie on different axes."""
    monkeypatch.setattr(sides, "DIRECT_CODES", codes)
    draft = base()
    either = Or(items=(CS1, flagged("psr")))
    neither = Not(item=Or(items=(leaf("installed_on", LeafOp.MISSING), is_("csp_region", "North"))))
    draft.add(A, excludes=(exclude("either", either),), decides=(decide("neither", And(items=(neither, either))),))
    draft.add(B, decides=(decide("nor", Not(item=And(items=(either, neither))), opens=on("installed_on", 400)),))
    assert_agree(draft.world())


@pytest.mark.parametrize("codes", [sides.DIRECT_CODES, 0])
def test_more_rules_than_a_word_has_bits(codes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """65, 128 and 200 rules of one owner: the first match is the first in file order."""
    monkeypatch.setattr(sides, "DIRECT_CODES", codes)
    for count in (65, 128, 200):
        draft = base()
        never = tuple(decide(f"r{n:03}", is_("configuration_set", f"CS-{n}")) for n in range(count))
        last = decide("the-last", CS1, then=DecideThen.LEAVE_TO_DCC)
        draft.add(A, decides=(*never, last, decide("after-it", CS1)))
        draft.add(A, priorities=tuple(PriorityRule(id=f"p{n}", because="x", when=CS1, priority=n) for n in range(70)))
        wanted, _ = assert_agree(draft.world())
        assert any(row.import_rule == "the-last" for row in wanted.rows)


def _with_private(hub: CommsHub, at: int) -> CommsHub:
    known = PrivateAttributes(
        flags=frozenset({"own"} if at % 2 else ()), values={"tier": at % 3, "note": hub.csp_region}
    )
    return evolve(hub, private={A: known} if at % 4 else {})


def test_private_attributes_are_read_by_their_owner_alone() -> None:
    draft = base()
    draft.hubs = tuple(_with_private(hub, at) for at, hub in enumerate(draft.hubs))
    tiers = (decide("tier-two", leaf("my.tier", LeafOp.GE, 2)), decide("no-tier", leaf("my.tier", LeafOp.MISSING)))
    draft.add(A, excludes=(exclude("all-of", leaf("flags", LeafOp.HAS_ALL, "psr", "own")),), decides=tiers)
    draft.add(B, excludes=(exclude("not-mine", flagged("own")),))
    wanted, _ = assert_agree(draft.world())
    assert {row.import_rule for row in wanted.rows} >= {"tier-two", "no-tier", "all-of"}
    assert all(row.gas_rule != "not-mine" for row in wanted.rows)


def test_conditions_that_compare_two_fields() -> None:
    """Two fields of the hub, on different axes; and a hub's field with a private attribute."""
    draft = base()
    known = PrivateAttributes(values={"wanted": "CS-0112"})
    draft.hubs = tuple(evolve(hub, private={A: known}) if at % 2 else hub for at, hub in enumerate(draft.hubs))
    wanted = Operand(field="my.wanted")
    same = Leaf(
        op=LeafOp.EQ,
        left=Operand(field="configuration_set"),
        args=(wanted,),
        fields=("configuration_set", "my.wanted"),
    )
    region = Leaf(
        op=LeafOp.NE,
        left=Operand(field="configuration_set"),
        args=(Operand(field="csp_region"),),
        fields=("configuration_set", "csp_region"),
    )
    draft.add(A, decides=(decide("as-wanted", same), decide("not-its-region", region, then=DecideThen.LEAVE_TO_DCC)))
    found, _ = assert_agree(draft.world())
    assert {row.import_rule for row in found.rows} >= {"as-wanted", "not-its-region"}


def test_a_day_that_no_hub_can_have() -> None:
    inputs, hubs, instructions = base().world()
    draft = base()
    draft.add(A, decides=(decide("old", leaf("installed_on", LeafOp.LT, date(2020, 1, 1))),))
    odd = (*hubs[:3], evolve(hubs[3], installed_on=date(1960, 1, 1)))
    with pytest.raises(InputError, match="installed_on 1960-01-01 is outside 1970 to 2149"):
        columnar((draft.inputs, odd, instructions))
    assert inputs.as_of == draft.inputs.as_of


def test_lists_of_guids_of_every_kind_of_owner() -> None:
    draft: Draft = base()
    some = tuple(hub.guid for hub in draft.hubs[::5])
    listed = leaf("guid", LeafOp.IN, *some)
    draft.add(A, excludes=(exclude("listed", listed),))
    draft.add(B, decides=(decide("unlisted", Not(item=listed), then=DecideThen.LEAVE_TO_DCC),))
    later = decide("later-for-some", listed, then=DecideThen.MOVE_AUTOMATIC_DATE, to=on("release.automatic_on", 40))
    draft.add("DCC", decides=(later,))
    draft.add("CSP:North", priorities=(PriorityRule(id="some", because="x", when=listed, priority=70),))
    wanted, _ = assert_agree(draft.world())
    assert any(row.import_rule == "listed" for row in wanted.rows)


def test_an_estate_with_repeated_guids_sets_all_of_their_rows_aside() -> None:
    inputs, hubs, instructions = base().world()
    parts = [MemoryEstate(part, chunk=7) for part in (hubs, (hubs[3], hubs[8]), hubs[3:4])]
    plan = plan_columnar(inputs, Joined(tuple(parts)), instructions=instruction_table(instructions), solver=solve_flow)
    assert plan.duplicates == (hubs[3].guid, hubs[8].guid)
    left = {row["guid"] for row in rows_of(plan)}
    assert left == {hub.guid for hub in hubs} - set(plan.duplicates)
