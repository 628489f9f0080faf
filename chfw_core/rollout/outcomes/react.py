"""BR5.6, BR5.7: the activation alert to the current Suppliers, the update of the SMI.

BR3.5: what was activated at another time than was planned is told.
"""

from typing import assert_never

from chfw_core.messages import ActivationAlert, HubNews, HubsRefused, InventoryUpdate, Message
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import DCC
from chfw_core.rollout.agreement import firmware_of
from chfw_core.rollout.base import SMI
from chfw_core.rollout.outcomes import events
from chfw_core.rollout.outcomes.events import OutcomeEvent
from chfw_core.rollout.outcomes.evolve import outside_words
from chfw_core.rollout.records import RollOut
from chfw_core.rollout.telling import own_hubs


def _outside(guids: GuidList, words: str, after: RollOut) -> tuple[Message, ...]:
    """BR3.5: an activation outside the window that was planned is told to its Suppliers and to the DCC."""

    def told(to: str, guids: GuidList) -> HubNews:
        return HubNews(to=to, release=after.release.id, what="activated_outside_window", words=words, guids=guids)

    return (*own_hubs(after, guids, told), told(DCC, guids))


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
            smi = InventoryUpdate(to=SMI, release=release, firmware_version=version, guids=differ)  # BR5.6
            outside = _outside(event.guids, outside_words(event.occurred_at), after) if event.outside_window else ()
            return (*((smi,) if differ else ()), *outside)
        case events.FoundOutsideWindow():
            return _outside(event.guids, event.reason, after)
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
