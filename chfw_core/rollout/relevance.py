"""Whose business a release is (BR1.1): who may know that there is one.

A Supplier or a CSP is told of a release once that has hubs of theirs. Until then, and for ever where it never has, it
must meet the same words whether there is such a release or not (NF7).
"""

from chfw_core.model.parties import Party
from chfw_core.rollout.base import is_party, region_of
from chfw_core.rollout.records import ReleaseRecord


def concerns(record: ReleaseRecord, actor: str) -> bool:
    """Whether the release is there, and this actor's business: of Suppliers and CSPs, of those with hubs in it."""
    if record.firmware is None:
        return False
    if is_party(actor):
        return Party(actor) in record.suppliers
    region = region_of(actor)
    return region is None or region in record.regions


def is_bounded(actor: str) -> bool:
    """Whether the actor knows of some releases alone: a Supplier, or a CSP."""
    return is_party(actor) or region_of(actor) is not None
