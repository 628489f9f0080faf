"""`chfw rollout approve-mass`, `start-mass`, `complete`: the mass roll-out, from its approval to its end (BR2.6)."""

import sys
from collections.abc import Mapping, Sequence

from chfw_app.cli.output import counted, say, show_table
from chfw_app.cli.rollout_acting import act
from chfw_app.cli.rollout_answers import show_answers
from chfw_app.cli.rollout_asking import confirm_or_stop
from chfw_app.cli.rollout_options import ActOptions, opened
from chfw_core.errors import InputError
from chfw_core.model.parties import Party
from chfw_core.rollout.gate import may_give
from chfw_core.rollout.records import ReleaseRecord, Verdict
from chfw_core.rollout.states import ReleaseStage


def approve_mass(
    *, release: str, approval: str, without_pilot: str | None = None, options: ActOptions | None = None
) -> int:
    """Give operational approval to begin the mass roll-out, having read all verdicts (BR2.6, BR2.10).

    Parameters
    ----------
    release
        The id of the release.
    approval
        The reference of the approval.
    without_pilot
        Why there was no pilot, where there was none (BR2.7).
    options
        Who acts, and where.
    """
    from chfw_app.rollout.sent_again import give
    from chfw_core.rollout.pilot.commands import ApproveMass, SeenVerdict

    options = options or ActOptions()
    by, key = options.by(ApproveMass), options.new_key()
    if not may_give(by, ApproveMass):  # NF7: the verdicts are shown to the DCC alone
        also: dict[str, object] = {"no_verdict": []}
        return act(options, ApproveMass, release, also=also, approval=approval, seen=(), without_pilot=without_pilot)
    with opened(options) as service:
        record = service.release(release)
        verdicts = record.verdicts
        missing = _without_verdict(record) if without_pilot is None else ()
        if not options.json:
            _show_verdicts(verdicts, missing)
        if verdicts and not options.yes:
            if options.json or not sys.stdin.isatty():
                raise InputError(
                    f"the verdicts of {counted(len(verdicts), 'Supplier')} have to be read first",
                    hint="read them, then give --yes",
                )
            confirm_or_stop(f"mass roll-out of {release}")
        seen = tuple(SeenVerdict(party=party, given_at=one.given_at) for party, one in sorted(verdicts.items()))
        command = ApproveMass(
            by=by, key=key, release=release, approval=approval, seen=seen, without_pilot=without_pilot
        )
        answer = give(service, command)
    no_pilot = record.stage is ReleaseStage.NOTIFIED and approval and not without_pilot
    cure = "say it: --without-pilot WHY" if no_pilot else None  # BR2.7
    return show_answers(options, [answer], cure=cure, no_verdict=list(missing))


def _without_verdict(record: ReleaseRecord) -> tuple[str, ...]:
    """BR2.10: the relevant Suppliers that have said nothing of the pilot."""
    return tuple(sorted(record.suppliers - record.verdicts.keys()))


def _show_verdicts(verdicts: Mapping[Party, Verdict], missing: Sequence[str]) -> None:
    rows = [(str(party), one.opinion.replace("_", " "), one.findings) for party, one in verdicts.items()]
    rows += [(party, "none given", "") for party in missing]
    show_table("Verdicts on the pilot", ("Supplier", "opinion", "findings"), sorted(rows))
    if not verdicts:
        say("no Supplier has given a verdict")
    elif missing:
        is_missing = "verdict of 1 Supplier is" if len(missing) == 1 else f"verdicts of {len(missing)} Suppliers are"
        say(f"the {is_missing} missing")


def start_mass(*, release: str, options: ActOptions | None = None) -> int:
    """Begin the mass roll-out: from now on hubs are handed over at the DCC's own date too.

    Parameters
    ----------
    release
        The id of the release.
    options
        Who acts, and where.
    """
    from chfw_core.rollout.pilot.commands import BeginMass

    return act(options or ActOptions(), BeginMass, release)


def complete(*, release: str, options: ActOptions | None = None) -> int:
    """Complete the release: every hub has an outcome, a hold or is out.

    Parameters
    ----------
    release
        The id of the release.
    options
        Who acts, and where.
    """
    from chfw_core.rollout.pilot.commands import CompleteRelease

    return act(options or ActOptions(), CompleteRelease, release)
