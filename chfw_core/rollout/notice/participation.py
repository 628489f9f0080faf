"""G7: what voluntary and mandatory participation each bring, computed before one of them is chosen."""

from typing import assert_never

from chfw_core.model.periods import instant_words
from chfw_core.model.releases import Participation
from chfw_core.rollout.agreement import cutoff_of, firmware_of
from chfw_core.rollout.records import ReleaseRecord


def repercussions(record: ReleaseRecord, participation: Participation) -> tuple[str, ...]:
    """A sentence for each; the command that chooses must have shown just these."""
    firmware = firmware_of(record)
    automatic = instant_words(firmware.automatic_at)
    cutoff = instant_words(cutoff_of(record, firmware.automatic_at))
    common = (
        f"hubs without an instruction are activated from {automatic} on",
        f"instructions are taken until {cutoff}",
    )
    match participation:
        case Participation.VOLUNTARY:
            own = "a Supplier that says nothing owes nothing, and is not shown as late"
        case Participation.MANDATORY:
            count = len(record.suppliers)
            own = f"{count} Suppliers owe a decision for each of their hubs, and are shown as late from {cutoff} on"
        case _:
            assert_never(participation)
    return (*common, own, "no date moves either way")
