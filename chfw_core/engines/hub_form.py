"""Hubs that were made in Python, looked at before an engine takes their values as they are."""

from collections.abc import Iterable

from chfw_core.errors import UsageError
from chfw_core.model.estate_values import wrong_in
from chfw_core.model.guid import format_guid
from chfw_core.model.hubs import CommsHub


def in_standard_form(hubs: Iterable[CommsHub]) -> tuple[CommsHub, ...]:
    """These hubs. Raises UsageError for the first that is not in standard form."""
    found = tuple(hubs)
    for at, hub in enumerate(found):
        wrong = wrong_in(hub)
        if wrong is not None:
            guid: object = hub.guid  # which may be what is wrong
            name = format_guid(guid) if isinstance(guid, int) else f"number {at + 1}"
            raise UsageError(
                f"hub {name}: {wrong}", hint="`chfw_core.documents.hubs.read_hub` makes hubs of any values"
            )
    return found
