"""What outcomes and observations make of the hubs."""

from datetime import datetime
from typing import assert_never

from attrs import evolve as changed

from chfw_core.model.periods import instant_words
from chfw_core.rollout.hubs import each, moved
from chfw_core.rollout.outcomes import events
from chfw_core.rollout.outcomes.events import OutcomeEvent
from chfw_core.rollout.records import HubRecord, RollOut
from chfw_core.rollout.states import HubState, HubStep


def evolve(roll_out: RollOut, event: OutcomeEvent) -> RollOut:
    """The roll-out after the event."""
    match event:
        case events.ImagesDelivered():
            return each(roll_out, event.guids, lambda hub: moved(hub, HubStep.DELIVER, reason="", failure=None))
        case events.HubsActivated():
            mark = outside_words(event.occurred_at) if event.outside_window else ""
            return each(
                roll_out,
                event.guids,
                lambda hub: moved(hub, HubStep.ACTIVATE, reason=mark, failure=None, outcome_due_at=event.due),
            )
        case events.HubsFailed():
            step = HubStep.SHOW_ANOTHER_VERSION if event.code == "wrong_version" else HubStep.FAIL
            return each(roll_out, event.guids, lambda hub: _failed(hub, step, event.code, event.reason))
        case events.HubsFellSilent():
            return each(roll_out, event.guids, lambda hub: _failed(hub, HubStep.FALL_SILENT, event.code, event.reason))
        case events.VersionsObserved():
            return each(roll_out, event.guids, lambda hub: _shown(hub, event))
        case events.HubsVerified():
            return each(
                roll_out,
                event.guids,
                lambda hub: moved(
                    _shown(hub, event),
                    HubStep.VERIFY,
                    reason=hub.reason if hub.state is HubState.ACTIVATED else "",  # BR3.5: the mark stays
                    failure=None,
                    failed=None,
                    outcome_due_at=None,
                ),
            )
        case events.FoundOutsideWindow():
            return each(roll_out, event.guids, lambda hub: changed(hub, reason=event.reason))
        case events.ActivationConfirmed() | events.OutcomesNoted() | events.OutcomesRefused():
            return roll_out
        case _:
            assert_never(event)


def outside_words(occurred_at: datetime) -> str:
    """BR3.5: what is said of an activation that did not fall into the window that was planned for it."""
    return f"activated at {instant_words(occurred_at)}, outside the window that was planned"


def _failed(hub: HubRecord, step: HubStep, code: str, reason: str) -> HubRecord:
    return moved(hub, step, reason=reason, failure=code, outcome_due_at=None)


def _shown(hub: HubRecord, event: events.VersionsObserved | events.HubsVerified) -> HubRecord:
    """BR5.6, PR2: the version as the SMI shows it now; the configuration set where it says one."""
    return changed(
        hub,
        firmware_version=event.firmware_version,
        configuration_set=event.configuration_set or hub.configuration_set,
        version_at=event.observed_at,
    )
