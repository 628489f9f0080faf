"""BR5.6, BR5.7: the activation alert to the current Suppliers, and the update of the SMI."""

from typing import assert_never

from chfw_core.messages import ActivationAlert, HubNews, HubsRefused, InventoryUpdate, Message
from chfw_core.model.guid_list import GuidList
from chfw_core.rollout.agreement import firmware_of
from chfw_core.rollout.base import SMI
from chfw_core.rollout.outcomes import events
from chfw_core.rollout.outcomes.events import OutcomeEvent
from chfw_core.rollout.records import RollOut
from chfw_core.rollout.telling import own_hubs


def react(before: RollOut, event: OutcomeEvent, after: RollOut) -> tuple[Message, ...]:
    """The messages that the event sends."""
    release = after.release.id
    match event:
        case events.ActivationConfirmed():
            # BR5.6: whoever is responsible now, not when the hub was instructed or handed over.
            return own_hubs(
                after,
                event.guids,
                lambda party, own: ActivationAlert(
                    to=party, release=release, firmware_version=event.firmware_version, guids=own
                ),
            )
        case events.HubsActivated():
            version = firmware_of(after.release).firmware_version
            differ = GuidList(
                guid for guid in event.guids if guid in before.hubs and before.hubs[guid].firmware_version != version
            )
            if not differ:
                return ()
            return (InventoryUpdate(to=SMI, release=release, firmware_version=version, guids=differ),)  # BR5.6
        case events.HubsFailed() | events.HubsFellSilent():
            words = event.reason
            return own_hubs(
                after,
                event.guids,
                lambda party, own: HubNews(to=party, release=release, what="failed", words=words, guids=own),
            )
        case events.OutcomesNoted() | events.OutcomesRefused():
            answer = HubsRefused(
                to=event.by,
                release=release,
                request="outcomes",
                code=event.code,
                reason=event.reason,
                guids=event.guids,
            )
            return (answer,)
        case events.ImagesDelivered() | events.VersionsObserved() | events.HubsVerified():
            return ()
        case _:
            assert_never(event)
