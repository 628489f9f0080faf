"""An incident on a release, from its report to the decision that the Panel confirmed (BR6)."""

from datetime import datetime
from enum import StrEnum

from attrs import frozen

from chfw_core.model.parties import Party


class IncidentOutcome(StrEnum):
    """BR6.2: what may come of a triage."""

    PROCEED = "proceed"
    PAUSE = "pause"
    DELAY = "delay"
    STOP = "stop"


def full_id(party: str, own_id: str) -> str:
    """`PARTY/ID`: ids are a party's own, so that nobody learns from a refusal what another has raised (NF7)."""
    return f"{party}/{own_id}"


@frozen(kw_only=True)
class Incident:
    """`outcome` and `automatic_at` as the DCC's triage proposed them; in force once `decided_at` is set (BR6.3).

    `automatic_at`: the later date, for a delay only. `id`: `PARTY/ID`, see `full_id`.
    """

    id: str
    party: Party
    description: str
    raised_at: datetime
    high_priority: bool = False
    emergency_stop: bool = False
    triaged_at: datetime | None = None
    outcome: IncidentOutcome | None = None
    automatic_at: datetime | None = None
    decided_at: datetime | None = None

    @property
    def own_id(self) -> str:
        """The id that its party gave it."""
        return self.id.removeprefix(full_id(self.party, ""))

    @property
    def open(self) -> bool:
        """No decision is in force yet."""
        return self.decided_at is None
