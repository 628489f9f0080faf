"""The reference engine on drawn worlds, and what the strategies draw, looked at."""

from collections import Counter

from attrs import evolve
from hypothesis import HealthCheck, given, seed, settings

from chfw_core.consent.model import ActivationBasis, InstructionAction
from chfw_core.engines.flow import solve_flow
from chfw_core.engines.reference import plan_reference
from chfw_core.planning.model import HubStatus
from chfw_core.testing.strategies import drawn_worlds
from chfw_core.testing.worlds import World

slow = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@slow
@given(drawn_worlds())
def test_never_before_what_both_agreed_to_and_never_one_without_the_other(world: World) -> None:
    """I1, I2, I6, I7 on drawn worlds."""
    inputs, hubs, instructions = world
    found = plan_reference(inputs, hubs, instructions, solve_flow)
    assert [row.guid for row in found.rows] == [hub.guid for hub in hubs]
    for row in found.rows:
        trace = found.traces[row.guid]
        if row.window_opens is None or row.window_closes is None:
            assert row.status is not HubStatus.PLANNED
            continue
        if row.basis is ActivationBasis.DCC_DEFAULT:
            assert row.window_opens >= trace.match.dcc.automatic_at
        else:
            assert row.window_closes <= trace.match.dcc.automatic_at
            for decision in trace.decisions:
                assert decision.consent is not None
                assert decision.consent.period.opens <= row.window_opens
    turned = plan_reference(inputs, hubs[::-1], instructions[::-1], solve_flow)
    assert turned.rows == found.rows[::-1]


@slow
@given(drawn_worlds())
def test_a_withdrawal_by_everybody_is_the_dccs_date(world: World) -> None:
    """BR3.6, BR4.2: whatever else is there, nobody goes early."""
    inputs, hubs, instructions = world
    late = inputs.as_of
    withdrawals = tuple(
        evolve(row, action=InstructionAction.WITHDRAW, received_at=late, rule=None) for row in instructions
    )
    found = plan_reference(inputs, hubs, (*instructions, *withdrawals), solve_flow)
    withdrawn = {(row.guid, row.party, row.role) for row in instructions}
    for row in found.rows:
        holders = found.traces[row.guid].match.hub.suppliers
        own = {(row.guid, p, role) for p in holders.parties for role in holders.roles_of(p)}
        if own & withdrawn:
            assert row.basis in (None, ActivationBasis.DCC_DEFAULT)


def test_the_strategies_draw_what_matters() -> None:
    """A stated minimum share of what an earlier strategy never once drew."""
    drawn: Counter[str] = Counter()

    @seed(20260105)
    @settings(slow, max_examples=150, database=None)
    @given(drawn_worlds())
    def look(world: World) -> None:
        found = plan_reference(*world, solve_flow)
        for row in found.rows:
            trace = found.traces[row.guid]
            drawn["hubs"] += 1
            drawn[row.status] += 1
            if row.basis is not None:
                drawn[row.basis] += 1
            split = trace.match.hub.suppliers.split
            drawn["split"] += split
            if not split or not trace.decisions:
                continue
            drawn["split and asked"] += 1
            standing = [p.judged.standing for p in trace.match.parties]
            drawn["both rows stand"] += all(s is not None and s.period for s in standing)
            periods = [d.consent.period for d in trace.decisions if d.consent]
            drawn["both agree"] += len(periods) == 2
            if len(periods) == 2:
                first, last = sorted(periods)
                drawn["apart"] += first.closes <= last.opens
        drawn["refusals"] += len(found.refusals)

    look()
    assert drawn["split"] >= 0.4 * drawn["hubs"]
    assert drawn["both agree"] >= 0.14 * drawn["split and asked"]
    assert drawn["both rows stand"] >= 0.1 * drawn["split and asked"]
    assert drawn[ActivationBasis.BOTH_SUPPLIERS] >= 0.04 * drawn["hubs"]
    assert drawn[ActivationBasis.SOLE_SUPPLIER] >= 0.03 * drawn["hubs"]
    assert drawn["apart"] >= 3
    assert drawn[HubStatus.HELD] > 0
    assert drawn[HubStatus.INFEASIBLE] > 0
    assert drawn["refusals"] > 0
