"""Homes and their hubs: what small worlds of roll-outs are made of."""

from attrs import frozen

from chfw_core.model.guid import Guid, parse_guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import Party, ResponsibleSuppliers, SupplierRole


@frozen(kw_only=True)
class Home:
    """A home's hub, its CSP region, and who supplies it. `excluded`: its Suppliers' rules leave it out."""

    guid: Guid
    region: str
    import_supplier: Party
    gas_supplier: Party | None
    excluded: bool = False

    def role_of(self, party: str) -> SupplierRole:
        """A role in which the Party answers for it."""
        return SupplierRole.IMPORT if self.import_supplier == party else SupplierRole.GAS

    @property
    def suppliers(self) -> ResponsibleSuppliers:
        """Both roles."""
        return ResponsibleSuppliers(import_supplier=self.import_supplier, gas_supplier=self.gas_supplier)


def new_home(guid: str, region: str, import_supplier: Party, gas_supplier: Party | None) -> Home:
    """A home by its hub's GUID as text. Raises InputError for one that is none."""
    return Home(guid=parse_guid(guid), region=region, import_supplier=import_supplier, gas_supplier=gas_supplier)


def hubs_of(*homes: Home) -> GuidList:
    """Their hubs."""
    return GuidList(one.guid for one in homes)
