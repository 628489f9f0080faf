"""The entries of `given`: events, with the fields of their type, at a date or an instant."""

from collections.abc import Mapping
from datetime import date, datetime

from chfw_core.model.events import Event
from chfw_core.model.guid import Guid
from chfw_core.model.parties import Party
from chfw_core.reports.trials.keys import given_shape
from chfw_core.reports.trials.values import read_fields, read_instant
from chfw_core.rules.keys.structure import read_record
from chfw_core.rules.problems.problem import Problems
from chfw_core.rules.text.nodes import Node, Scalar, Table
from chfw_core.rules.vocabulary.event_fields import EVENT_FIELDS
from chfw_core.rules.vocabulary.fields import EVENT_PREFIX

_CHANGE = ("guid", "role", "effective")
NEEDS: Mapping[str, tuple[str, ...]] = {
    "phase_opened": ("phase",),
    "flag_cleared": ("flag",),
    "defect_flagged": ("flag",),
    "change_of_supplier_started": _CHANGE,
    "change_of_supplier_completed": _CHANGE,
}
"""What an event of a type means nothing without; the same as in a file of events."""


def read_given(node: Node, number: int, problems: Problems) -> Event | None:
    """One event; None where something is wrong with it. `number` is its place in the list."""
    before = len(problems.found)
    kind = _type(node)
    if kind is not None and kind.value not in EVENT_FIELDS:
        problems.unknown("E218", kind.span, "type of event", kind.value, EVENT_FIELDS)
        return None
    specs = () if kind is None else EVENT_FIELDS[kind.value]
    record = read_record(node, given_shape(specs), problems)
    if record is None or kind is None:
        return None
    for need in NEEDS.get(kind.value, ()):
        if not record.has(need) and not record.misspelt:
            problems.add("E207", record.span, f"`{kind.value}` needs the key `{need}`")
    at = read_instant(record.scalar("at"), problems)
    own = tuple(spec for spec in specs if spec.name not in ("event.at", "event.type"))
    values = dict(read_fields(record, own, EVENT_PREFIX, problems).values)
    if at is None or len(problems.found) > before:
        return None
    guid, party = values.pop("guid", None), values.pop("party", None)
    return Event(
        seq=number,
        at=at,
        type=kind.value,
        party=None if party is None else Party(str(party)),
        guid=Guid(guid) if isinstance(guid, int) else None,
        fields={name: _plain(value) for name, value in values.items()},
    )


def _type(node: Node) -> Scalar | None:
    """What stands at `event`, if it is one text."""
    if not isinstance(node, Table):
        return None
    found = (value for key, value in node.entries if key.value == "event" and isinstance(value, Scalar))
    return next((scalar for scalar in found if scalar.value.strip()), None)


def _plain(value: object) -> object:
    """A date as its text, as a file of events has it."""
    return value.isoformat() if isinstance(value, date | datetime) else value
