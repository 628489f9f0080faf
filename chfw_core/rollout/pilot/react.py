"""BR2: who is told of the pilot."""

from typing import assert_never

from chfw_core.messages import HubsRefused, ListReceipt, Message, PilotProgress, ReleaseNews, VerdictReceived
from chfw_core.model.parties import DCC
from chfw_core.rollout.pilot import events
from chfw_core.rollout.pilot.events import PilotEvent
from chfw_core.rollout.records import RollOut
from chfw_core.rollout.telling import everybody, own_hubs


def react(event: PilotEvent, after: RollOut) -> tuple[Message, ...]:
    """The messages that the event sends."""
    release = after.release.id
    match event:
        case events.PilotApproved():
            return _news(event, after, "the pilot is approved")  # BR2.6
        case events.PilotBegun():
            return _news(event, after, "the pilot has begun")  # BR2.4
        case events.PilotPhaseCompleted():
            return _news(event, after, f"the phase {event.phase} of the pilot is complete", event.commentary)  # BR2.6
        case events.PilotEnded():
            went = "was a success" if event.succeeded else "was no success"
            return _news(event, after, f"the pilot has ended and {went}", event.commentary)  # BR2.5
        case events.MassApproved():
            return _news(event, after, "the mass roll-out is approved", event.without_pilot or "")  # BR2.6
        case events.MassBegun():
            return _news(event, after, "the mass roll-out has begun")
        case events.ReleaseCompleted():
            return _news(event, after, "the release is complete")
        case events.PilotProgressRecorded():
            return own_hubs(  # BR2.4: per device
                after,
                event.guids,
                lambda party, own: PilotProgress(
                    to=party,
                    release=release,
                    succeeded=event.succeeded,
                    reason=event.reason,
                    commentary=event.commentary,
                    guids=own,
                ),
            )
        case events.PilotListSubmitted():
            return (ListReceipt(to=event.party, release=release, guids=event.guids),)
        case events.PilotHubsRefused():
            refused = HubsRefused(
                to=event.party,
                release=release,
                request="pilot list",
                code=event.code,
                reason=event.reason,
                guids=event.guids,
            )
            return (refused,)
        case events.VerdictGiven():
            given = VerdictReceived(
                to=DCC, release=release, party=event.party, opinion=event.opinion.value, findings=event.findings
            )
            return (given,)  # BR2.10: to the DCC alone
        case _:
            assert_never(event)


def _news(event: PilotEvent, after: RollOut, words: str, commentary: str = "") -> tuple[Message, ...]:
    name = type(event).__name__
    return tuple(
        ReleaseNews(to=who, release=after.release.id, what=name, words=words, commentary=commentary)
        for who in everybody(after.release)
    )
