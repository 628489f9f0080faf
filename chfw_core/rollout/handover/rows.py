"""Whether a hub may have a row of a plan, and whether it may go to its CSP now.

The same questions twice, since months lie between: who is responsible, what was agreed and what is announced
may have changed since the plan was published.
"""

from datetime import date, datetime

from chfw_core.consent.model import ActivationBasis
from chfw_core.model.periods import Period
from chfw_core.rollout.agreement import automatic_at, clash_of, firmware_of, resolution, suppliers_on
from chfw_core.rollout.handover.commands import PlannedClass
from chfw_core.rollout.records import HubRecord, ReleaseRecord
from chfw_core.rollout.refusals import hub_reason
from chfw_core.rollout.states import HUB_STATES, HubState, HubStep, ReleaseStage

GOOD = ("", "")
AGREED = frozenset({ActivationBasis.SOLE_SUPPLIER, ActivationBasis.BOTH_SUPPLIERS})
OPEN_FOR = {
    # BR2.8: what its Suppliers approved goes at once, whatever phase another Supplier is in.
    ReleaseStage.PILOTING: AGREED,
    ReleaseStage.PILOT_ENDED: AGREED,
    ReleaseStage.MASS_APPROVED: AGREED,
    ReleaseStage.ROLLING_OUT: frozenset(ActivationBasis),
}
"""Which hubs may be handed over at which stage, by their basis."""


def row_fault(record: ReleaseRecord, hub: HubRecord | None, row: PlannedClass, at: datetime) -> tuple[str, str]:
    """The code and the words for which a published row may not be for this hub; two empty texts where it may."""
    if hub is None:
        return hub_reason("unknown_guid")
    if hub.state is HubState.HELD:
        return hub_reason("held")
    if (hub.state, HubStep.PLAN) not in HUB_STATES:
        return hub_reason("not_waiting", state=hub.state.value.replace("_", " "))
    code = timing_fault(record, hub, Period(opens=row.window_opens, closes=row.window_closes), row.day, row.basis, at)
    return GOOD if code is None else hub_reason(code)


def timing_fault(
    record: ReleaseRecord, hub: HubRecord, window: Period, day: date, basis: ActivationBasis, at: datetime
) -> str | None:
    """The code for which the hub may not be activated in that window of that day on that basis, or None."""
    if window.closes <= at:
        return "period_over"
    agreed = resolution(record, hub, at, suppliers_on(hub, day))  # CS3: by who is responsible on that day
    if agreed.basis is not basis:
        return "another_basis"  # I2
    if basis is ActivationBasis.DCC_DEFAULT:
        # The DCC may delay within its own time, and never comes earlier than it said (I1).
        if window.opens < automatic_at(record, hub):
            return "too_early"
    elif window.opens < agreed.period.opens or window.closes > agreed.period.closes:
        return "outside_period"  # BR3.5, I1
    return clash_of(record, hub, window)  # CS3, CS4


def handover_fault(
    record: ReleaseRecord, hub: HubRecord | None, region: str, day: date, at: datetime
) -> tuple[str, str]:
    """The code and the words for which a hub may not go to its CSP now; two empty texts where it may."""
    if hub is None:
        return hub_reason("unknown_guid")
    if hub.region != region:
        return hub_reason("another_region")
    if (hub.state, HubStep.HAND_OVER) not in HUB_STATES:  # never twice, and never one that is held
        return hub_reason("not_planned", state=hub.state.value.replace("_", " "))
    if hub.day is None or hub.basis is None or hub.window_opens is None or hub.window_closes is None:
        return hub_reason("no_day")
    if hub.day != day:
        return hub_reason("another_day")
    if hub.basis not in OPEN_FOR[record.stage]:  # BR2.6
        return hub_reason("not_open_yet", stage=record.stage.value.replace("_", " "))
    firmware = firmware_of(record)
    if firmware.upgrade_from is not None and hub.firmware_version not in firmware.upgrade_from:
        return hub_reason("needs_first")
    window = Period(opens=hub.window_opens, closes=hub.window_closes)
    code = timing_fault(record, hub, window, day, hub.basis, at)
    return GOOD if code is None else hub_reason(code)
