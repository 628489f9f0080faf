"""Who and what the scenarios are about: a few Suppliers, six homes, one release, and its dates.

The names are made up; the shape is that of the real thing: hubs of several makers in three CSP regions, homes with
one Supplier, homes with two, a farm without gas, and a home on the priority services register.
"""

from datetime import date, datetime

from attrs import evolve

from chfw_core.model.guid import format_guid, parse_guid
from chfw_core.model.parties import Party, SupplierRole
from chfw_core.model.periods import london_midnight
from chfw_core.model.releases import FirmwareRelease, Participation, Priority, ReleaseKind, Severity
from chfw_core.rollout.notice.commands import HubClass
from chfw_core.testing.homes import Home as Home
from chfw_core.testing.homes import hubs_of, new_home

RELEASE = "CH-2026-01"
NWND, CLDR, ELMS, FROS = Party("NWND"), Party("CLDR"), Party("ELMS"), Party("FROS")
SUPPLIERS = (NWND, CLDR, ELMS, FROS)
"""FROS has no hub at first."""
RULES = {NWND: "approved-sets", CLDR: "after-the-price-change", ELMS: "small-batches", FROS: "new-customers"}
"""A rule of each, such as a plan names in its reasons: nobody else's business (NF7)."""
IMPORT, GAS = SupplierRole.IMPORT, SupplierRole.GAS
NORTH, CENTRAL, SOUTH = "North", "Central", "South"
OLD, NEW = "1A020304", "1A020400"
PRIORITY_SERVICES = ("vulnerable-not-early", "the priority services register")


TERRACE = new_home("88-73-84-90-6A-10-02-DB", NORTH, NWND, NWND)
FLAT = new_home("88-73-84-90-6A-10-02-DC", NORTH, NWND, CLDR)
BUNGALOW = evolve(new_home("88-73-84-90-6A-10-02-DD", NORTH, NWND, NWND), excluded=True)
COTTAGE = new_home("E4-FE-D9-00-51-20-07-10", CENTRAL, CLDR, CLDR)
MILL = new_home("E4-FE-D9-00-51-20-07-11", CENTRAL, CLDR, ELMS)
FARM = new_home("44-11-02-00-0F-30-11-01", SOUTH, NWND, None)
HOMES = (TERRACE, FLAT, BUNGALOW, COTTAGE, MILL, FARM)
UNKNOWN = evolve(TERRACE, guid=parse_guid("00-90-5C-FF-FF-FF-FF-01"))
"""A hub that no notice has named."""

NOTIFIED = london_midnight(date(2026, 1, 5))
AUTOMATIC = london_midnight(date(2026, 7, 6))
"""The DCC's date: a Monday."""
CUT_OFF = london_midnight(date(2026, 6, 6))
"""One calendar month before."""

FIRMWARE = FirmwareRelease(
    id=RELEASE,
    kind=ReleaseKind.PLANNED_MAINTENANCE,
    device_models=("433100AC",),
    firmware_version=NEW,
    notified_at=NOTIFIED,
    automatic_at=AUTOMATIC,
    mass_period_days=28,
    pilot_limit=3,
    severity=Severity.HIGH,
    priority=Priority.NORMAL,
    participation=Participation.VOLUNTARY,
    release_note="https://notes.example.org/ch-2026-01",
    capacity={NORTH: 2, CENTRAL: 2, SOUTH: 2},
)


some = hubs_of
"""Their hubs."""


def written(*homes: Home) -> list[str]:
    """Their hubs as messages write them, in order."""
    return [format_guid(guid) for guid in some(*homes)]


def hub_class(home: Home) -> HubClass:
    """The row of a notice for one home."""
    rule = PRIORITY_SERVICES if home.excluded else None
    return HubClass(
        region=home.region,
        import_supplier=home.import_supplier,
        gas_supplier=home.gas_supplier,
        firmware_version=OLD,
        excluded_by_import=rule,
        excluded_by_gas=rule,
        guids=some(home),
    )


def march(day: int) -> datetime:
    """00:00 on a London day of March 2026."""
    return london_midnight(date(2026, 3, day))


def july(day: int) -> datetime:
    """00:00 on a London day of July 2026."""
    return london_midnight(date(2026, 7, day))
