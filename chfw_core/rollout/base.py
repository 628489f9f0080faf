"""What every command and every event of a roll-out bears, and a refusal.

A command is somebody's will, in the imperative; an event is what happened, in the past tense. An event holds
at most one list of hubs, called `guids`: hubs that fare differently make several events.
"""

from datetime import datetime
from typing import Final

from attrs import field, frozen

from chfw_core.model.parties import CSP_PREFIX, DCC, is_supplier
from chfw_core.model.periods import as_utc

PANEL: Final = "PANEL"
SUB_COMMITTEE: Final = "SUB-COMMITTEE"
CONFIRMING: Final = (PANEL, SUB_COMMITTEE)
"""BR6.3: the Panel or its Sub-Committee confirms; who did is in the ledger. What one owes the other may do."""
SMI: Final = "SMI"
REGISTRATION: Final = "REGISTRATION"
"""The registration systems, which know who supplies a meter point and say so when it changes (CS3)."""


def is_party(by: str) -> bool:
    """Whether `by` is a Supplier: none of the others that act in a roll-out."""
    return bool(by) and is_supplier(by) and by not in (*CONFIRMING, SMI, REGISTRATION)


def region_of(by: str) -> str | None:
    """The CSP region that `CSP:<region>` speaks for, or None."""
    return by.removeprefix(CSP_PREFIX) if by.startswith(CSP_PREFIX) else None


@frozen(kw_only=True)
class Command:
    """`by`: a Party, `DCC`, `CSP:<region>`, `PANEL`, `SUB-COMMITTEE`, `SMI` or `REGISTRATION`. `key`: the same key
    again is the same command again. `release`: the id of the release."""

    by: str
    key: str
    release: str


@frozen(kw_only=True)
class RollOutEvent:
    """`at`: when it happened, in UTC; `by`: whose command it followed from."""

    at: datetime = field(converter=as_utc)
    by: str


@frozen(kw_only=True)
class CommandRefused(RollOutEvent):
    """A command that may not be: a stable code, the reason, and what would help. It changes nothing."""

    command: str
    code: str
    reason: str
    cure: str


@frozen
class Refused:
    """Why a command may not be, as the clauses say it among themselves."""

    code: str
    reason: str
    cure: str


ACTORS: Final = (DCC, *CONFIRMING, SMI, REGISTRATION)
