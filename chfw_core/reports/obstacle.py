"""What stands in the way of a hub that got no day at all (NF1): the cause, whose act it is, what would change it.

To a Supplier the capacity of its region is told without figures: how many hubs of all Suppliers can go, and on
which days, is the industry's volumes, which are the DCC's alone (PR3) and vary with others' rules (NF7). Nor are
batches named to it, which bear the ids and the terms of others' rules.
"""

from collections.abc import Iterator

from attrs import frozen

from chfw_core.consent.model import ActivationBasis
from chfw_core.model.parties import DCC
from chfw_core.model.periods import format_instant
from chfw_core.model.windows import holidays_for
from chfw_core.planning import reasons
from chfw_core.planning.model import HubStatus, ScheduledHub
from chfw_core.planning.no_day import Limit, NoDay, why_no_day
from chfw_core.planning.release_state import blackouts_in, earliest_day
from chfw_core.reports.acts import actor_of
from chfw_core.reports.batch_setters import setters_of
from chfw_core.reports.case import Case
from chfw_core.reports.hours import sides
from chfw_core.reports.told import MissingAct

A_TIME = "windows that leave a time in the period"


@frozen(kw_only=True)
class Obstacle:
    """`causes`: each is enough by itself; of one with several names, these are needed together."""

    text: str
    causes: tuple[tuple[str, ...], ...]
    acts: tuple[MissingAct, ...] = ()
    changes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """As an object."""
        return {"causes": [list(cause) for cause in self.causes], "text": self.text}


def obstacle_of(case: Case) -> Obstacle | None:
    """None of a hub that has a day, that is settled before days are looked at, or whose row is another plan's."""
    row = case.scheduled
    if case.settled or (row is not None and row.status is not HubStatus.INFEASIBLE):
        return None
    if not case.days:
        return _without_days(case)
    if row is None or not row.reason.endswith(f"; {case.plan.reason}"):
        return None
    if reasons.is_of_capacity(row.reason):
        return _capacity(case, row)
    return _batch(case, row) if reasons.is_of_batch(row.reason) else None


# --- no possible day


def _without_days(case: Case) -> Obstacle:
    plan, inputs, hub = case.plan, case.matcher.inputs, case.match.hub
    closed = holidays_for(hub.holiday_division, inputs.holidays)
    earliest, blackouts = earliest_day(inputs), blackouts_in(inputs, hub.csp_region)
    if plan.csp_blocked:
        text = _own_words(case, reasons.csp_blocked(plan, hub.csp_region))
        act = MissingAct(actor=case.csp, act=A_TIME)
        return Obstacle(text=text, causes=(("csp_windows",),), acts=(act,), changes=(act.text,))
    if plan.first_day is not None:
        text = _own_words(case, reasons.no_day(plan, earliest, blackouts, closed))
        closes = format_instant(plan.resolution.period.closes)
        act = MissingAct(actor="the DCC", act=f"to end its hold `{case.match.dcc.delay_rule}` before {closes}")
        return Obstacle(text=text, causes=(("dcc_hold",),), acts=(act,), changes=(act.text, _another_period(case)))
    why = why_no_day(plan, earliest, blackouts, closed)
    if not why.causes:
        acts = tuple(_over(case))
        return Obstacle(text=why.sentence(), causes=(("period_over",),), acts=acts, changes=(_another_period(case),))
    named = dict.fromkeys(limit for cause in why.causes for limit in cause)
    lifted = (" or ".join(_lifted(why, limit) for limit in cause) for cause in why.causes)
    return Obstacle(
        text=why.sentence(),
        causes=tuple(tuple(limit.value for limit in cause) for cause in why.causes),
        acts=tuple(act for limit in named for act in _acts_on(case, why, limit)),
        changes=(", and also ".join(lifted), _another_period(case)),
    )


def _own_words(case: Case, reason: str) -> str:
    """The part of a reason that says nothing of anybody's rules."""
    return reason.removesuffix(f"; {case.plan.reason}")


