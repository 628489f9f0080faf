"""Everything that led to one hub's row, for all eyes or for those of one Party."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from chfw_app.explaining.day_loads import day_loads
from chfw_app.explaining.locate import find_hub, find_scheduled
from chfw_app.inputs.gathered import Gathered
from chfw_app.problems import no_result
from chfw_app.steps import Report
from chfw_core.errors import InputError
from chfw_core.model.guid import format_guid, parse_guid
from chfw_core.model.hubs import CommsHub
from chfw_core.model.parties import is_supplier
from chfw_core.rules.problems.problem import did_you_mean

if TYPE_CHECKING:
    from chfw_core.planning.pilot import PilotResult
    from chfw_core.reports.own_story import OwnStory
    from chfw_core.reports.story import Explanation
    from chfw_files.documents.estate import EstateFile


def explain_one(
    gathered: Gathered, guid_text: str, *, schedule: Path | None, party: str | None, loads: bool = False
) -> "Explanation":
    """The hub's whole consent story. Raises InputError for what is no GUID, Failed for a hub that is not there.

    `loads`: also how full the days before the hub's own are, of a schedule.
    """
    if loads and schedule is None:
        raise InputError("--loads counts the days of a schedule", hint="name it with --schedule")
    if loads and party is not None:
        raise InputError("--loads tells of everybody's hubs, which is the DCC's to read", hint="leave out --as")
    from chfw_core.reports.explain import explain_hub

    hub = _hub(gathered, guid_text)
    if party is not None and not hub.suppliers.roles_of(party):
        check_reader(gathered.estate.file, party)
    guid = hub.guid
    scheduled = None
    if schedule is not None:
        scheduled = find_scheduled(schedule, guid)
        if scheduled is None:
            raise no_result(f"`{schedule}` has no row for `{format_guid(guid)}`", hint="was it made from this estate?")
    instructions = gathered.instructions_of(guid)
    if not loads or schedule is None:
        return explain_hub(gathered.inputs, hub, instructions, scheduled, party)
    count = partial(day_loads, gathered.inputs, gathered.estate, schedule)
    return explain_hub(gathered.inputs, hub, instructions, scheduled, party, count)


def check_reader(estate: "EstateFile", party: str) -> None:
    """Whoever asks must be a Supplier that the estate names. Raises InputError."""
    if not is_supplier(party):
        raise InputError(
            f"--as takes a Supplier, and `{party}` is none", hint="without --as it is told as the DCC sees it"
        )
    if estate.names_party(party):
        return
    known = estate.distinct_parties()
    hint = did_you_mean(party, known) or f"it names {', '.join(known[:12])}"
    raise InputError(f"--as: the estate names no Supplier `{party}`", hint=hint)


def explain_for_author(gathered: Gathered, guid_text: str, *, report: Report) -> "OwnStory":
    """What the one owner's rules make of the hub. Raises InputError for what is no GUID, Failed for no such hub.

    Where a pilot may choose the hub, all hubs are looked at to see whether it does.
    """
    from chfw_core.engines.owned import Known
    from chfw_core.reports.explain_own import explain_own, pilots_open_to

    hub = _hub(gathered, guid_text)
    if not pilots_open_to(gathered.inputs, hub):
        return explain_own(gathered.inputs, hub)
    groups = _groups(gathered, report)
    chosen = next((group.rule for group in groups if hub.guid in group.group.guids), None)
    return explain_own(gathered.inputs, hub, Known(pilot=chosen), groups)


def _groups(gathered: Gathered, report: Report) -> "tuple[PilotResult, ...]":
    from chfw_app.workbench.one_owner import computed
    from chfw_core.engines.columnar.preview import preview_columnar

    return computed(
        lambda: (
            preview_columnar(gathered.inputs, gathered.estate, attributes=gathered.attributes, progress=report).pilots
        )
    )


def _hub(gathered: Gathered, guid_text: str) -> CommsHub:
    """The hub with the flags that events have raised, and its private attributes."""
    guid = parse_guid(guid_text.strip())
    hub = find_hub(gathered.estate.file, guid)
    if hub is None:
        raise no_result(
            f"the estate has no hub `{format_guid(guid)}`",
            hint="`chfw estate check` tells of rows that cannot be used",
        )
    return gathered.with_private(gathered.estate.flagged(hub))
