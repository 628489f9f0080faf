"""What a Supplier may know of the batch of a hub (NF7), read off the id that a plan gave it (`planning.batches`)."""

from chfw_core.model.parties import DCC, SupplierRole


def batch_known_to(party: str, role: SupplierRole | None, batch: str) -> str | None:
    """The batch as the rules of a Supplier of the hub may count by it; None of one that is not of its making.

    `role`: the one in which it answers for a split hub; None where no other Supplier does. Of a split hub it is its own
    rule alone, `NWND.approved-sets`: the second Supplier's id and terms are not for it, nor the batch's number, which
    hangs on whose rules bear the same ids. The batch of a hub that is its alone, or left to the DCC, is told as it is.
    """
    key, _, _ = batch.rpartition("/")
    if "+" not in key:
        return batch if key == party or key.startswith((f"{party}.", f"{DCC}.")) else None
    rules = key.partition("@")[0].split("+")
    if role is None or len(rules) != len(SupplierRole):
        return None
    rule = rules[0 if role is SupplierRole.IMPORT else 1]
    return f"{party}.{rule}" if rule else party
