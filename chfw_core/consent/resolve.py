"""The split-Supplier table: from what each Supplier agrees to, to the hub's planned period.

Nothing here knows which role a consent came from: the table is symmetric (I3), and swapping the
two Suppliers gives the same answer.
"""

from datetime import date

from chfw_core.consent.model import ActivationBasis, Consent, Resolution
from chfw_core.model.occurrences import first_moment
from chfw_core.model.periods import Period


def resolve_activation(
    *,
    responsible: int,
    consents: tuple[Consent, ...],
    default: Resolution,
    closed: frozenset[date],
) -> Resolution:
    """The planned period of a hub (design 3, BR3, BR4).

    `responsible`: how many separate Parties answer for the hub (0, 1 or 2). `consents`: what those
    agree to who agree to an earlier time. `default`: the DCC's own period. `closed`: the bank
    holidays of the hub's division.
    """
    if responsible == 0 or len(consents) < responsible:
        return default  # BR3.6, BR4.2, I2: one missing act is enough
    if responsible == 1:
        sole = consents[0]  # BR3.2
        return Resolution(basis=ActivationBasis.SOLE_SUPPLIER, period=sole.period, windows=sole.windows)
    return _both(consents[0], consents[1], closed)


def later_of(one: Period, other: Period) -> Period:
    """BR4.3: the later of the two, never earlier than either agreed to (I1).

    Opens at the later opening; closes at the earlier close if that is after it, else at the close
    of the one that opens later.
    """
    first, last = (one, other) if (one.opens, one.closes) <= (other.opens, other.closes) else (other, one)
    earlier_close = min(first.closes, last.closes)
    closes = earlier_close if earlier_close > last.opens else last.closes
    return Period(opens=last.opens, closes=closes)


def _both(one: Consent, other: Consent, closed: frozenset[date]) -> Resolution:
    period = later_of(one.period, other.period)
    windows = one.windows.merged(other.windows)
    disjoint = first_moment(period, windows, closed) is None
    if disjoint:
        windows = max((one, other), key=lambda c: lateness(c, closed)).windows
    return Resolution(
        basis=ActivationBasis.BOTH_SUPPLIERS,
        period=period,
        windows=windows,
        windows_disjoint=disjoint,
    )


def lateness(consent: Consent, closed: frozenset[date]) -> tuple[object, ...]:
    """Orders two Suppliers by their first moment; equal moments by the windows themselves (I3)."""
    moment = first_moment(consent.period, consent.windows, closed)
    return (moment is None, moment or consent.period.opens, tuple(sorted(w.hours for w in consent.windows.parts)))
