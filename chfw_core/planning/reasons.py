"""The words of a row's reason, for both engines, so that they agree byte for byte (I14).

A reason says what decided, names the rule and the missing act (NF1), and never anything that hubs
of one class do not share.
"""

from collections.abc import Sequence
from datetime import date

from chfw_core.model.periods import Period
from chfw_core.planning.batch_terms import batches_said
from chfw_core.planning.batches import batch_id
from chfw_core.planning.capacity import CAPACITY
from chfw_core.planning.hub_plan import DccTerms, HubPlan
from chfw_core.planning.no_day import between, why_no_day

_BATCH = "batch "


def planned(plan: HubPlan) -> str:
    """Of a hub that has its day."""
    return plan.reason


def held(dcc: DccTerms) -> str:
    """Of a hub that a stop, a pause or an open hold of the DCC holds (I4)."""
    return dcc.held or ""


def csp_blocked(plan: HubPlan, region: str) -> str:
    """Of a hub for which its CSP's windows leave nothing."""
    when = between(plan.resolution.period)
    return f"the windows of CSP:{region} leave no time {when}; {plan.reason}"


def no_day(plan: HubPlan, earliest: date, blackouts: Sequence[Period], closed: frozenset[date]) -> str:
    """Of a hub whose period has no possible day from the plan's first day on. `closed`: its bank holidays."""
    if plan.first_day is not None:
        return f"the DCC's hold outlasts its period {between(plan.resolution.period)}; {plan.reason}"
    return f"{why_no_day(plan, earliest, blackouts, closed).sentence()}; {plan.reason}"


def no_day_for_batch(plan: HubPlan, number: int) -> str:
    """Of a hub whose batch opens too late for it; `plan.batch` is what its batches come to, of all hubs of its key."""
    when = between(plan.resolution.period)
    name = batch_id(plan.batch_key, number)
    return f"{_BATCH}`{name}`{_terms(plan)} has no possible day {when}; {plan.reason}"


def says_terms(reason: str, plan: HubPlan) -> bool:
    """Whether a reason of `no_day_for_batch` says the terms of this hub's own plan, not those of others of its key."""
    return f"`{_terms(plan)} has" in reason


def _terms(plan: HubPlan) -> str:
    return f" ({batches_said(plan.batch)})" if plan.batch is not None else ""


def over_capacity(plan: HubPlan, sentence: str) -> str:
    """Of a hub that does not fit; `sentence` is the proof's."""
    return f"{sentence}; {plan.reason}"


def is_of_capacity(reason: str) -> bool:
    """Whether a row's reason is one of `over_capacity`."""
    return reason.startswith(CAPACITY)


def is_of_batch(reason: str) -> bool:
    """Whether a row's reason is one of `no_day_for_batch`."""
    return reason.startswith(_BATCH)
