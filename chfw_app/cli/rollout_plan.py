"""`chfw rollout publish` … `protect`: days for hubs, hand-over, what is done to single hubs (CS1, CS4, G5)."""

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from chfw_app.cli.options import Flag, Several
from chfw_app.cli.output import counted, progress, say, say_note
from chfw_app.cli.rollout_acting import act, act_on_hubs
from chfw_app.cli.rollout_answers import show_answers
from chfw_app.cli.rollout_asking import ask_about
from chfw_app.cli.rollout_options import ActOptions, HubOptions, opened
from chfw_app.cli.rollout_triggers import BesideOptions
from chfw_app.inputs.places import check_folder
from chfw_core.errors import InputError
from chfw_core.rollout.gate import may_give
from chfw_core.rollout.records import Protection


class Format(StrEnum):
    """The formats of a table."""

    CSV = "csv"
    PARQUET = "parquet"


def day_of(text: str) -> date:
    """A London day. Raises InputError."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"`{text}` is not a date such as 2026-03-01") from None


def publish(
    *,
    release: str,
    schedule: Path | None = None,
    instructions: Path | None = None,
    estate: Path | None = None,
    rules: Annotated[tuple[Path, ...], Several] = (),
    attributes: Annotated[tuple[str, ...], Several] = (),
    events: Path | None = None,
    cpl: Path | None = None,
    retry: Flag = False,
    options: ActOptions | None = None,
) -> int:
    """Publish days for hubs: of a schedule, or of a plan that is made now of what the ledger holds.

    What rules instruct is recorded first, in the same transaction, as instructions of their owners. What a rule
    instructed before and instructs no more is taken back, where the plan is made now and up to the cut-off; hubs that
    a rule excludes are known as excluded until a plan with the file's next version does not exclude them. Before
    that, rules in force hear of everything that has happened.

    Parameters
    ----------
    release
        The id of the release.
    schedule
        A schedule that `chfw plan` wrote. Without it a plan is made, and --estate is needed.
    instructions
        What `chfw plan --instructions-out` wrote beside that schedule.
    estate
        The hubs, with what rules ask of them; who may be planned, whose they are and what the SMI showed is in the
        ledger.
    rules
        Rule files; a folder means every *.rules.yaml below it. Without any, the instructions that stand are planned,
        and the DCC's own date.
    attributes
        PARTY=FILE: what one Supplier alone knows of its hubs. May be given again.
    events
        What happened: JSON Lines.
    cpl
        The Central Products List.
    retry
        Plan failed hubs again too.
    options
        Who acts, and where.
    """
    from chfw_app.rollout.publishing import PlanFiles, keeping, own_instructions, plan_now, publication
    from chfw_app.triggers.hearing import let_hear
    from chfw_core.rollout.handover.commands import PublishPlan
    from chfw_core.rollout.instructing.commands import SetExclusions, WithdrawInstructions
    from chfw_files.documents.schedule_in import read_schedule

    options = options or ActOptions()
    if (schedule is None) == (estate is None):
        raise InputError(
            "a plan is published from --schedule, or made with --estate", hint="give one of them, and no more"
        )
    by, key = options.by_dcc(), options.new_key()
    if not may_give(by, PublishPlan):  # whoever may not publish a plan is not told what one comes to (NF7)
        return act(options, PublishPlan, release, classes=())
    known = BesideOptions() if estate is None else BesideOptions(estate=estate, attributes=attributes)
    with opened(options) as service, progress() as told:
        ran = let_hear(service, known.read)
        if schedule is not None:
            classes = read_schedule(schedule)
            own = () if instructions is None else own_instructions(instructions, release, key)
            bad_rows: tuple[str, ...] = ()
            no_more: tuple[WithdrawInstructions, ...] = ()
            excluded: tuple[SetExclusions, ...] = ()
        else:
            assert estate is not None
            files = PlanFiles(estate=estate, rules=rules, attributes=attributes, events=events, cpl=cpl)
            made = plan_now(service, release, files, key, told, retry=retry)
            classes, own, bad_rows, no_more = made.classes, made.instructions, made.bad_rows, made.gone
            excluded = made.excluded
            for words in made.findings:
                say_note(words)
        told("writing the ledger", 0.0)
        answers = publication(service, release, by, key, own, classes, no_more, excluded)
        told("writing the ledger", 1.0)
        kept = keeping(service, release, [answer.receipt for answer in answers])
    code = show_answers(options, answers, bad_rows, ran=ran, reader=by, keeping=kept)
    if kept and not options.json:
        say_note(f"{counted(kept, 'hub')} without a new day: the day that was published before stands")
    return code


def capacity(*, release: str, region: str, day: str, hubs: int, options: ActOptions | None = None) -> int:
    """Set how many hubs a region's CSP can take on a day, in place of the release's figure (G5).

    Parameters
    ----------
    release
        The id of the release.
    region
        The CSP region.
    day
        The London day.
    hubs
        How many.
    options
        Who acts, and where.
    """
    from chfw_core.rollout.handover.commands import SetCapacity

    return act(options or ActOptions(), SetCapacity, release, region=region, day=day_of(day), hubs=hubs)


def hand_over(
    *,
    release: str,
    day: str,
    out: Path,
    region: str | None = None,
    format: Format = Format.CSV,  # noqa: A002 - the option's name
    beside: BesideOptions | None = None,
    options: ActOptions | None = None,
) -> int:
    """Hand the hubs of a day over to their CSPs, and write each CSP's work list (CS1).

    A list has all hubs of its region and day that were handed over, now or before: run again, it is written again.
    While the release does not go on, nothing is handed over and no list is written. Rules in force hear of everything
    first, so that what they stop does not go. A day that is more than seven days ahead is asked about, or needs --yes:
    no hold and no withdrawal reaches what a CSP has.

    Parameters
    ----------
    release
        The id of the release.
    day
        The London day.
    out
        The folder for the lists: RELEASE-REGION-DAY.csv.
    region
        One CSP region; else every region that has hubs to do on that day.
    format
        csv or parquet.
    beside
        What rules in force may ask of hubs.
    options
        Who acts, and where.
    """
    from chfw_app.rollout.handing import AHEAD_DAYS, far_ahead, hand_over_day
    from chfw_app.rollout.work_lists import next_days
    from chfw_core.model.guid_list import GuidList
    from chfw_core.rollout.handover.commands import HandOver

    options = options or ActOptions()
    check_folder(out)
    by, key, known = options.by_dcc(), options.new_key(), (beside or BesideOptions()).read()
    if not may_give(by, HandOver):  # NF7: nor is told which hubs and days there are
        also: dict[str, object] = {"lists": {}, "next_days": []}
        return act(options, HandOver, release, also=also, region=region or "", day=day_of(day), guids=GuidList())
    with opened(options) as service:
        says = far_ahead(service, release, day_of(day), region)
        if says is not None:
            ask_about(options, says, f"hand over at most {AHEAD_DAYS} days ahead, or give --yes")
        whole = hand_over_day(service, release, day_of(day), region, by, key, out, format.value, known)
        with service.store.read() as connection:
            later = next_days(connection, release, day_of(day))
    done, ran = whole.regions, whole.triggers
    lists = {one.region: str(one.path) for one in done if one.path is not None}
    answers = [answer for one in done for answer in one.answers]
    about = [f"CSP:{one.region}" for one in done for _ in one.answers]
    days = [str(one) for one in later]
    code = show_answers(options, answers, about=about, ran=ran, reader=by, lists=lists, next_days=days)
    if not options.json:
        for one in done:
            if one.path is not None:
                say(f"{counted(one.hubs, 'hub')} for CSP:{one.region}: {one.path}")
        if later:
            say(f"the next days with hubs: {', '.join(map(str, later))}")
    return code


def hold(*, release: str, reason: str, hubs: HubOptions | None = None, options: ActOptions | None = None) -> int:
    """Hold hubs: nothing happens to them until the DCC lets them go.

    Parameters
    ----------
    release
        The id of the release.
    reason
        Why; their Suppliers are told.
    hubs
        Which hubs.
    options
        Who acts, and where.
    """
    from chfw_core.rollout.handover.commands import HoldHubs

    return act_on_hubs(options or ActOptions(), HoldHubs, release, hubs or HubOptions(), confirm=True, reason=reason)


def let_go(*, release: str, hubs: HubOptions | None = None, options: ActOptions | None = None) -> int:
    """Let held hubs go: what their Suppliers have said counts again.

    Parameters
    ----------
    release
        The id of the release.
    hubs
        Which hubs.
    options
        Who acts, and where.
    """
    from chfw_core.rollout.handover.commands import LetHubsGo

    return act_on_hubs(options or ActOptions(), LetHubsGo, release, hubs or HubOptions())


def exclude(*, release: str, reason: str, hubs: HubOptions | None = None, options: ActOptions | None = None) -> int:
    """Take hubs out of the release, for good (RU8).

    Parameters
    ----------
    release
        The id of the release.
    reason
        Why; their Suppliers are told.
    hubs
        Which hubs.
    options
        Who acts, and where.
    """
    from chfw_core.rollout.handover.commands import ExcludeHubs

    return act_on_hubs(options or ActOptions(), ExcludeHubs, release, hubs or HubOptions(), confirm=True, reason=reason)


def protect(
    *,
    release: str,
    kind: Protection,
    opens: str,
    closes: str,
    hubs: HubOptions | None = None,
    options: ActOptions | None = None,
) -> int:
    """Leave hubs alone in a period: a price change, device firmware, a data upload or a top-up (CS4).

    Parameters
    ----------
    release
        The id of the release.
    kind
        price-change, device-firmware, data-upload or prepayment-top-up.
    opens
        The first day, or an instant.
    closes
        The last day, or an instant.
    hubs
        Which hubs.
    options
        Who acts, and where.
    """
    from chfw_core.model.periods import Period, parse_instant, parse_period_end
    from chfw_core.rollout.handover.commands import ProtectHubs

    period = Period(opens=parse_instant(opens), closes=parse_period_end(closes))
    return act_on_hubs(options or ActOptions(), ProtectHubs, release, hubs or HubOptions(), kind=kind, period=period)


def unprotect(
    *, release: str, kind: Protection, hubs: HubOptions | None = None, options: ActOptions | None = None
) -> int:
    """Leave hubs alone no more for that reason, before its period is over (CS4).

    Parameters
    ----------
    release
        The id of the release.
    kind
        price-change, device-firmware, data-upload, prepayment-top-up or supplier-hold.
    hubs
        Which hubs.
    options
        Who acts, and where.
    """
    from chfw_core.rollout.handover.commands import LiftProtection

    return act_on_hubs(options or ActOptions(), LiftProtection, release, hubs or HubOptions(), kind=kind)