def _over(case: Case) -> Iterator[MissingAct]:
    if case.plan.resolution.basis is ActivationBasis.DCC_DEFAULT:
        yield MissingAct(actor="the DCC", act="a period that is not over: a longer `mass_period`, or a later date")
        return
    for name in case.decisions:
        who = name if case.reader in (None, name) else "the second Supplier"
        late = case.match.terms.too_late
        yield MissingAct(actor=who, act="an instruction that is not over", by=case.match.dcc.cutoff, late=late)


def _acts_on(case: Case, why: NoDay, limit: Limit) -> Iterator[MissingAct]:
    match limit:
        case Limit.BLACKOUTS:
            yield MissingAct(actor="the DCC", act=f"to lift or shorten {why.words(limit)}")
        case Limit.LEFT_ALONE:
            yield MissingAct(actor="whoever asked for it", act=f"an end of {why.words(limit)}")
        case Limit.FREEZE:  # a change of Supplier is nobody's to move here
            return
        case Limit.WINDOWS:
            yield from _of_windows(case)


def _of_windows(case: Case) -> Iterator[MissingAct]:
    """Of those whose windows apply. Of others than itself and its CSP a Supplier is not told whose they are."""
    applied = set(case.plan.resolution.windows.parts)
    owners = [owner for owner, windows in sides(case) if applied & set(windows.parts)]
    told = [owner for owner in owners if case.reader in (None, owner) or owner == case.csp]
    for owner in told:
        yield MissingAct(actor=actor_of(owner), act=A_TIME)
    if not told:
        yield MissingAct(actor="whoever has set windows for it", act=A_TIME)


def _lifted(why: NoDay, limit: Limit) -> str:
    match limit:
        case Limit.BLACKOUTS:
            return f"{why.words(limit)} lifted or shortened"
        case Limit.LEFT_ALONE:
            return f"an end of {why.words(limit)}"
        case Limit.FREEZE:
            return "a change of Supplier on another day, or none"
        case Limit.WINDOWS:
            return A_TIME


# --- possible days, and none of them


def _capacity(case: Case, row: ScheduledHub) -> Obstacle:
    region = case.match.hub.csp_region
    text = _own_words(case, row.reason)
    if case.reader is not None:
        text = f"capacity: that of {region} does not suffice on its possible days"
    act = MissingAct(actor="the DCC", act=f"more capacity for {region} on its possible days")
    changes = (act.text, "a rule that gives it a higher priority: then another hub is left out", _another_period(case))
    return Obstacle(text=text, causes=(("capacity",),), acts=(act,), changes=changes)


def _batch(case: Case, row: ScheduledHub) -> Obstacle:
    """To a Supplier neither the batch's name nor its terms are told: they may be the second one's (NF7)."""
    text = "its batch opens too late for its period" if case.reader is not None else _own_words(case, row.reason)
    acts = tuple(_on_batches(case, row))
    changed = "larger batches, or a shorter pause between them"
    return Obstacle(text=text, causes=(("batch",),), acts=acts, changes=(changed, _another_period(case)))


def _on_batches(case: Case, row: ScheduledHub) -> Iterator[MissingAct]:
    """Where it is other hubs that bind the batches of its key, it cannot be said whose rules do."""
    larger, sooner = "larger batches", "a shorter pause between them"
    setters = setters_of(case) if case.reader is None and reasons.says_terms(row.reason, case.plan) else None
    if setters is None:
        yield MissingAct(actor="whoever sets its batches", act=f"{larger}, or {sooner}")
        return
    for actor in dict.fromkeys((*setters.size, *setters.pause)):
        asked = ((larger, setters.size), (sooner, setters.pause))
        yield MissingAct(actor=actor, act=", or ".join(act for act, actors in asked if actor in actors))


def _another_period(case: Case) -> str:
    if case.plan.resolution.basis is ActivationBasis.DCC_DEFAULT:
        return f"{actor_of(DCC)}: a longer `mass_period` of the release"
    return (
        "a longer or a later period of its Supplier"
        if len(case.decisions) == 1
        else ("a longer or a later period of its Suppliers")
    )
