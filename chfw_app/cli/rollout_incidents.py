"""`chfw rollout raise-incident` … `resume`: what is done when something is wrong with a release (BR6)."""

from typing import Any

from chfw_app.cli.options import Flag
from chfw_app.cli.output import counted, say
from chfw_app.cli.rollout_acting import act
from chfw_app.cli.rollout_answers import show_answers
from chfw_app.cli.rollout_asking import ask
from chfw_app.cli.rollout_options import ActOptions, opened
from chfw_core.rollout.gate import may_give
from chfw_core.rollout.incidents.model import IncidentOutcome
from chfw_core.rollout.states import ReleaseStanding


def raise_incident(
    *,
    release: str,
    incident: str,
    description: str,
    high_priority: Flag = False,
    emergency_stop: Flag = False,
    options: ActOptions | None = None,
) -> int:
    """Raise an incident on a release (BR6.1).

    Parameters
    ----------
    release
        The id of the release.
    incident
        An id for it.
    description
        What is wrong.
    high_priority
        Mark it as of high priority.
    emergency_stop
        Ask for an emergency stop; the Panel is told at once.
    options
        Who acts, and where.
    """
    from chfw_core.rollout.incidents.commands import RaiseIncident

    return act(
        options or ActOptions(),
        RaiseIncident,
        release,
        incident=incident,
        description=description,
        high_priority=high_priority,
        emergency_stop=emergency_stop,
    )


def triage(
    *,
    release: str,
    incident: str,
    outcome: IncidentOutcome,
    reason: str,
    to: str | None = None,
    options: ActOptions | None = None,
) -> int:
    """Triage an incident: the Panel is asked to confirm the outcome (BR6.2).

    Parameters
    ----------
    release
        The id of the release.
    incident
        Its id.
    outcome
        proceed, pause, delay or stop.
    reason
        Why.
    to
        The later automatic date, for a delay.
    options
        Who acts, and where.
    """
    return _triage(release, incident, outcome, reason, to, options)


def pause(*, release: str, incident: str, reason: str, options: ActOptions | None = None) -> int:
    """Triage an incident: pause, once the Panel has confirmed it; `suspend` halts at once (BR6.2).

    Parameters
    ----------
    release
        The id of the release.
    incident
        Its id.
    reason
        Why.
    options
        Who acts, and where.
    """
    return _triage(release, incident, IncidentOutcome.PAUSE, reason, None, options)


def stop(*, release: str, incident: str, reason: str, options: ActOptions | None = None) -> int:
    """Triage an incident: stop, for good once the Panel has confirmed it; `suspend` halts at once (BR6.2).

    Parameters
    ----------
    release
        The id of the release.
    incident
        Its id.
    reason
        Why.
    options
        Who acts, and where.
    """
    return _triage(release, incident, IncidentOutcome.STOP, reason, None, options)


def delay(*, release: str, incident: str, to: str, reason: str, options: ActOptions | None = None) -> int:
    """Triage an incident: delay the automatic date (BR6.2).

    Parameters
    ----------
    release
        The id of the release.
    incident
        Its id.
    to
        The later automatic date.
    reason
        Why.
    options
        Who acts, and where.
    """
    return _triage(release, incident, IncidentOutcome.DELAY, reason, to, options)


def _triage(
    release: str, incident: str, outcome: IncidentOutcome, reason: str, to: str | None, options: ActOptions | None
) -> int:
    from chfw_app.rollout.foreseen import hubs_to_go
    from chfw_app.rollout.sent_again import give
    from chfw_core.model.periods import parse_instant
    from chfw_core.rollout.incidents.commands import TriageIncident

    options = options or ActOptions()
    by, key = options.by(TriageIncident), options.new_key()
    command = TriageIncident(
        by=by,
        key=key,
        release=release,
        incident=incident,
        outcome=outcome,
        automatic_at=None if to is None else parse_instant(to),
        reason=reason,
    )
    with opened(options) as service:
        answer = give(service, command)
        if answer.receipt.refused is not None:
            return show_answers(options, [answer])
        standing, hubs = service.release(release).standing, hubs_to_go(service, release)
    code = show_answers(options, [answer], proposed=outcome.value, standing=standing.value, hubs_to_go=hubs)
    if not options.json:
        say(_until_then(outcome, standing, hubs))
    return code


def _until_then(outcome: IncidentOutcome, standing: ReleaseStanding, hubs: int) -> str:
    """BR6.3: a triage is the DCC's word; what is so until the Panel has given its own."""
    said = f"proposed: {outcome.value}; the release"
    if standing is not ReleaseStanding.ACTIVE:
        return f"{said} stays {standing.value} until the Panel confirms"
    goes_on = f"{said} goes on until the Panel confirms, with {counted(hubs, 'hub')} to be handed over"
    return goes_on if outcome is IncidentOutcome.PROCEED else f"{goes_on}; `chfw rollout suspend` halts it at once"


def confirm(
    *, release: str, incident: str, commentary: str, reject: Flag = False, options: ActOptions | None = None
) -> int:
    """Confirm what the DCC decided on an incident, for the Panel: from then on it is in force (BR6.3).

    Parameters
    ----------
    release
        The id of the release.
    incident
        Its id.
    commentary
        The Panel's word.
    reject
        The Panel does not confirm it.
    options
        Who acts, and where.
    """
    from chfw_app.cli.rollout_words import check_words
    from chfw_app.rollout.foreseen import foreseen_outcome
    from chfw_app.rollout.sent_again import give
    from chfw_core.rollout.incidents.commands import ConfirmDecision
    from chfw_core.rollout.incidents.decide import incident_of

    options = options or ActOptions()
    by, key = options.by(ConfirmDecision), options.new_key()
    fields: dict[str, Any] = {"incident": incident, "confirmed": not reject, "commentary": commentary}
    if not may_give(by, ConfirmDecision):
        return act(options, ConfirmDecision, release, **fields)
    with opened(options) as service:
        if not reject:  # why it is rejected goes to the DCC alone
            check_words(options, service, by, release, {"commentary": commentary})
        known = incident_of(service.release(release), incident)
        outcome = None if known is None else known.outcome
        if outcome is not None and not reject and not options.yes:
            ask(options, foreseen_outcome(service, outcome, release), "confirm-decision", release)
        answer = give(service, ConfirmDecision(by=by, key=key, release=release, **fields))
    return show_answers(options, [answer])


def suspend(*, release: str, reason: str, options: ActOptions | None = None) -> int:
    """Suspend a release at once, pending the Panel (BR6.3).

    Parameters
    ----------
    release
        The id of the release.
    reason
        Why; everybody is told.
    options
        Who acts, and where.
    """
    from chfw_core.rollout.incidents.commands import SuspendRelease

    return act(options or ActOptions(), SuspendRelease, release, confirm=True, reason=reason)


def resume(*, release: str, reason: str, options: ActOptions | None = None) -> int:
    """End a pause, or a suspension that no open incident calls for any more.

    Parameters
    ----------
    release
        The id of the release.
    reason
        Why; everybody is told.
    options
        Who acts, and where.
    """
    from chfw_core.rollout.incidents.commands import ResumeRelease

    return act(options or ActOptions(), ResumeRelease, release, confirm=True, reason=reason)
