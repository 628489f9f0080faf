"""What editors say beside a word, an event or a field: one line each. The schema puts them in their places."""

from collections.abc import Mapping, Sequence

from chfw_core.rules.vocabulary.event_fields import COMMON_EVENT_FIELDS, EVENT_FIELDS
from chfw_core.rules.vocabulary.fields import (
    HUB_FIELDS,
    PILOT_FIELDS,
    PLAN_FIELDS,
    RELEASE_FIELDS,
    FieldSpec,
    FieldType,
)

WORDS: Mapping[str, str] = {
    "v1": "Version 1 of the rule language.",
    "mon": "Monday; a night belongs to the day on which it begins.",
    "tue": "Tuesday.",
    "wed": "Wednesday.",
    "thu": "Thursday.",
    "fri": "Friday.",
    "sat": "Saturday.",
    "sun": "Sunday.",
    "any": "Import or Gas Supplier, or both.",
    "import": "Only hubs whose Import Supplier the owner is.",
    "gas": "Only hubs whose Gas Supplier the owner is.",
    "manual": "Until it is released by an act on the release.",
    "everything": "Everything of this owner, until released.",
    "instruct": "Instruct an early activation in the period of `at`.",
    "leave_to_dcc": "No instruction: the DCC's date stands.",
    "move_automatic_date": "The DCC alone: the automatic date becomes `to`.",
    "finish": "They go on under the version that they began with.",
    "cut_off": "They end, and nothing comes of them.",
    "incident": "An incident on the release.",
    "low": "The lowest priority.",
    "normal": "The usual priority.",
    "high": "Above the usual.",
    "urgent": "The highest priority.",
    "safe_launch": "All eligible hubs beside the pilot's may be instructed.",
    "mass": "The DCC's mass roll-out.",
    "hub": "Each hub for itself.",
    "release": "Each release for itself.",
    "csp_region": "Each CSP region for itself.",
    "device_model": "Each device model for itself.",
    "firmware_version": "Each firmware version for itself.",
    "manufacturer": "Each manufacturer for itself.",
    "configuration_set": "Each configuration set for itself.",
    "batch": "Each batch for itself; of split hubs, to a Supplier, its own rule.",
}
"""Every word that may stand where only a few may."""

_FEW_VALUES = (FieldType.TEXT, FieldType.ENUM, FieldType.HEX, FieldType.BOOLEAN)
_PER = ("csp_region", "device_model", "firmware_version", "manufacturer", "configuration_set")
_EVERYWHERE = (*HUB_FIELDS, *RELEASE_FIELDS, *PLAN_FIELDS)


def events() -> dict[str, str]:
    """Every known type of event, with what it carries."""
    common = {spec.name for spec in COMMON_EVENT_FIELDS}
    told = {}
    for name, specs in EVENT_FIELDS.items():
        own = ", ".join(f"`{spec.name}`" for spec in specs if spec.name not in common)
        told[name] = f"Carries {own} besides what every event does." if own else "Carries what every event does."
    return told


def _fields_by(names: Sequence[FieldSpec]) -> dict[str, str]:
    return {spec.name: f"{spec.description[:1].upper()}{spec.description[1:]}." for spec in names}


def suggestions(shape: str, key: str) -> Mapping[str, str]:
    """Names that may stand as the value of a key beside others, each with what it means; none for most keys."""
    match shape, key:
        case (("event" | "step"), "on") | ("until", "event"):
            return events()
        case "until", "per":
            return _fields_by([spec for spec in HUB_FIELDS if spec.name in _PER])
        case "spread", "by":
            return _fields_by([spec for spec in HUB_FIELDS if spec.type in _FEW_VALUES])
        case _:
            return {}


def fields_of_conditions(shape: str, key: str) -> str:
    """The fields that a condition at a key may name, as Markdown."""
    more = COMMON_EVENT_FIELDS if key == "if" else ()
    specs = PILOT_FIELDS if shape == "pilot_then" else (*_EVERYWHERE, *more)
    return "\n".join(f"- `{spec.name}` ({_type(spec)}): {spec.description}" for spec in specs)


def _type(spec: FieldSpec) -> str:
    text = f"{spec.type.value}: {', '.join(spec.values)}" if spec.values else spec.type.value
    return f"{text}, may be missing" if spec.optional else text
