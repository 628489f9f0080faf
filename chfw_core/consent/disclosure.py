"""What a Party may know of a hub (BR3.3, BR4.4, I8, NF7).

A responsible Supplier knows its own roles, that there is a second Supplier, and whether that one
has instructed: never who it is, which rules it has or why it has not. Anybody else knows only that
the hub is not its own. Nothing returned here varies with who the other Supplier is.
"""

from collections.abc import Collection

from attrs import frozen

from chfw_core.model.parties import ResponsibleSuppliers, SupplierRole

_ACTS = {
    (True, True): "has instructed",
    (True, False): "agrees by its rules in this plan; no instruction of it stands on record",
    (False, True): "has not instructed for this plan, though an instruction of it stands on record",
    (False, False): "has not instructed",
}
"""By whether it agrees, and whether an instruction of it stands on record."""


@frozen(kw_only=True)
class Disclosure:
    """What one responsible Party is told. `second_instructed` is None where there is no second.

    `on_record`: whether an instruction of the second Supplier stands on record. In a plan its rules may instruct
    although none does.
    """

    party: str
    roles: tuple[SupplierRole, ...]
    second_instructed: bool | None = None
    on_record: bool | None = None

    def lines(self) -> tuple[str, ...]:
        """The same in words."""
        roles = " and ".join(role.value for role in self.roles)
        own = f"{self.party} is its {roles} Supplier"
        if self.second_instructed is None:
            return (own, "there is no second Supplier")
        return (own, f"there is a second Supplier, which {_ACTS[self.second_instructed, bool(self.on_record)]}")


def disclose(
    suppliers: ResponsibleSuppliers, party: str, agreed: Collection[str], on_record: Collection[str] | None = None
) -> Disclosure | None:
    """What `party` may know, or None where it is not responsible. `agreed`: who has instructed.

    `on_record`: whose instruction stands on record; None = those of `agreed`, as in a roll-out.
    """
    roles = suppliers.roles_of(party)
    if not roles:
        return None
    recorded = agreed if on_record is None else on_record
    others = [other for other in suppliers.parties if other != party]
    return Disclosure(
        party=party,
        roles=roles,
        second_instructed=any(other in agreed for other in others) if others else None,
        on_record=any(other in recorded for other in others) if others else None,
    )
