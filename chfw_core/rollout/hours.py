"""The hours of the week that instructions name, as far as a roll-out can judge them (BR3.1, BR3.5).

What rules say of hours the ledger does not know, nor the bank holidays of a hub: plans do. So a day rests on the hours
of all who agreed, whatever they come to together; and of a row of a plan is asked what must hold in any case: it lies
in the hours of one of those who agreed.
"""

from datetime import date

from chfw_core.consent.model import ActivationBasis
from chfw_core.model.parties import Party, ResponsibleSuppliers
from chfw_core.model.periods import Period
from chfw_core.model.window_text import own_windows
from chfw_core.rollout.records import HubRecord


def hours_agreed(hub: HubRecord) -> tuple[tuple[Party, str | None], ...]:
    """The hours that the hub's day rests on: those of each Supplier's instruction; none by the DCC's date."""
    if hub.basis is ActivationBasis.DCC_DEFAULT:
        return ()
    return tuple((consent.party, consent.window) for consent in hub.consents)


def outside_hours(hub: HubRecord, who: ResponsibleSuppliers, day: date, window: Period) -> tuple[str, ...]:
    """The hours of those who agreed, where the window of that London day lies in none of them; else nothing.

    Nothing, too, where a rule wrote an instruction: its hours are those of the rule.
    """
    consents = [consent for party in who.parties if (consent := hub.consent_of(party)) is not None]
    if any(consent.window is None for consent in consents):
        return ()
    said = tuple(consent.window for consent in consents if consent.window is not None)
    return () if any(_lies_in(window, day, text) for text in said) else said


def _lies_in(window: Period, day: date, text: str) -> bool:
    found = own_windows(text, "").occurrences(day, frozenset())
    return any(hours.opens <= window.opens and window.closes <= hours.closes for hours in found)
