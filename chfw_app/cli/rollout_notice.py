"""`chfw rollout draft` … `dcc-only`: a release, its notice and what becomes of it (BR1, G6, G7, G9)."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from chfw_app.cli.options import Flag
from chfw_app.cli.output import counted, progress, say, say_note, show_table
from chfw_app.cli.rollout_acting import act, act_on_hubs
from chfw_app.cli.rollout_answers import show_answers
from chfw_app.cli.rollout_asking import ask_about, confirm_or_stop, show_losses
from chfw_app.cli.rollout_options import ActOptions, HubOptions, opened
from chfw_app.rollout.service import RollOutService
from chfw_core.errors import InputError
from chfw_core.model.parties import DCC
from chfw_core.model.releases import Participation
from chfw_core.rollout.gate import may_give

if TYPE_CHECKING:
    from chfw_app.rollout.eligible import Eligible
    from chfw_app.rollout.overtaking import Loses


def draft(
    file: Annotated[Path, Parameter(name="RELEASE_FILE")],
    /,
    options: ActOptions | None = None,
    *,
    alerts_only: Flag = False,
) -> int:
    """Prepare a release from its file; nobody is told yet. Makes the ledger where there is none.

    Parameters
    ----------
    file
        The release file.
    options
        Who acts, and where.
    alerts_only
        Nothing but activation alerts (BR5.7).
    """
    from chfw_app.inputs.texts import read_text
    from chfw_app.problems import Failed, Problems
    from chfw_core.documents.defaults import default_parameters
    from chfw_core.documents.release import read_release
    from chfw_core.model.periods import london_date
    from chfw_core.rollout.figures import figures_at
    from chfw_core.rollout.notice.commands import DraftRelease

    options = options or ActOptions()
    parameters = default_parameters()
    read = read_release(read_text(file), str(file), parameters)
    if read.release is None:
        problems = Problems()
        problems.add_placed(read.problems)
        raise Failed(problems)
    figures = figures_at(parameters, london_date(options.clock()()))
    return act(
        options,
        DraftRelease,
        read.release.id,
        create=True,
        firmware=read.release,
        figures=figures,
        alerts_only=alerts_only,
    )


def notify(*, release: str, estate: Path, cpl: Path | None = None, options: ActOptions | None = None) -> int:
    """Tell every relevant Supplier and CSP, with the hubs of an estate that the release is for.

    Hubs that wait in another release, which this one does not build on, are taken from it for good: that is asked
    about, or needs --yes.

    Parameters
    ----------
    release
        The id of the release.
    estate
        The hubs: .parquet, .csv, .jsonl or .xlsx. Those that are not eligible are counted with their reasons. Of hubs
        that another release in progress has, the ledger's Suppliers count.
    cpl
        The Central Products List: eligibility is judged by it too.
    options
        Who acts, and where.
    """
    from chfw_core.rollout.notice.commands import NotifyRelease

    return _with_hubs(NotifyRelease, release, estate, cpl, options or ActOptions())


def add_hubs(*, release: str, estate: Path, cpl: Path | None = None, options: ActOptions | None = None) -> int:
    """Add hubs that became eligible after the notice; with alerts only, the inventory that they need.

    Parameters
    ----------
    release
        The id of the release.
    estate
        The hubs: .parquet, .csv, .jsonl or .xlsx. Those that the release has already are refused.
    cpl
        The Central Products List: eligibility is judged by it too.
    options
        Who acts, and where.
    """
    from chfw_core.rollout.notice.commands import AddHubs

    return _with_hubs(AddHubs, release, estate, cpl, options or ActOptions())


def _with_hubs(kind: type, release: str, estate: Path, cpl: Path | None, options: ActOptions) -> int:
    from chfw_app.rollout.overtaking import lost, would_lose
    from chfw_app.rollout.sent_again import give

    by, key = options.by(kind), options.new_key()
    if not may_give(by, kind):
        return act(options, kind, release, also={"eligible": None, "not_eligible": {}, "taken_from": []}, classes=())
    with opened(options) as service:
        found = _eligible(service, release, estate, cpl)
        command = kind(by=by, key=key, release=release, classes=found.classes)
        if not options.yes:
            _ask_to_take(options, would_lose(service, command), kind, estate)
        with progress() as told:
            told("writing the ledger", 0.0)
            answer = give(service, command)
            told("writing the ledger", 1.0)
        gave_up = lost(service, key, answer.receipt)
    for words in found.remarks:
        say_note(words)
    if not options.json:
        say(f"{found.hubs:,} hubs of the estate are eligible")
        show_table("Not eligible", ("reason", "hubs"), list(found.left_out.items()))
        for one in gave_up:
            say(f"taken from {one.release}: {counted(one.hubs, 'hub')}; entry {one.entry}")
    return show_answers(
        options,
        [answer],
        found.bad_rows,
        eligible=found.hubs,
        not_eligible=dict(found.left_out),
        taken_from=[{"release": one.release, "hubs": one.hubs, "entry": one.entry} for one in gave_up],
    )


def losses(
    service: RollOutService, kind: type, release: str, estate: Path | None, cpl: Path | None
) -> tuple["Loses", ...] | None:
    """What other releases would lose to the hubs of an estate; None where the command brings in none.

    Raises InputError for an estate that belongs to no such command, and for such a command without one.
    """
    from chfw_app.rollout.overtaking import would_lose
    from chfw_core.rollout.base import Command
    from chfw_core.rollout.notice.commands import AddHubs, NotifyRelease

    if kind not in (NotifyRelease, AddHubs):
        if estate is not None or cpl is not None:
            raise InputError("no hubs join a release by this command", hint="leave out --estate and --cpl")
        return None
    if estate is None:
        return None
    found = _eligible(service, release, estate, cpl)
    assert issubclass(kind, Command)
    return would_lose(service, kind(by=DCC, key="", release=release, classes=found.classes))


def _eligible(service: RollOutService, release: str, estate: Path, cpl: Path | None) -> "Eligible":
    from chfw_app.rollout.eligible import eligible_hubs
    from chfw_app.rollout.overlaying import known_elsewhere
    from chfw_core.rollout.records import Mode
    from chfw_files.documents.cpl import read_cpl

    products = None if cpl is None else read_cpl(cpl).cpl
    record = service.release(release)
    assert record.firmware is not None
    with service.store.read() as connection:
        known = known_elsewhere(connection, release)
    alerts_only = record.mode is Mode.ALERTS_ONLY
    with progress() as told:
        return eligible_hubs(estate, record.firmware, products, told, everything=alerts_only, known=known)


def _ask_to_take(options: ActOptions, losing: Sequence["Loses"], kind: type, estate: Path) -> None:
    """Asks where other releases lose hubs. Raises InputError where nobody can be asked, or the answer is no."""
    if not losing:
        return
    from chfw_app.rollout.foreseen import name_of
    from chfw_app.rollout.overtaking import hubs_lost

    releases = [f"{counted(hubs, 'hub')} from `{of}`" for of, hubs in hubs_lost(losing).items()]
    says = f"this takes {' and '.join(releases)}, for good"
    if options.json or not sys.stdin.isatty():
        hint = f"see `chfw rollout effects {name_of(kind)} --estate {estate}`, then give --yes"
        raise InputError(says, hint=hint)
    show_losses(losing)
    confirm_or_stop(says)


def note(*, release: str, url: str, version: str, options: ActOptions | None = None) -> int:
    """Publish the release note, or a newer version of it (BR1.5).

    Parameters
    ----------
    release
        The id of the release.
    url
        Where the note is.
    version
        Which version of it.
    options
        Who acts, and where.
    """
    from chfw_core.rollout.notice.commands import PublishReleaseNote
    from chfw_core.rollout.records import ReleaseNote

    return act(options or ActOptions(), PublishReleaseNote, release, note=ReleaseNote(url=url, version=version))


def cpl_entry(*, release: str, entry: str, removed: Flag = False, options: ActOptions | None = None) -> int:
    """Record the release's entry on the Central Products List: without one no pilot and no mass roll-out (G6).

    Parameters
    ----------
    release
        The id of the release.
    entry
        The entry.
    removed
        It is no longer Current.
    options
        Who acts, and where.
    """
    from chfw_core.rollout.notice.commands import RecordCplEntry

    return act(options or ActOptions(), RecordCplEntry, release, entry=entry, current=not removed)


def revoke(*, release: str, reason: str, options: ActOptions | None = None) -> int:
    """Revoke the notice, for good (BR1.6).

    Parameters
    ----------
    release
        The id of the release.
    reason
        Why; everybody is told.
    options
        Who acts, and where.
    """
    from chfw_core.rollout.notice.commands import RevokeNotice

    return act(options or ActOptions(), RevokeNotice, release, confirm=True, reason=reason)


def move_date(*, release: str, to: str, reason: str, options: ActOptions | None = None) -> int:
    """Move the automatic date, earlier or later (BR1.3).

    A date by which the cut-off has passed already is asked about apart: what it means for Suppliers is said first.

    Parameters
    ----------
    release
        The id of the release.
    to
        The new automatic date: 2026-09-01, or with a time.
    reason
        Why; everybody is told.
    options
        Who acts, and where.
    """
    from chfw_app.rollout.moving import moving_means
    from chfw_core.model.periods import parse_instant
    from chfw_core.rollout.notice.commands import MoveAutomaticDate

    when, options = parse_instant(to), options or ActOptions()
    if options.by(MoveAutomaticDate) == DCC:
        with opened(options) as service:
            says = moving_means(service, release, when)
        if says is not None:
            ask_about(options, says, "name a later date, or give --yes")
    return act(options, MoveAutomaticDate, release, confirm=True, automatic_at=when, reason=reason)


def participation(
    choice: Annotated[Participation, Parameter(name="CHOICE")], /, *, release: str, options: ActOptions | None = None
) -> int:
    """Choose voluntary or mandatory participation, having seen what it brings (G7).

    Parameters
    ----------
    choice
        voluntary or mandatory.
    release
        The id of the release.
    options
        Who acts, and where.
    """
    from chfw_app.rollout.sent_again import give
    from chfw_core.rollout.notice.commands import ChooseParticipation
    from chfw_core.rollout.notice.participation import repercussions

    options = options or ActOptions()
    by, key = options.by(ChooseParticipation), options.new_key()
    if not may_give(by, ChooseParticipation):  # NF7: what each brings counts the Suppliers
        return act(options, ChooseParticipation, release, also={"repercussions": {}}, participation=choice, seen=())
    with opened(options) as service:
        record = service.release(release)
        brings = {each: repercussions(record, each) for each in Participation}
        if not options.json:
            _show_both(brings)
        if not options.yes:
            if options.json or not sys.stdin.isatty():
                raise InputError("what this brings has to be confirmed", hint="read it, then give --yes")
            confirm_or_stop(f"{choice.value} participation in {release}")
        answer = give(
            service, ChooseParticipation(by=by, key=key, release=release, participation=choice, seen=brings[choice])
        )
    return show_answers(options, [answer], repercussions={each.value: list(said) for each, said in brings.items()})


def _show_both(brings: Mapping[Participation, Sequence[str]]) -> None:
    """G7: what each brings, before one of them is chosen; what both bring is said once."""
    common = [sentence for sentence in brings[Participation.VOLUNTARY] if sentence in brings[Participation.MANDATORY]]
    say("Either way:")
    for sentence in common:
        say(f"- {sentence}")
    for each, said in brings.items():
        say(f"With {each.value} participation:")
        for sentence in said:
            if sentence not in common:
                say(f"- {sentence}")


def dcc_only(*, release: str, consultation: str, options: ActOptions | None = None) -> int:
    """Return to upgrades that the DCC manages alone (G9).

    Parameters
    ----------
    release
        The id of the release.
    consultation
        The consultation that allowed it.
    options
        Who acts, and where.
    """
    from chfw_core.rollout.notice.commands import ReturnToDccOnly

    return act(options or ActOptions(), ReturnToDccOnly, release, confirm=True, consultation=consultation)


def supersede(
    *, release: str, by_release: str, hubs: HubOptions | None = None, options: ActOptions | None = None
) -> int:
    """Let a newer release take these hubs; a notice does so by itself for hubs that it overtakes.

    Parameters
    ----------
    release
        The id of the release that gives them up.
    by_release
        The id of the newer release.
    hubs
        Which hubs.
    options
        Who acts, and where.
    """
    from chfw_core.rollout.notice.commands import SupersedeHubs

    return act_on_hubs(
        options or ActOptions(), SupersedeHubs, release, hubs or HubOptions(), confirm=True, by_release=by_release
    )
