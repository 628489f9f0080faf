"""What a verifier says: violations as values, and the list of checks with what each proves.

The checks themselves are `chfw_core.engines.verify`. They share with planners the types, the
calendar and the vocabulary, and no code that decides (NF4): a fault in the planner's reading of a rule, its
choice of a day or a capacity cannot hide in both.
"""

from collections.abc import Mapping
from enum import StrEnum

from attrs import field, frozen


class Check(StrEnum):
    """One question put to a schedule; `PROVES` has what a clean answer shows."""

    ONCE = "once"
    ORDER = "estate-order"
    STATUS = "status"
    REASON = "reason"
    EMPTY = "empty-fields"
    ELIGIBLE = "eligible"
    HELD = "held"
    BASIS = "basis"
    RULE = "rule"
    AGREED = "agreed"
    WINDOW = "window"
    DAY = "day"
    LEAD = "lead"
    BLACKOUT = "blackout"
    FREEZE = "change-of-supplier"
    CAPACITY = "capacity"
    FREE_DAY = "free-day"
    MOST = "most-hubs"
    PRIORITY = "priority"
    EARLIEST = "earliest-day"
    HASH_ORDER = "hash-order"
    PILOT_MEMBER = "pilot-member"
    PILOT_SIZE = "pilot-size"
    PILOT_QUOTA = "pilot-quota"
    PILOT_ORDER = "pilot-order"
    BATCH_ID = "batch-id"
    BATCH_SIZE = "batch-size"
    BATCH_CUT = "batch-cut"
    BATCH_OPENS = "batch-opens"


PROVES: Mapping[Check, str] = {
    Check.ONCE: "I6: every hub of the estate has exactly one row, and no other hub has one",
    Check.ORDER: "I7: rows stand in the estate's order",
    Check.STATUS: "contracts, Schedule: a status of the four, and a basis of the three",
    Check.REASON: "I6: every row has a reason",
    Check.EMPTY: "contracts: held, ineligible and infeasible rows have no basis, times or day",
    Check.ELIGIBLE: "design 2, G6: ineligible exactly where a condition of eligibility fails",
    Check.HELD: "I4, BR1.6, BR6.2: held exactly where a stop, pause, revocation or DCC hold stands",
    Check.BASIS: "I2, BR3.2, BR4.1, BR4.2: one missing consent means the DCC's date",
    Check.RULE: "BR2.2, I3: each role bears the rule that decided for its own Supplier",
    Check.AGREED: "I1, BR4.3: never earlier than any responsible Supplier agreed to",
    Check.WINDOW: "G4, BR3.5: the times are the day's window, cut to the resolved period",
    Check.DAY: "contracts: `day` is the London date of `window_opens`",
    Check.LEAD: "contracts: no day earlier than the earliest day",
    Check.BLACKOUT: "release: no activation within a black-out of the region",
    Check.FREEZE: "CS3: no activation on the frozen days around a change of Supplier",
    Check.CAPACITY: "I5, G5: no pool and day over capacity",
    Check.FREE_DAY: "G5, NF4: no hub is infeasible while one of its days has room",
    Check.MOST: "planning 10: no exchange of days would carry one more hub",
    Check.PRIORITY: "planning 10: no hub of lower priority took the place of a higher one",
    Check.EARLIEST: "planning 10: no hub waits while an earlier day of its own has room",
    Check.HASH_ORDER: "I7, planning 10: hubs of a class take days in hash order",
    Check.PILOT_MEMBER: "I10, BR2.2: pilot hubs are candidates: never excluded, held or stopped",
    Check.PILOT_SIZE: "I10, G2: no pilot over its size, nor all together over the limit",
    Check.PILOT_QUOTA: "planning 11: seats follow the highest averages over the strata",
    Check.PILOT_ORDER: "planning 11, I7: in a stratum the preferred first, then hash order",
    Check.BATCH_ID: "contracts, Batch: the id names each side's rule, and only where one asks",
    Check.BATCH_SIZE: "BR3.7: no batch over its size",
    Check.BATCH_CUT: "BR3.7, I7: hubs of one key are cut in hash order, every batch but one full",
    Check.BATCH_OPENS: "BR3.7: batch n opens no earlier than the start plus n times the pause",
}


@frozen(kw_only=True)
class Violation:
    """One example: `subject` is a GUID as text, a pool and day, a pilot or a batch."""

    check: Check
    subject: str
    expected: str
    got: str

    @property
    def proves(self) -> str:
        """The invariant or clause that the schedule breaks here."""
        return PROVES[self.check]


@frozen(kw_only=True)
class Verdict:
    """`hubs` of the estate were checked; `counts` has every violation, `violations` examples."""

    hubs: int
    violations: tuple[Violation, ...] = ()
    counts: Mapping[Check, int] = field(factory=dict)

    @property
    def holds(self) -> bool:
        """True where nothing is wrong."""
        return not self.counts
