"""What users are shown before they confirm a command is what the command does."""

from datetime import timedelta

import pytest
from attrs import evolve as changed

from chfw_core.consent.model import ActivationBasis
from chfw_core.rollout.commands import COMMANDS
from chfw_core.rollout.decide import decide
from chfw_core.rollout.effects import EFFECTS, STANDING_EFFECTS, UNCHANGED, effect_of, meaning_of
from chfw_core.rollout.evolve import evolve_all
from chfw_core.rollout.gate import GATES
from chfw_core.rollout.outcomes.commands import ObserveVersions, OutcomeKind, ReportOutcomes
from chfw_core.rollout.records import HubRecord, RollOut
from chfw_core.rollout.states import AT_CSP, FINAL_STATES, WAITING, HubState, ReleaseStage, ReleaseStanding
from tests.core.rollout.samples import sample
from tests.core.rollout.worlds import AUTOMATIC, NEW, OLD, SOLE, handed_over, notified, row

HANDED = handed_over(SOLE)


def world(state: HubState, stage: ReleaseStage) -> RollOut:
    """One hub in that state, as it would be there: with a day where it is planned, handed over where it was."""
    start = notified().roll_out
    hub = start.hubs[SOLE] if state in WAITING or state is HubState.HELD else HANDED.hub(SOLE)
    assert isinstance(hub, HubRecord)
    hub = changed(hub, state=state)
    if state is HubState.PLANNED:
        planned = row(SOLE)
        hub = changed(
            hub,
            window_opens=planned.window_opens,
            window_closes=planned.window_closes,
            day=planned.day,
            basis=ActivationBasis.DCC_DEFAULT,
        )
    record = changed(HANDED.roll_out.release, stage=stage, last_at=start.release.last_at)
    return changed(start, release=record, hubs={SOLE: hub})


def test_every_command_and_standing_has_a_sentence_for_every_state() -> None:
    assert set(EFFECTS) == set(COMMANDS)
    assert set(STANDING_EFFECTS) == set(ReleaseStanding)
    for table in (*EFFECTS.values(), *STANDING_EFFECTS.values()):
        assert set(table) == set(HubState)
        assert all(effect.sentence and state in effect.after for state, effect in table.items())


@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("state", HubState)
def test_a_command_leads_a_hub_nowhere_that_its_effect_does_not_name(kind: type, state: HubState) -> None:
    """Asked of the planning months before the automatic date and of the date itself, and of every stage it passes."""
    for stage in GATES[kind].stages:
        roll_out = world(state, stage)
        for at in (AUTOMATIC - timedelta(days=180), AUTOMATIC + timedelta(hours=1), AUTOMATIC + timedelta(days=9)):
            for command in _variants(kind):
                after = evolve_all(roll_out, decide(roll_out, command, at))  # type: ignore[arg-type]
                assert after.hubs[SOLE].state in effect_of(kind, state).after


def _variants(kind: type) -> list[object]:
    if kind is ReportOutcomes:
        return [
            sample(kind, outcome=outcome, reason="no image held", firmware_version=version)
            for outcome in OutcomeKind
            for version in (NEW, "0000000F")
        ]
    if kind is ObserveVersions:
        return [sample(kind, firmware_version=version) for version in (NEW, OLD, "0000000F")]
    return [sample(kind)]


@pytest.mark.parametrize("standing", [ReleaseStanding.STOPPED, ReleaseStanding.REVOKED])
def test_a_final_standing_says_so_to_whoever_waits(standing: ReleaseStanding) -> None:
    """BR6.4."""
    meaning = meaning_of(standing)
    assert all("never handed over" in meaning[state] for state in WAITING)
    assert all("told to stop" in meaning[state] for state in AT_CSP)
    assert not set(meaning) & FINAL_STATES
    assert UNCHANGED not in meaning.values()
