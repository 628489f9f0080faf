"""What a Party may know of a hub (BR3.3, BR4.4, I8, NF7).

A responsible Supplier knows its own roles, that there is a second Supplier, and whether that one
has instructed: never who it is, which rules it has or why it has not. Anybody else knows only that
the hub is not its own. Nothing returned here varies with who the other Supplier is.
"""

from collections.abc import Collection

from attrs import frozen

from chfw_core.model.parties import ResponsibleSuppliers, SupplierRole


@frozen(kw_only=True)
class Disclosure:
    """What one responsible Party is told. `second_instructed` is None where there is no second."""

    party: str
    roles: tuple[SupplierRole, ...]
    second_instructed: bool | None = None

    def lines(self) -> tuple[str, ...]:
        """The same in words."""
        roles = " and ".join(role.value for role in self.roles)
        own = f"{self.party} is its {roles} Supplier"
        if self.second_instructed is None:
            return (own, "there is no second Supplier")
        has = "has" if self.second_instructed else "has not"
        return (own, f"there is a second Supplier, which {has} instructed")


def disclose(suppliers: ResponsibleSuppliers, party: str, agreed: Collection[str]) -> Disclosure | None:
    """What `party` may know, or None where it is not responsible. `agreed`: who has instructed."""
    roles = suppliers.roles_of(party)
    if not roles:
        return None
    others = [other for other in suppliers.parties if other != party]
    return Disclosure(
        party=party,
        roles=roles,
        second_instructed=any(other in agreed for other in others) if others else None,
    )
