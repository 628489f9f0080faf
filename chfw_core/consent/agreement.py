"""When an instruction lapses, and when what two Suppliers agreed to does (BR4.3, contracts: a period wholly past).

An instruction that has come to nothing with a second one lapses with its own period. Two that were both open
when the later of them was received have *agreed*: what came of them is one period (BR4.3), and neither lapses
before that is over, though the earlier one's own may be. Another period is another instruction, received when
it was given: whoever amends ends the agreement, and the earlier act has lapsed by then.

Planner and roll-out ask the same function; it knows no role and no order (I3).
"""

from datetime import datetime

from attrs import field, frozen

from chfw_core.consent.resolve import later_of
from chfw_core.model.periods import Period, as_utc


@frozen(kw_only=True)
class Act:
    """A Supplier's instruction on record for a hub, cut at the automatic time. No withdrawal, nothing overtaken."""

    period: Period
    received_at: datetime = field(converter=as_utc)


def lapses_at(own: Act, other: Act | None) -> datetime:
    """The instant from which `own` is no instruction any more. `other`: what the second Supplier has on record."""
    if other is None:
        return own.period.closes
    both_since = max(own.received_at, other.received_at)
    if both_since >= min(own.period.closes, other.period.closes):
        return own.period.closes  # one was over before the other was there
    return max(own.period.closes, later_of(own.period, other.period).closes)
