"""One owner's rules for one hub at one moment: what `decide_own` says, as preview, diff and explain have it.

Two things differ from a plan. Eligibility is not evaluated. And which hubs a pilot chooses depends
on the whole estate, so a trial asks whether it *may* choose the hub, and the answer has both: what
follows if it does (`chosen`), and if it does not.
"""

from datetime import datetime

from attrs import evolve, frozen

from chfw_core.engines.matching import Matcher
from chfw_core.engines.owned import Known, OwnMatch, decide_own, highest
from chfw_core.model.hubs import CommsHub
from chfw_core.model.parties import CSP_PREFIX, DCC
from chfw_core.model.periods import Period
from chfw_core.planning.capacity import DEFAULT_PRIORITY
from chfw_core.planning.decision import HoldState, latest_end, open_hold
from chfw_core.planning.model import PlanInputs
from chfw_core.planning.own_decision import Outcome, csp_decision, owns
from chfw_core.planning.scope import Read
from chfw_core.reports.trials.model import Got
from chfw_core.rules.meaning.evaluate import RuleContext
from chfw_core.rules.model import RuleSet


@frozen(kw_only=True, eq=False)
class Answer:
    """What came out, and how the owner's rules see the hub. `asked`: they are about this hub at all.

    `ranked_by` gave the priority; `delayed_by` moved the opening.
    """

    got: Got
    chosen: Got | None
    rules: RuleSet
    read: Read
    context: RuleContext
    holds: tuple[HoldState, ...]
    asked: bool
    stopped: bool
    delayed_by: str | None
    ranked_by: str | None


class TrialMatcher(Matcher):
    """The reference's matching without eligibility: a trial is about rules."""

    def ineligible(self, hub: CommsHub) -> str | None:
        """Never."""
        return None


def answer(inputs: PlanInputs, hub: CommsHub, *, other_instructed: bool) -> Answer:
    """The answer of the one rule set among the inputs."""
    (rules,) = inputs.rulesets
    matcher = TrialMatcher(inputs)
    found = decide_own(matcher, rules.owner, hub, Known(other_instructed=other_instructed))
    as_chosen = [
        decide_own(matcher, rules.owner, hub, Known(other_instructed=other_instructed, pilot=pilot.id))
        for pilot in rules.pilots
    ]
    candidates = [match for match in as_chosen if match.decision.outcome is Outcome.PILOT]
    asked = owns(rules.owner, hub)
    ranked = highest(matcher, rules.owner, found.read, found.context) if asked else None
    common = Got(
        outcome=Outcome.NO_RULE,
        priority=DEFAULT_PRIORITY if ranked is None else ranked.priority,
        pilots=tuple(match.decision.rule for match in candidates if match.decision.rule is not None),
    )
    if rules.owner.startswith(CSP_PREFIX):
        got = _of_a_csp(_decided(common, found), rules) if asked else evolve(common, reason=csp_decision(None).reason)
    elif rules.owner == DCC:
        got = _of_the_dcc(common, found, matcher, hub)
    else:
        got = _decided(common, found)
    return Answer(
        got=got,
        chosen=_decided(common, candidates[0]) if candidates else None,
        rules=rules,
        read=found.read,
        context=found.context,
        holds=found.holds,
        asked=asked,
        stopped=found.decision.outcome is Outcome.STOPPED,
        delayed_by=found.decision.delayed_by,
        ranked_by=None if ranked is None else ranked.id,
    )


def _decided(common: Got, found: OwnMatch) -> Got:
    decision = found.decision
    counts = decision.outcome not in (Outcome.STOPPED, Outcome.EXCLUDED)
    return evolve(
        common,
        outcome=decision.outcome,
        by=decision.rule,
        window=frozenset(part.name for part in decision.windows.parts),
        period=decision.period,
        until=_until(found.holds) if counts else None,
        batch=None if decision.batch is None else decision.batch.size,
        reason=decision.reason,
    )


def _of_the_dcc(common: Got, found: OwnMatch, matcher: Matcher, hub: CommsHub) -> Got:
    """With the hub's automatic time, and the DCC's own period from the end of a hold on."""
    _, terms = matcher.dcc(hub)
    got = _decided(common, found)
    period: Period | None = got.period
    if period is not None and terms.delay_until is not None:
        period = period.cut(terms.delay_until, period.closes)
    return evolve(got, period=period, automatic_at=terms.automatic_at)


def _of_a_csp(got: Got, rules: RuleSet) -> Got:
    """A CSP's windows and batches bind its own region."""
    windows = frozenset(part.name for part in rules.region_windows.parts)
    return evolve(got, window=windows, batch=None if rules.region_batch is None else rules.region_batch.size)


def _until(holds: tuple[HoldState, ...]) -> datetime | None:
    """When the hold that is on ends, at the latest."""
    hold = open_hold(holds)
    if hold is not None:
        return hold.at_latest
    delay = latest_end(holds)
    return delay.ends if delay else None
