"""Parties, their roles, and who is responsible for a hub.

A Party is a Supplier's market participant id as the estate writes it. `DCC` and `CSP:<region>`
are owners of rule files but never responsible Suppliers.
"""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import NewType

from attrs import frozen

Party = NewType("Party", str)
DCC = Party("DCC")
CSP_PREFIX = "CSP:"


class SupplierRole(StrEnum):
    """The two Supplier roles of a hub (SEC: Import Supplier, Gas Supplier)."""

    IMPORT = "import"
    GAS = "gas"


SUPPLIER_FIELDS = ("import_supplier", "gas_supplier")
"""The hub fields that name the responsible Suppliers, import first."""


def is_supplier(owner: str) -> bool:
    """True for an owner of rules that is a Supplier, not the DCC or a CSP."""
    return owner != DCC and not owner.startswith(CSP_PREFIX)


def named_in(text: str, parties: Iterable[str]) -> tuple[str, ...]:
    """The Parties whose ids are whole words of the text, in whatever case; in order of name (NF7)."""
    return tuple(
        sorted(party for party in parties if re.search(rf"(?<!\w){re.escape(party)}(?!\w)", text, re.IGNORECASE))
    )


@frozen(kw_only=True)
class ResponsibleSuppliers:
    """Who answers for a hub at one moment: nobody, one Party (in one role or both), or two."""

    import_supplier: Party | None = None
    gas_supplier: Party | None = None

    @property
    def split(self) -> bool:
        """Two separate Parties (BR3.3)."""
        return self.import_supplier != self.gas_supplier and None not in (
            self.import_supplier,
            self.gas_supplier,
        )

    @property
    def parties(self) -> tuple[Party, ...]:
        """The distinct Parties, import first."""
        both = (self.import_supplier, self.gas_supplier)
        return tuple(dict.fromkeys(p for p in both if p is not None))

    def roles_of(self, party: str) -> tuple[SupplierRole, ...]:
        """The roles in which this Party is responsible, import first."""
        pairs = ((SupplierRole.IMPORT, self.import_supplier), (SupplierRole.GAS, self.gas_supplier))
        return tuple(role for role, holder in pairs if holder == party)
