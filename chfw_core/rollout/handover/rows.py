"""Whether a hub may have a row of a plan, and whether it may go to its CSP now.

The same questions twice, since months lie between: who is responsible, what was agreed and what is announced
may have changed since the plan was published.
"""

from datetime import date, datetime

from chfw_core.consent.model import ActivationBasis, Resolution
from chfw_core.model.parties import ResponsibleSuppliers
from chfw_core.model.periods import Period, instant_words
from chfw_core.rollout.agreement import (
    automatic_at,
    clash_of,
    consents_of,
    firmware_of,
    left_to_the_dcc,
    resolution,
    suppliers_on,
)
from chfw_core.rollout.handover.commands import PlannedClass
from chfw_core.rollout.hours import outside_hours
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
_PLAN_AGAIN = "publish a plan again, made with every Supplier's rules and recorded instructions"
_GOES_BY = {
    ActivationBasis.SOLE_SUPPLIER: "a sole Supplier's instruction",
    ActivationBasis.BOTH_SUPPLIERS: "both Suppliers' instructions",
    ActivationBasis.DCC_DEFAULT: "the DCC's date",
}


def row_fault(record: ReleaseRecord, hub: HubRecord | None, row: PlannedClass, at: datetime) -> tuple[str, str]:
    """The code and the words for which a published row may not be for this hub; two empty texts where it may."""
    if hub is None:
        return hub_reason("unknown_guid")
    if hub.state is HubState.HELD:
        return hub_reason("held")
    if (hub.state, HubStep.PLAN) not in HUB_STATES:
        return hub_reason("not_waiting", state=hub.state.value.replace("_", " "))
    return timing_fault(record, hub, Period(opens=row.window_opens, closes=row.window_closes), row.day, row.basis, at)


def stands_already(hub: HubRecord, row: PlannedClass) -> bool:
    """Whether the hub was given just this row before. Why it was is told by the plan that gave it first (0022)."""
    was = (hub.day, hub.window_opens, hub.window_closes, hub.batch_id, hub.basis)
    now = (row.day, row.window_opens, row.window_closes, row.batch_id, row.basis)
    return hub.state is HubState.PLANNED and was == now


def timing_fault(
    record: ReleaseRecord, hub: HubRecord, window: Period, day: date, basis: ActivationBasis, at: datetime
) -> tuple[str, str]:
    """Why the hub may not be activated in that window of that day on that basis; two empty texts where it may."""
    if window.closes <= at:
        return hub_reason("period_over")
    who = suppliers_on(hub, day)  # CS3: by who is responsible on that day
    agreed = resolution(record, hub, at, who)
    stands = hub.basis is agreed.basis and _is_good(record, hub, at)
    held = basis is ActivationBasis.DCC_DEFAULT and left_to_the_dcc(hub, at) and not stands
    if agreed.basis is not basis and not held:  # I2
        cure = f"the published day {hub.day} stands" if stands else _PLAN_AGAIN
        said = {"asked": _GOES_BY[basis], "agreed": _agreed(record, hub, who, agreed, at), "cure": cure}
        return hub_reason("another_basis", **said)
    if basis is ActivationBasis.DCC_DEFAULT:
        # The DCC may delay within its own time, and never comes earlier than it said (I1).
        automatic = automatic_at(record, hub)
        if window.opens < automatic:
            return hub_reason("too_early", opens=instant_words(window.opens), automatic=instant_words(automatic))
    elif window.opens < agreed.period.opens or window.closes > agreed.period.closes:
        return hub_reason("outside_period", row=_span(window), agreed=_span(agreed.period))  # BR3.5, I1
    elif hours := outside_hours(hub, who, day, window):
        return hub_reason("outside_hours", row=_span(window), hours=" nor in ".join(f"`{text}`" for text in hours))
    clash = clash_of(record, hub, window)  # CS3, CS4
    return GOOD if clash is None else hub_reason(clash)


def _is_good(record: ReleaseRecord, hub: HubRecord, at: datetime) -> bool:
    """Whether a plan gave the hub a day that can still be kept to."""
    if hub.day is None or hub.window_opens is None or hub.window_closes is None or hub.window_closes <= at:
        return False
    return clash_of(record, hub, Period(opens=hub.window_opens, closes=hub.window_closes)) is None


def _agreed(record: ReleaseRecord, hub: HubRecord, who: ResponsibleSuppliers, found: Resolution, at: datetime) -> str:
    """What stands, in words for the DCC, who may know whose instruction it is."""
    if found.basis is not ActivationBasis.DCC_DEFAULT:
        return f"{' and '.join(sorted(who.parties))} agreed to {_span(found.period)}"
    automatic = automatic_at(record, hub)
    missing = sorted(set(who.parties) - set(consents_of(hub, who, automatic, at)))
    lacking = f"no instruction of {' nor of '.join(missing)} stands" if missing else "no Supplier answers for the hub"
    return f"{lacking}, so that the DCC's date {instant_words(automatic)} holds"


def _span(period: Period) -> str:
    return f"{instant_words(period.opens)} until {instant_words(period.closes)}"


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
    return timing_fault(record, hub, window, day, hub.basis, at)
