"""Everything that led to one hub's row, for all eyes or for those of one Party."""

from pathlib import Path
from typing import TYPE_CHECKING

from chfw_app.gathered import Gathered
from chfw_app.locate import find_hub, find_scheduled
from chfw_app.problems import no_result
from chfw_core.model.guid import format_guid, parse_guid

if TYPE_CHECKING:
    from chfw_core.reports.story import Explanation


def explain_one(gathered: Gathered, guid_text: str, *, schedule: Path | None, party: str | None) -> "Explanation":
    """The hub's whole consent story. Raises InputError for what is no GUID, Failed for a hub that is not there."""
    from chfw_core.reports.explain import explain_hub

    guid = parse_guid(guid_text.strip())
    hub = find_hub(gathered.estate.file, guid)
    if hub is None:
        raise no_result(
            f"the estate has no hub `{format_guid(guid)}`",
            hint="`chfw estate check` tells of rows that cannot be used",
        )
    scheduled = None
    if schedule is not None:
        scheduled = find_scheduled(schedule, guid)
        if scheduled is None:
            raise no_result(f"`{schedule}` has no row for `{format_guid(guid)}`", hint="was it made from this estate?")
    instructions = gathered.instructions_of(guid)
    return explain_hub(gathered.inputs, gathered.with_private(hub), instructions, scheduled, party)
