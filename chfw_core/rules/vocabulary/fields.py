"""What a condition may name: hub fields, `release.*`, `pilot.*` and `event.*`, with type and audience.

The registry is the one place that knows a field. The checker asks it for type and visibility,
the editor's schema and the documentation list it, and `hub_reader` reads a hub by it.

Values in the core: text and enums are `str`, hex versions upper-case `str`, dates `date`,
instants aware `datetime`, durations `timedelta`, numbers `int` or `Fraction`, percentages a
`Fraction` of one, flag sets `frozenset[str]`, booleans `bool`, a GUID its number. None = missing.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum

from attrs import frozen

from chfw_core.errors import UsageError
from chfw_core.model.hubs import CSP_REGIONS, CommsHub, PrivateAttributes, SmiStatus
from chfw_core.model.parties import CSP_PREFIX, DCC, SupplierRole
from chfw_core.model.releases import Participation, Phase, Priority, ReleaseKind, Severity

MY_PREFIX = "my."
RELEASE_PREFIX = "release."
PILOT_PREFIX = "pilot."
EVENT_PREFIX = "event."


class FieldType(StrEnum):
    """The types of the language. UNKNOWN is a private attribute's: it takes the other side's."""

    TEXT = "text"
    ENUM = "enum"
    DATE = "date"
    INSTANT = "instant"
    DURATION = "duration"
    NUMBER = "number"
    PERCENTAGE = "percentage"
    FLAGS = "flag set"
    HEX = "hex version"
    BOOLEAN = "boolean"
    GUID = "GUID"
    UNKNOWN = "unknown"


class Audience(StrEnum):
    """Whose rules may name a field. OPERATORS = the DCC and the CSPs, never a Supplier (BR3.3, I8)."""

    EVERYONE = "everyone"
    OPERATORS = "the DCC and CSPs"


@frozen(kw_only=True)
class FieldSpec:
    """One field. `values` of an enum are in order of rank where `ordered`; `digits` of a hex field."""

    name: str
    type: FieldType
    description: str
    optional: bool = False
    visible_to: Audience = Audience.EVERYONE
    values: tuple[str, ...] = ()
    ordered: bool = False
    digits: int = 0


def is_operator(owner: str) -> bool:
    """True for the DCC and the CSPs."""
    return owner == DCC or owner.startswith(CSP_PREFIX)


def is_visible(spec: FieldSpec, owner: str) -> bool:
    """Whether rules of this owner may name the field."""
    return spec.visible_to is Audience.EVERYONE or is_operator(owner)


def _values(kind: type[StrEnum]) -> tuple[str, ...]:
    return tuple(member.value for member in kind)


HUB_FIELDS: tuple[FieldSpec, ...] = (
    FieldSpec(name="guid", type=FieldType.GUID, description="the hub's GUID"),
    FieldSpec(name="csp_region", type=FieldType.ENUM, values=CSP_REGIONS, description="the CSP region that serves it"),
    FieldSpec(name="device_model", type=FieldType.HEX, digits=8, description="model and hardware version"),
    FieldSpec(
        name="manufacturer", type=FieldType.HEX, digits=4, optional=True, description="manufacturer id on the CPL"
    ),
    FieldSpec(name="firmware_version", type=FieldType.HEX, digits=8, description="the version it runs"),
    FieldSpec(name="configuration_set", type=FieldType.TEXT, optional=True, description="the DPL's configuration set"),
    FieldSpec(name="installed_on", type=FieldType.DATE, optional=True, description="the day it was installed"),
    FieldSpec(name="smi_status", type=FieldType.ENUM, values=_values(SmiStatus), description="its status in the SMI"),
    FieldSpec(name="flags", type=FieldType.FLAGS, description="the DCC's public flags and the owner's private ones"),
    FieldSpec(name="han_device_types", type=FieldType.FLAGS, description="device types on its HAN, such as `PPMID`"),
    FieldSpec(name="split", type=FieldType.BOOLEAN, description="two separate Suppliers are responsible"),
    FieldSpec(
        name="my_role",
        type=FieldType.ENUM,
        values=(*_values(SupplierRole), "both"),
        optional=True,
        description="the owner's role for this hub",
    ),
    FieldSpec(
        name="other_supplier_instructed",
        type=FieldType.BOOLEAN,
        description="the other Supplier has a valid recorded instruction",
    ),
    FieldSpec(
        name="import_supplier",
        type=FieldType.TEXT,
        optional=True,
        visible_to=Audience.OPERATORS,
        description="the Import Supplier",
    ),
    FieldSpec(
        name="gas_supplier",
        type=FieldType.TEXT,
        optional=True,
        visible_to=Audience.OPERATORS,
        description="the Gas Supplier",
    ),
)

RELEASE_FIELDS: tuple[FieldSpec, ...] = (
    FieldSpec(name="release.id", type=FieldType.TEXT, description="the release's id"),
    FieldSpec(
        name="release.kind", type=FieldType.ENUM, values=_values(ReleaseKind), description="what the release belongs to"
    ),
    FieldSpec(name="release.device_models", type=FieldType.FLAGS, description="the device models it is for"),
    FieldSpec(name="release.firmware_version", type=FieldType.HEX, digits=8, description="the version it brings"),
    FieldSpec(
        name="release.severity",
        type=FieldType.ENUM,
        values=_values(Severity),
        ordered=True,
        description="severity of the upgrade",
    ),
    FieldSpec(
        name="release.priority",
        type=FieldType.ENUM,
        values=_values(Priority),
        ordered=True,
        description="priority of the upgrade",
    ),
    FieldSpec(name="release.notified_on", type=FieldType.DATE, description="the London day of its notification"),
    FieldSpec(name="release.automatic_on", type=FieldType.DATE, description="the London day of the automatic time"),
    FieldSpec(
        name="release.phase",
        type=FieldType.ENUM,
        values=_values(Phase),
        ordered=True,
        description="the last phase opened for the hub",
    ),
    FieldSpec(
        name="release.participation",
        type=FieldType.ENUM,
        values=_values(Participation),
        description="whether Suppliers owe a decision",
    ),
)

PLAN_FIELDS: tuple[FieldSpec, ...] = (
    FieldSpec(name="today", type=FieldType.DATE, description="the plan's `as_of`, as a London day"),
    FieldSpec(name="cutoff", type=FieldType.INSTANT, description="the last moment at which an instruction counts"),
)

PILOT_FIELDS: tuple[FieldSpec, ...] = (
    FieldSpec(name="pilot.size", type=FieldType.NUMBER, description="hubs in the pilot group"),
    FieldSpec(name="pilot.reported", type=FieldType.PERCENTAGE, description="share of the group with an outcome"),
    FieldSpec(name="pilot.succeeded", type=FieldType.PERCENTAGE, description="share of the group that succeeded"),
    FieldSpec(name="pilot.failed", type=FieldType.PERCENTAGE, description="share of the group that failed"),
    FieldSpec(name="pilot.lost_wan", type=FieldType.NUMBER, description="hubs that lost their WAN"),
    FieldSpec(name="pilot.age", type=FieldType.DURATION, description="time since the pilot's first activation"),
)

GUID_FIELDS: frozenset[str] = frozenset({"guid", "event.guid"})


def _role(hub: CommsHub, owner: str) -> str | None:
    roles = hub.suppliers.roles_of(owner)
    return "both" if len(roles) > 1 else next((role.value for role in roles), None)


_PLAIN: Mapping[str, Callable[[CommsHub], object]] = {
    "guid": lambda hub: hub.guid,
    "csp_region": lambda hub: hub.csp_region,
    "device_model": lambda hub: hub.device_model,
    "manufacturer": lambda hub: hub.manufacturer,
    "firmware_version": lambda hub: hub.firmware_version,
    "configuration_set": lambda hub: hub.configuration_set,
    "installed_on": lambda hub: hub.installed_on,
    "smi_status": lambda hub: hub.smi_status.value,
    "han_device_types": lambda hub: hub.han_device_types,
    "split": lambda hub: hub.suppliers.split,
    "import_supplier": lambda hub: hub.import_supplier,
    "gas_supplier": lambda hub: hub.gas_supplier,
}

_NOTHING_PRIVATE = PrivateAttributes()


def hub_reader(hub: CommsHub, owner: str, *, other_supplier_instructed: bool = False) -> Callable[[str], object]:
    """Reads a hub's fields as this owner's rules see them. Raises UsageError for any other name."""
    private = hub.private.get(owner, _NOTHING_PRIVATE)

    def read(name: str) -> object:
        if name in _PLAIN:
            return _PLAIN[name](hub)
        if name.startswith(MY_PREFIX):
            return private.values.get(name.removeprefix(MY_PREFIX))
        match name:
            case "flags":
                return hub.flags | private.flags
            case "my_role":
                return _role(hub, owner)
            case "other_supplier_instructed":
                return other_supplier_instructed
            case _:
                raise UsageError(f"a hub has no field `{name}`")

    return read
