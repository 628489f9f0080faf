"""Rules whose period never comes in this release: most likely a slip in the year.

A period that was over before the notice, that begins after the automatic time, or that closes before it
opens instructs nothing, whatever the day of the plan. One that is over today is no slip: it had its time.
"""

from collections.abc import Iterator
from datetime import datetime

from chfw_core.model.parties import DCC, is_supplier
from chfw_core.model.periods import format_instant
from chfw_core.model.releases import Phase
from chfw_core.planning.model import Finding, PlanInputs
from chfw_core.planning.release_state import context_for
from chfw_core.rules.evaluate import RuleContext, date_value
from chfw_core.rules.model import At, DateExpr, DecideThen, RuleSet
from chfw_core.rules.values import as_closing, as_opening


def rules_that_never_come(inputs: PlanInputs) -> list[Finding]:
    """A finding for each such rule, in order of owner and file."""
    dcc = inputs.ruleset_of(DCC)
    moved = dcc is not None and any(rule.to is not None for rule in dcc.decides)  # BR1.3: later for some hubs
    context = context_for(inputs, Phase.NOTIFIED, inputs.release.automatic_at)
    found = []
    for rules in sorted(inputs.rulesets, key=lambda rules: rules.owner):
        for rule, at in _periods(rules) if is_supplier(rules.owner) else ():
            why = _why_never(inputs, at, context, moved=moved)
            if why:
                message = f"the rule `{rule}` never instructs in this release: {why}"
                found.append(Finding(code="rule-never", message=message, party=rules.owner, about_hubs=False))
    return found


def _periods(rules: RuleSet) -> Iterator[tuple[str, At]]:
    for rule in rules.pilots:
        yield rule.id, rule.at
    for decide in rules.decides:
        if decide.then is DecideThen.INSTRUCT and decide.at is not None:
            yield decide.id, decide.at


def _why_never(inputs: PlanInputs, at: At, context: RuleContext, *, moved: bool) -> str:
    release = inputs.release
    opens = _known(at.opens, context, opening=True)
    closes = _known(at.closes, context, opening=False)
    if closes is not None and closes <= release.notified_at:
        return (
            f"its period ends at {format_instant(closes)}, before the notice at {format_instant(release.notified_at)}"
        )
    if opens is not None and opens >= release.automatic_at and not moved:  # I1
        automatic = format_instant(release.automatic_at)
        return f"its period begins at {format_instant(opens)}, after the automatic time {automatic}"
    if opens is not None and closes is not None and opens >= closes:
        return "its period closes before it opens"
    return ""


def _known(expr: DateExpr | None, context: RuleContext, *, opening: bool) -> datetime | None:
    """The moment, where it depends neither on the hub nor on the day of the plan; else None."""
    if expr is None or expr.fields or expr.base in ("today", "event.at"):
        return None
    value = date_value(expr, lambda _: None, context)
    if value is None:
        return None
    return as_opening(value) if opening else as_closing(value)
