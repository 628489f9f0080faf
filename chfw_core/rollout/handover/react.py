"""CS1: the CSPs' lists, and what Suppliers are told of the days of their hubs."""

from datetime import timedelta
from typing import assert_never

from chfw_core.messages import HubNews, HubsRefused, Message, WorkList
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import CSP_PREFIX
from chfw_core.model.periods import Period, london_date
from chfw_core.rollout.agreement import firmware_of
from chfw_core.rollout.handover import events
from chfw_core.rollout.handover.events import HandoverEvent
from chfw_core.rollout.records import RollOut
from chfw_core.rollout.telling import grouped, own_hubs, scheduled, told_day

_MOMENT = timedelta(microseconds=1)


def react(before: RollOut, event: HandoverEvent, after: RollOut) -> tuple[Message, ...]:
    """The messages that the event sends. Batches and reasons of a plan can name rules of either Supplier: not told."""
    release = after.release.id
    match event:
        case events.HubsPlanned():
            # Nothing of a batch alone: it can be of the second Supplier's rules, and so would the message be (NF7).
            news = (guid for guid in event.guids if told_day(before.hubs.get(guid)) != told_day(after.hubs.get(guid)))
            return own_hubs(after, news, lambda party, own: scheduled(party, after, own))
        case events.HubsHandedOver():
            return _work(event, after)
        case events.HubsHeld():
            return _news(after, event.guids, "held", f"the DCC holds these hubs: {event.reason}")
        case events.HubsLetGo():
            return _news(after, event.guids, "let_go", "the DCC holds these hubs no more")
        case events.HubsExcluded():
            return _news(after, event.guids, "excluded", f"these hubs are out of the release: {event.reason}")
        case events.PlanRowsRefused() | events.HandOverRefused():
            refused = HubsRefused(
                to=event.by,
                release=release,
                request="plan" if isinstance(event, events.PlanRowsRefused) else "hand-over",
                code=event.code,
                reason=event.reason,
                guids=event.guids,
            )
            return (refused,)
        case events.HubsProtected():
            # CS4: on which days, and neither what for nor at what time: that can be the second Supplier's affair (NF7).
            return _news(after, event.guids, "protected", f"these hubs are left alone {_days(event.period)}")
        case events.DaysUnchanged() | events.CapacitySet() | events.ProtectionLifted():
            return ()
        case _:
            assert_never(event)


def _days(period: Period) -> str:
    """G4: the London days that a period touches."""
    first, last = london_date(period.opens), london_date(period.closes - _MOMENT)
    return f"on {first}" if first == last else f"from {first} to {last}"


def _news(after: RollOut, guids: GuidList, what: str, words: str) -> tuple[Message, ...]:
    release = after.release.id
    return own_hubs(
        after, guids, lambda party, own: HubNews(to=party, release=release, what=what, words=words, guids=own)
    )


def _work(event: events.HubsHandedOver, after: RollOut) -> tuple[Message, ...]:
    """CS1: one list for each period and batch of the hubs that were handed over."""

    def shared(guid: Guid) -> tuple[object, ...]:
        hub = after.hubs[guid]
        return hub.window_opens, hub.window_closes, hub.batch_id

    known = [guid for guid in event.guids if guid in after.hubs]
    lists = []
    for _, guids in grouped(known, shared):
        hub = after.hubs[next(iter(guids))]
        assert hub.window_opens is not None
        assert hub.window_closes is not None
        lists.append(
            WorkList(
                to=f"{CSP_PREFIX}{event.region}",
                release=after.release.id,
                day=event.day,
                window_opens=hub.window_opens,
                window_closes=hub.window_closes,
                firmware_version=firmware_of(after.release).firmware_version,
                batch_id=hub.batch_id,
                due=event.due,
                guids=guids,
            )
        )
    return tuple(lists)
