"""A Communications Hub as one row of the estate, and the vocabulary of its columns."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from attrs import field, frozen

from chfw_core.model.guid import Guid
from chfw_core.model.parties import Party, ResponsibleSuppliers


class SmiStatus(StrEnum):
    """Device statuses of the Smart Metering Inventory."""

    PENDING = "Pending"
    WHITELISTED = "Whitelisted"
    INSTALLED_NOT_COMMISSIONED = "InstalledNotCommissioned"
    COMMISSIONED = "Commissioned"
    DECOMMISSIONED = "Decommissioned"
    WITHDRAWN = "Withdrawn"
    SUSPENDED = "Suspended"
    RECOVERY = "Recovery"
    RECOVERED = "Recovered"


CSP_REGIONS = (
    "North",
    "Central",
    "South",
    "4G North",
    "4G Central",
    "4G South",
    "Unknown",
    "SMETS1",
)
"""`CSPRegion` as DUIS has it."""

HOLIDAY_DIVISIONS = ("england_and_wales", "scotland", "northern_ireland")


@frozen(kw_only=True)
class CommsHub:
    """One hub: `guid` is the CHF's EUI-64; text fields are None where the estate says nothing.

    `flags` are the DCC's public ones; `private` holds, per owner, the flags and `my.*` values
    that only this owner's rules may read. Nothing is judged here: `chfw_core.documents.hubs.read_hub` is the door for
    values of one's own, and both engines refuse hubs that are not in the standard form that it gives.
    """

    guid: Guid
    csp_region: str
    device_model: str
    firmware_version: str
    manufacturer: str | None = None
    configuration_set: str | None = None
    installed_on: date | None = None
    smi_status: SmiStatus = SmiStatus.COMMISSIONED
    import_supplier: Party | None = None
    gas_supplier: Party | None = None
    flags: frozenset[str] = frozenset()
    han_device_types: frozenset[str] = frozenset()
    gpf_guid: Guid | None = None
    holiday_division: str | None = None
    private: Mapping[str, "PrivateAttributes"] = field(factory=dict)

    @property
    def suppliers(self) -> ResponsibleSuppliers:
        """The responsible Suppliers at the estate's date."""
        return ResponsibleSuppliers(import_supplier=self.import_supplier, gas_supplier=self.gas_supplier)


@frozen(kw_only=True)
class PrivateAttributes:
    """What one Supplier alone knows of a hub: more flags, and values read as `my.<column>`."""

    flags: frozenset[str] = frozenset()
    values: Mapping[str, object] = field(factory=dict)
