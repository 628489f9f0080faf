"""Where a row of a schedule is not what the inputs give: it was made from others, and its story would mislead.

Only what is told of the row anyway is compared: of a Supplier's view its own rules, never the second
Supplier's (NF7). Which of several days capacity gave is not worked out anew: `chfw verify` does that.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date

from chfw_core.engines.matching import HubMatch, Matcher
from chfw_core.planning import reasons
from chfw_core.planning.hub_plan import HubPlan
from chfw_core.planning.model import HubStatus, ScheduledHub


def differences(
    matcher: Matcher,
    match: HubMatch,
    plan: HubPlan,
    *,
    scheduled: ScheduledHub,
    days: Collection[date],
    pilots: Mapping[str, str | None],
    reader: str | None,
) -> Iterator[str]:
    """In words, what of the row the inputs do not give; nothing where it may be theirs.

    `days`: the possible ones. `pilots[party]`: the rule that the row names for each.
    """
    status, reason = _settled(match)
    given = "planned or infeasible" if status is None else status.value
    if scheduled.status is not status and (status is not None or not _resolved(scheduled)):
        yield f"its status is {scheduled.status.value}, and these inputs give {given}"
        return
    if status is not None:
        if scheduled.reason != reason:
            yield f"its reason is `{scheduled.reason}`, and these inputs give `{reason}`"
        return
    yield from _rules(matcher, match, plan, scheduled, pilots, reader)
    basis = plan.resolution.basis
    if scheduled.basis not in (None, basis):
        yield f"its basis is {scheduled.basis}, and these inputs give {basis}"
    elif scheduled.day is not None and scheduled.day not in days:
        yield f"its day {scheduled.day} is not possible with these inputs"
    if reader is None and not scheduled.reason.endswith(reasons.planned(plan)):
        yield f"its reason is `{scheduled.reason}`, and these inputs give `{reasons.planned(plan)}`"


def _settled(match: HubMatch) -> tuple[HubStatus | None, str]:
    """The status where neither Suppliers nor the calendar have a say, and its reason."""
    if match.ineligible is not None:
        return HubStatus.INELIGIBLE, match.ineligible
    if match.dcc.held is not None:
        return HubStatus.HELD, reasons.held(match.dcc)
    return None, ""


def _resolved(scheduled: ScheduledHub) -> bool:
    return scheduled.status in (HubStatus.PLANNED, HubStatus.INFEASIBLE)


def _rules(
    matcher: Matcher,
    match: HubMatch,
    plan: HubPlan,
    scheduled: ScheduledHub,
    pilots: Mapping[str, str | None],
    reader: str | None,
) -> Iterator[str]:
    hub = match.hub
    for column, holder, named, given in (
        ("import_rule", hub.import_supplier, scheduled.import_rule, plan.import_rule),
        ("gas_rule", hub.gas_supplier, scheduled.gas_rule, plan.gas_rule),
    ):
        if reader in (None, holder) and named != given:
            yield f"its `{column}` is {_named(named)}, and these inputs give {_named(given)}"
    for party in match.parties:
        name = party.matched.party
        if party.matched.standing is not None or party.matched.kept is not None:
            # a row that a pilot wrote stands by itself
            continue
        pilot = next((rule for rule in matcher.rules(name).pilots if rule.id == pilots[name]), None)
        if reader in (None, name) and pilot is not None and not matcher.pilot_candidate(match, party, pilot):
            yield f"it is in the pilot `{pilot.id}`, which with these inputs cannot choose it"


def _named(rule: str | None) -> str:
    return "empty" if rule is None else f"`{rule}`"
