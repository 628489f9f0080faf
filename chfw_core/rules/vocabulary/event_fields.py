"""The events a trigger may wait for, and what each carries as `event.*`.

A plug-in registers its own types by handing `check_sources` a larger mapping. Who took part in a
change of Supplier is for the DCC and CSPs alone: no Supplier's rule may depend on who the other
one is (I8).
"""

from collections.abc import Mapping

from chfw_core.model.events import EVENT_TYPES
from chfw_core.model.parties import SupplierRole
from chfw_core.model.releases import Phase, Priority
from chfw_core.rules.vocabulary.fields import HUB_FIELDS, RELEASE_FIELDS, Audience, FieldSpec, FieldType


def _field(name: str, kind: FieldType, description: str, **more: object) -> FieldSpec:
    return FieldSpec(name=f"event.{name}", type=kind, description=description, optional=True, **more)  # type: ignore[arg-type]


COMMON_EVENT_FIELDS: tuple[FieldSpec, ...] = (
    FieldSpec(name="event.at", type=FieldType.INSTANT, description="when it happened"),
    FieldSpec(name="event.type", type=FieldType.TEXT, description="the type of event"),
    _field("guid", FieldType.GUID, "the hub it concerns"),
    _field("release", FieldType.TEXT, "the release it concerns"),
    _field("ref", FieldType.TEXT, "the reference it bears, such as an incident's number"),
    _field("csp_region", FieldType.TEXT, "the CSP region it concerns"),
    _field("manufacturer", FieldType.HEX, "the manufacturer it concerns", digits=4),
    _field("device_model", FieldType.HEX, "the device model it concerns", digits=8),
    _field("firmware_version", FieldType.HEX, "the firmware version it concerns", digits=8),
    _field("configuration_set", FieldType.TEXT, "the configuration set it concerns"),
    _field("party", FieldType.TEXT, "the party that said it", visible_to=Audience.OPERATORS),
)
"""What any event may carry."""

_REASON = _field("reason", FieldType.TEXT, "the reason given")
_DEVICE = _field("device_type", FieldType.TEXT, "the device's type, such as `ESME`")
_FLAG = _field("flag", FieldType.TEXT, "the flag")
_EFFECTIVE = _field("effective", FieldType.DATE, "the London day from which it takes effect")
_CHANGE_OF_SUPPLIER = (
    _field("role", FieldType.ENUM, "the role that changes hands", values=tuple(role.value for role in SupplierRole)),
    _EFFECTIVE,
    _field("from", FieldType.TEXT, "the Supplier that leaves", visible_to=Audience.OPERATORS),
    _field("to", FieldType.TEXT, "the Supplier that comes", visible_to=Audience.OPERATORS),
)
_INCIDENT = (
    _field("priority", FieldType.ENUM, "its priority", values=tuple(level.value for level in Priority), ordered=True),
    _field("emergency_stop", FieldType.BOOLEAN, "an emergency stop was asked for"),
    _REASON,
)
_PHASE = _field("phase", FieldType.ENUM, "the phase", values=tuple(phase.value for phase in Phase), ordered=True)

_OWN_FIELDS: Mapping[str, tuple[FieldSpec, ...]] = {
    "release_revoked": (_REASON,),
    "release_paused": (_REASON,),
    "release_resumed": (_REASON,),
    "release_stopped": (_REASON,),
    "phase_opened": (_PHASE,),
    "hub_commissioned": (_field("installed_on", FieldType.DATE, "the day of installation"),),
    "hub_update_failed": (_REASON,),
    "meter_firmware_started": (_DEVICE,),
    "meter_firmware_activated": (_DEVICE,),
    "meter_read_received": (_DEVICE,),
    "change_of_supplier_started": _CHANGE_OF_SUPPLIER,
    "change_of_supplier_completed": _CHANGE_OF_SUPPLIER,
    "configuration_set_changed": (
        _field("previous_configuration_set", FieldType.TEXT, "the configuration set before the change"),
    ),
    "configuration_set_trend": (
        _field("industry_share_on_newer", FieldType.PERCENTAGE, "share of the industry on a newer set"),
        _field("our_share_on_older", FieldType.PERCENTAGE, "share of the owner's hubs on this or an older set"),
    ),
    "defect_flagged": (_FLAG, _REASON),
    "flag_cleared": (_FLAG,),
    "incident_raised": _INCIDENT,
    "incident_closed": _INCIDENT,
    "price_change_announced": (_EFFECTIVE,),
    "prepayment_topup": (_field("amount", FieldType.NUMBER, "the amount in pounds"),),
}

EVENT_FIELDS: Mapping[str, tuple[FieldSpec, ...]] = {
    name: (*COMMON_EVENT_FIELDS, *_OWN_FIELDS.get(name, ())) for name in EVENT_TYPES
}
"""Every known event type with all it may carry."""

ABOUT_NO_HUB: frozenset[str] = frozenset(
    {
        "release_notified",
        "release_revoked",
        "release_paused",
        "release_resumed",
        "release_stopped",
        "phase_opened",
        "incident_raised",
        "incident_closed",
        "configuration_set_trend",
        "tick",
    }
)
"""Types of event that in a roll-out are never about one hub."""

_ALL_FIELDS = (*HUB_FIELDS, *RELEASE_FIELDS, *(spec for specs in EVENT_FIELDS.values() for spec in specs))

ORDERED_ENUMS: Mapping[str, Mapping[str, int]] = {
    spec.name: {value: rank for rank, value in enumerate(spec.values)} for spec in _ALL_FIELDS if spec.ordered
}
"""Rank of each value of the enums that know `<`."""

HEX_FIELDS: frozenset[str] = frozenset(spec.name for spec in _ALL_FIELDS if spec.type is FieldType.HEX)
"""Fields whose values are compared in upper case."""
