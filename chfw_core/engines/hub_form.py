"""Hubs that were made in Python, looked at before an engine takes their values as they are."""

from collections.abc import Iterable

from chfw_core.errors import UsageError
from chfw_core.model.estate_values import wrong_in
from chfw_core.model.guid import format_guid
from chfw_core.model.hubs import CommsHub
from chfw_core.rules.problems.problem import shown

_DOOR = "`chfw_core.documents.hubs.read_hub` makes hubs of any values"


def in_standard_form(hubs: Iterable[CommsHub]) -> tuple[CommsHub, ...]:
    """These hubs. Raises UsageError for the first that is not in standard form, or whose GUID another one has."""
    found = tuple(hubs)
    seen = set[int]()
    for at, hub in enumerate(found):
        if not isinstance(hub, CommsHub):
            raise UsageError(
                f"hub number {at + 1} is `{shown(str(hub))}` ({type(hub).__name__}), not a CommsHub", hint=_DOOR
            )
        wrong = wrong_in(hub)
        if wrong is not None:
            guid: object = hub.guid  # which may be what is wrong
            name = format_guid(guid) if isinstance(guid, int) else f"number {at + 1}"
            raise UsageError(f"hub {name}: {wrong}", hint=_DOOR)
        if hub.guid in seen:
            raise UsageError(f"two hubs have the same GUID, {format_guid(hub.guid)}", hint="give each hub once")
        seen.add(hub.guid)
    return found
