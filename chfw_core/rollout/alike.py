"""Hubs that are alike are judged once: one of each kind stands for all of it.

What follows from a command depends on what is known of a hub, never on its GUID; the few places that look at
a GUID (pilot lists, other releases, the row of a plan) are part of what makes a kind. So a command about
millions of hubs is given to the very `decide`, `evolve` and `react` that judge single hubs, with one hub of
each kind, and the answer is then said of all of them: the same events and messages, to the letter, that the
hubs one by one would give.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast

from attrs import evolve as changed
from attrs import frozen

from chfw_core.messages import Message
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.rollout.commands import AnyCommand
from chfw_core.rollout.decide import decide
from chfw_core.rollout.events import AnyEvent
from chfw_core.rollout.evolve import evolve
from chfw_core.rollout.handover import commands as handover_commands
from chfw_core.rollout.handover import events as handover_events
from chfw_core.rollout.instructing import commands as instructing_commands
from chfw_core.rollout.instructing import events as instructing_events
from chfw_core.rollout.notice import events as notice_events
from chfw_core.rollout.outcomes import events as outcome_events
from chfw_core.rollout.outcomes.commands import ReportOutcomes
from chfw_core.rollout.outcomes.times import Timed, Times, parted_by_time
from chfw_core.rollout.pilot import events as pilot_events
from chfw_core.rollout.react import react
from chfw_core.rollout.records import HubRecord, InFlight, RollOut
from chfw_core.rollout.suppliers import commands as supplier_commands
from chfw_core.rollout.suppliers import events as supplier_events

T = TypeVar("T")


@frozen(kw_only=True)
class Kind:
    """Hubs alike, at least one: the record of the first, None where the release has none of them.

    `nth`: which list of the command names them, counted from 0. Hubs on a pilot list are not alike to others.
    """

    guids: GuidList
    record: HubRecord | None
    nth: int = 0
    in_flight: InFlight | None = None

    @property
    def first(self) -> Guid:
        """The one that stands for all."""
        return next(iter(self.guids))


@frozen(kw_only=True)
class Judged:
    """What follows from a command: its events, and the messages, each with the number of the event that sends it."""

    events: tuple[AnyEvent, ...]
    messages: tuple[tuple[int, Message], ...]


def judge_alike(roll_out: RollOut, command: AnyCommand, at: datetime, kinds: Sequence[Kind]) -> Judged:
    """What `decide` and `react` say of all hubs of these kinds, which are all that the command names, each once.

    `roll_out`: as for `decide`, but without hubs.
    """
    times = Times.of(command) if isinstance(command, ReportOutcomes) and command.times is not None else None
    if times is not None and isinstance(command, ReportOutcomes):
        kinds = [
            changed(kind, guids=guids)
            for kind in kinds
            for guids in parted_by_time(command, times, kind.record, kind.guids, at)
        ]
    behind = {kind.first: kind.guids for kind in kinds}
    few = judge(represented(roll_out, kinds), _among(command, kinds), at)
    return Judged(
        events=tuple(_timed(_said_of_all(event, behind), times) for event in few.events),
        messages=tuple((number, _said_of_all(message, behind)) for number, message in few.messages),
    )


def judge(roll_out: RollOut, command: AnyCommand, at: datetime) -> Judged:
    """What follows from a command for the hubs of the roll-out, one by one."""
    events = cast(tuple[AnyEvent, ...], decide(roll_out, command, at))
    hubs, state = dict(roll_out.hubs), roll_out
    messages: list[tuple[int, Message]] = []
    for number, event in enumerate(events):
        guids: GuidList | None = getattr(event, "guids", None)
        if guids is not None:
            # Only its own hubs are looked at: a notice or a plan has an event for each of ten thousand classes.
            state = changed(state, hubs={guid: hubs[guid] for guid in guids if guid in hubs})
        else:
            state = changed(state, hubs=hubs)
        after = evolve(state, event)
        messages += ((number, message) for message in react(state, event, after))
        hubs.update(after.hubs)
        state = after
    return Judged(events=events, messages=tuple(messages))


def represented(roll_out: RollOut, kinds: Sequence[Kind]) -> RollOut:
    """The roll-out with one hub of each kind, which counts for all of it."""
    return changed(
        roll_out,
        hubs={kind.first: changed(kind.record, guid=kind.first) for kind in kinds if kind.record is not None},
        in_flight={kind.first: kind.in_flight for kind in kinds if kind.in_flight is not None},
        standing_for={kind.first: len(kind.guids) for kind in kinds},
    )


def _among(command: AnyCommand, kinds: Sequence[Kind]) -> AnyCommand:
    """The command as if it named only those that stand for the others."""
    bare: Any = command
    if isinstance(command, ReportOutcomes):
        guids = GuidList(kind.first for kind in kinds)
        when, own = Times.of(command).among(guids)
        return changed(command, guids=guids, occurred_at=when, times=own)
    if hasattr(command, "guids"):
        return cast(AnyCommand, changed(bare, guids=GuidList(kind.first for kind in kinds)))
    named: dict[int, list[Guid]] = {}
    for kind in kinds:
        named.setdefault(kind.nth, []).append(kind.first)
    few = tuple(changed(one, guids=GuidList(named.get(nth, ()))) for nth, one in enumerate(bare.classes))
    return cast(AnyCommand, changed(bare, classes=few))


def _said_of_all(said: T, behind: Mapping[Guid, GuidList]) -> T:
    """An event or message about a few hubs, about all that they stand for."""
    bare: Any = said
    few: GuidList | None = getattr(said, "guids", None)
    if few is None:
        return said
    lists = [behind[guid] for guid in few]
    return cast(T, changed(bare, guids=lists[0] if len(lists) == 1 else GuidList.joined(lists)))


def _timed(event: AnyEvent, times: Times | None) -> AnyEvent:
    """An event about all hubs, with the time of each of them."""
    if times is None or not isinstance(event, Timed):
        return event
    when, own = times.among(event.guids)
    return changed(event, occurred_at=when, times=own)


NEED_CONSENTS: frozenset[type] = frozenset(
    {
        instructing_commands.Instruct,
        instructing_commands.WithdrawInstructions,
        instructing_commands.SetExclusions,
        handover_commands.PublishPlan,
        handover_commands.HandOver,
        handover_commands.LetHubsGo,
        supplier_commands.CompleteSupplierChange,
        instructing_events.InstructionsAccepted,
        instructing_events.InstructionsWithdrawn,
        instructing_events.ExclusionsSet,
        handover_events.HubsLetGo,
        supplier_events.SupplierChanged,
    }
)
"""Commands and events that look at what a hub's Suppliers have instructed; to all others it is the same."""

TOUCH_NO_HUB: frozenset[type] = frozenset(
    {
        notice_events.HubsLeftOut,
        pilot_events.PilotListSubmitted,
        pilot_events.PilotHubsRefused,
        pilot_events.PilotProgressRecorded,
        instructing_events.InstructionsRefused,
        handover_events.PlanRowsRefused,
        handover_events.HandOverRefused,
        outcome_events.ActivationConfirmed,
        outcome_events.OutcomesNoted,
        outcome_events.OutcomesRefused,
        supplier_events.SupplierChangeRefused,
    }
)
"""Events that name hubs and change none of them."""
