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
            own = _owed(len(record.suppliers), cutoff)
        case _:
            assert_never(participation)
    return (*common, own, "no date moves either way")


def _owed(suppliers: int, cutoff: str) -> str:
    """Before the notice nobody knows yet whose hubs it is about."""
    match suppliers:
        case 0:
            owe = "each Supplier that the notice will go to owes a decision for each of its hubs, and is"
        case 1:
            owe = "1 Supplier owes a decision for each of its hubs, and is"
        case _:
            owe = f"{suppliers} Suppliers owe a decision for each of their hubs, and are"
    return f"{owe} shown as late from {cutoff} on"
