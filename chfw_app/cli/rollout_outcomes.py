"""`chfw rollout outcomes` and `inventory`: what CSPs report and what the SMI shows (CS2, BR5.6, BR5.7)."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from chfw_app.cli.rollout_acting import act_all
from chfw_app.cli.rollout_options import ActOptions, opened
from chfw_app.cli.rollout_triggers import BesideOptions


def outcomes(
    file: Annotated[Path, Parameter(name="FILE")],
    /,
    *,
    release: str,
    beside: BesideOptions | None = None,
    options: ActOptions | None = None,
) -> int:
    """Report the outcomes of hubs that were handed over, from a file (CS2). Rules in force hear of them at once.

    Parameters
    ----------
    file
        guid, outcome (image_delivered, activated, failed), occurred_at, firmware_version, reason:
        .parquet, .csv, .jsonl or .xlsx.
    release
        The id of the release.
    beside
        What rules in force may ask of hubs.
    options
        Who acts, and where: --as CSP:REGION.
    """
    from chfw_core.rollout.outcomes.commands import ReportOutcomes
    from chfw_files.documents.commands_in import key_of, read_outcomes

    options, known = options or ActOptions(), (beside or BesideOptions()).read()
    read = read_outcomes(file, release, options.key or key_of(file, "outcomes", release), options.by(ReportOutcomes))
    with opened(options) as service:
        return act_all(options, service, read.commands, read.set_aside, remarks=read.remarks, heard_with=known)


def inventory(
    file: Annotated[Path, Parameter(name="FILE")],
    /,
    *,
    release: str | None = None,
    beside: BesideOptions | None = None,
    options: ActOptions | None = None,
) -> int:
    """Take what the SMI shows of hubs, from a file: success is what it shows, and alerts follow (BR5.6).

    Rules in force hear of it at once.

    Parameters
    ----------
    file
        guid, firmware_version, observed_at, and configuration_set where it is known: .parquet, .csv, .jsonl or .xlsx.
    release
        The id of the release; else every release that has hubs of the file.
    beside
        What rules in force may ask of hubs.
    options
        Who acts, and where.
    """
    from chfw_app.transports.every_release import for_each_release
    from chfw_core.rollout.outcomes.commands import ObserveVersions
    from chfw_core.transport.port import EVERY_RELEASE
    from chfw_files.documents.commands_in import key_of, read_inventory

    options, known = options or ActOptions(), (beside or BesideOptions()).read()
    key = options.key or key_of(file, "inventory", release or "")
    read = read_inventory(file, release or EVERY_RELEASE, key, options.by(ObserveVersions))
    with opened(options) as service:
        commands = [command for _, command in for_each_release(service, read.commands)]
        return act_all(options, service, commands, read.set_aside, remarks=read.remarks, heard_with=known)
