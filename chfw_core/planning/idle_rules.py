"""Rules whose period never comes in this release: most likely a slip in the year.

A period that was over before the notice, or that begins at the automatic time or later, instructs nothing,
whatever the day of the plan. One that is over today is no slip: it had its time.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from chfw_core.model.parties import is_supplier
from chfw_core.planning.model import Finding, PlanInputs
from chfw_core.planning.release_state import cutoff_of
from chfw_core.rules.analysis.periods import misses_release
from chfw_core.rules.analysis.subject import ReleasePeriod
from chfw_core.rules.model import At, DecideThen, RuleSet

LATEST = datetime(9999, 12, 31, tzinfo=UTC)


def rules_that_never_come(inputs: PlanInputs) -> list[Finding]:
    """A finding for each such rule, in order of owner and file (BR3.4)."""
    release = inputs.release
    period = ReleasePeriod(
        id=release.id,
        notified_at=release.notified_at,
        # BR1.3: where the DCC moves dates, only what is over before the notice is missed by every hub.
        automatic_at=LATEST if dcc_moves_dates(inputs) else release.automatic_at,
        cutoff=cutoff_of(inputs, release.automatic_at),
    )
    found = []
    for rules in sorted(inputs.rulesets, key=lambda rules: rules.owner):
        for rule, at in _periods(rules) if is_supplier(rules.owner) else ():
            if how := misses_release(at, period):
                message = f"the rule `{rule}` never instructs in this release: its period {how}"
                found.append(Finding(code="rule-never", message=message, party=rules.owner, about_hubs=False))
    return found


def dcc_moves_dates(inputs: PlanInputs) -> bool:
    """Whether a rule moves the automatic date of some hubs (BR1.3)."""
    return any(d.then is DecideThen.MOVE_AUTOMATIC_DATE for rules in inputs.rulesets for d in rules.decides)


def _periods(rules: RuleSet) -> Iterator[tuple[str, At]]:
    for pilot in rules.pilots:
        yield pilot.id, pilot.at
    for decide in rules.decides:
        if decide.at is not None:
            yield decide.id, decide.at
