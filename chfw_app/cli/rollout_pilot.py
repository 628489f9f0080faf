"""`chfw rollout approve-pilot` … `verdict`: the pilot (BR2)."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from chfw_app.cli.options import Flag
from chfw_app.cli.rollout_acting import act, act_all, act_on_hubs
from chfw_app.cli.rollout_options import ActOptions, HubOptions, opened
from chfw_core.errors import InputError
from chfw_core.rollout.records import Opinion


def approve_pilot(*, release: str, approval: str, options: ActOptions | None = None) -> int:
    """Give operational approval to begin the pilot (BR2.6).

    Parameters
    ----------
    release
        The id of the release.
    approval
        The reference of the approval.
    options
        Who acts, and where.
    """
    from chfw_core.rollout.pilot.commands import ApprovePilot

    return act(options or ActOptions(), ApprovePilot, release, approval=approval)


def pilot_list(
    *, release: str, hubs: HubOptions | None = None, none: Flag = False, options: ActOptions | None = None
) -> int:
    """Submit a Supplier's pilot hubs, in place of those that it gave before (BR2.3).

    Parameters
    ----------
    release
        The id of the release.
    hubs
        Which hubs.
    none
        This Supplier wants no pilot (BR2.7).
    options
        Who acts, and where.
    """
    from chfw_core.rollout.pilot.commands import SubmitPilotList

    named = hubs or HubOptions()
    if none == bool(named.guids or named.guid):
        raise InputError("say which hubs, or --none", hint="--guids FILE, --guid GUID, or --none for no pilot")
    return act_on_hubs(options or ActOptions(), SubmitPilotList, release, named)


def start_pilot(*, release: str, options: ActOptions | None = None) -> int:
    """Begin the pilot: the update of the pilot group, ahead of the others (BR2.4, BR2.9).

    Parameters
    ----------
    release
        The id of the release.
    options
        Who acts, and where.
    """
    from chfw_core.rollout.pilot.commands import BeginPilot

    return act(options or ActOptions(), BeginPilot, release)


def progress(
    file: Annotated[Path | None, Parameter(name="FILE")] = None,
    /,
    *,
    release: str,
    succeeded: Annotated[bool | None, Parameter(negative="--failed", show_default=False)] = None,
    reason: str = "",
    commentary: str = "",
    hubs: HubOptions | None = None,
    options: ActOptions | None = None,
) -> int:
    """Record how the pilot went, from a file with a row for each device, or on these hubs (BR2.4).

    Parameters
    ----------
    file
        guid, result (success, failure), reason, commentary: .parquet, .csv, .jsonl or .xlsx.
    release
        The id of the release.
    succeeded
        It went well, or --failed.
    reason
        Why it failed.
    commentary
        What else there is to say.
    hubs
        Which hubs.
    options
        Who acts, and where.
    """
    from chfw_core.rollout.pilot.commands import RecordPilotProgress
    from chfw_files.documents.commands_in import key_of, read_progress

    options, named = options or ActOptions(), hubs or HubOptions()
    if file is not None:
        if (named.guids, named.guid, succeeded, reason, commentary) != (None, (), None, "", ""):
            raise InputError(
                "the file says all of it", hint="give FILE alone, or the hubs with --succeeded or --failed"
            )
        read = read_progress(
            file, release, options.key or key_of(file, "pilot-progress", release), options.by(RecordPilotProgress)
        )
        with opened(options) as service:
            return act_all(options, service, read.commands, read.set_aside, remarks=read.remarks)
    if succeeded is None:
        raise InputError("without a file --succeeded or --failed must be given")
    return act_on_hubs(
        options,
        RecordPilotProgress,
        release,
        named,
        succeeded=succeeded,
        reason=reason,
        commentary=commentary,
    )


def complete_phase(*, release: str, phase: str, commentary: str = "", options: ActOptions | None = None) -> int:
    """Complete a phase of the pilot (BR2.6).

    Parameters
    ----------
    release
        The id of the release.
    phase
        Its name.
    commentary
        What there is to say of it.
    options
        Who acts, and where.
    """
    from chfw_core.rollout.pilot.commands import CompletePilotPhase

    return act(options or ActOptions(), CompletePilotPhase, release, phase=phase, commentary=commentary)


def end_pilot(
    *,
    release: str,
    succeeded: Annotated[bool, Parameter(negative="--failed")],
    commentary: str,
    options: ActOptions | None = None,
) -> int:
    """End the pilot, with commentary on its success or failure (BR2.5).

    Parameters
    ----------
    release
        The id of the release.
    succeeded
        It went well, or --failed.
    commentary
        Everybody is told.
    options
        Who acts, and where.
    """
    from chfw_core.rollout.pilot.commands import EndPilot

    return act(options or ActOptions(), EndPilot, release, succeeded=succeeded, commentary=commentary)


def verdict(
    opinion: Annotated[Opinion, Parameter(name="OPINION")],
    /,
    *,
    release: str,
    findings: str,
    options: ActOptions | None = None,
) -> int:
    """Give a Supplier's verdict on the pilot (BR2.10).

    Parameters
    ----------
    opinion
        proceed, proceed-with-care or do-not-proceed.
    release
        The id of the release.
    findings
        What was found.
    options
        Who acts, and where.
    """
    from chfw_core.rollout.pilot.commands import GiveVerdict

    return act(options or ActOptions(), GiveVerdict, release, opinion=opinion, findings=findings)
