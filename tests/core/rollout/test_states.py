"""The tables of states: what is final, what can be reached, and that a stop leaves hubs where they are."""

import networkx as nx
import pytest

from chfw_core.rollout.states import (
    AT_CSP,
    FINAL_STANDINGS,
    FINAL_STATES,
    HUB_STATES,
    STAGES,
    STANDINGS,
    HubState,
    HubStep,
    ReleaseStage,
    ReleaseStanding,
    ReleaseStep,
    StandingStep,
)


def test_every_stage_is_reached_and_leads_to_the_end() -> None:
    graph = nx.DiGraph((before, after) for (before, _), after in STAGES.items())
    assert set(nx.descendants(graph, ReleaseStage.DRAFTED)) | {ReleaseStage.DRAFTED} == set(ReleaseStage)
    assert set(nx.ancestors(graph, ReleaseStage.COMPLETED)) == set(ReleaseStage) - {ReleaseStage.COMPLETED}
    assert {step for _, step in STAGES} == set(ReleaseStep)


def test_nothing_leads_from_stopped_or_revoked() -> None:
    """BR1.6, BR6.2: both are final; every other standing can be left."""
    left = {standing for standing, _ in STANDINGS}
    assert left == set(ReleaseStanding) - FINAL_STANDINGS
    assert {step for _, step in STANDINGS} == set(StandingStep)


def test_every_hub_state_is_reached_and_only_final_ones_are_never_left() -> None:
    graph = nx.DiGraph((before, after) for (before, _), after in HUB_STATES.items() if before is not after)
    assert set(nx.descendants(graph, HubState.ELIGIBLE)) | {HubState.ELIGIBLE} == set(HubState)
    assert {state for state in HubState if not graph.out_degree(state)} == FINAL_STATES
    assert {step for _, step in HUB_STATES} == set(HubStep)


@pytest.mark.parametrize("state", HubState)
def test_only_a_planned_hub_is_handed_over(state: HubState) -> None:
    """CS1: and so never twice for one plan."""
    assert ((state, HubStep.HAND_OVER) in HUB_STATES) == (state is HubState.PLANNED)


@pytest.mark.parametrize("state", AT_CSP)
def test_instructions_end_with_the_hand_over(state: HubState) -> None:
    """A withdrawal counts until the hub is handed to its CSP."""
    for step in (HubStep.AGREE, HubStep.AGREE_IN_PART, HubStep.TAKE_BACK, HubStep.PLAN):
        assert (state, step) not in HUB_STATES


def test_success_is_what_the_smi_shows_and_nothing_else() -> None:
    assert {step for (_, step), after in HUB_STATES.items() if after is HubState.VERIFIED} == {HubStep.VERIFY}
