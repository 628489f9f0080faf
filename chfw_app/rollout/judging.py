"""A command judged by what its hubs have in common, so that millions are judged as quickly as they can be read.

The kinds of hubs come from the store (`hub_rows`), what follows for each from the core
(`chfw_core.rollout.alike`): nothing here knows what a command means.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from attrs import frozen
from sqlalchemy import Connection

from chfw_app.rollout.loading import load
from chfw_app.stores.hub_rows import HubClass, classes_among
from chfw_app.stores.known_hubs import KnownHubs
from chfw_app.stores.staged_guids import disjoint
from chfw_core.consent.model import InstructionGroup
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.rollout.alike import NEED_CONSENTS, Judged, Kind, judge, judge_alike
from chfw_core.rollout.commands import AnyCommand
from chfw_core.rollout.handover import commands as handover
from chfw_core.rollout.instructing import commands as instructing
from chfw_core.rollout.notice import commands as notice
from chfw_core.rollout.outcomes import commands as outcomes
from chfw_core.rollout.records import InFlight, RollOut
from chfw_core.rollout.suppliers import commands as suppliers

BY_KINDS = (
    notice.NotifyRelease
    | notice.AddHubs
    | notice.SupersedeHubs
    | instructing.InstructingCommand
    | handover.PublishPlan
    | handover.HandOver
    | handover.HoldHubs
    | handover.LetHubsGo
    | handover.ExcludeHubs
    | handover.ProtectHubs
    | handover.LiftProtection
    | outcomes.OutcomeCommand
    | suppliers.SupplierCommand
)
"""Commands that may name a whole estate. Those of the pilot name few hubs, and are judged hub by hub."""


@frozen(kw_only=True)
class Met:
    """What follows from a command, and what it met: the roll-out, without its hubs where it was judged by kinds.

    `known`: what was read of its hubs then, for whoever keeps what follows in the same transaction.
    """

    roll_out: RollOut
    judged: Judged
    known: KnownHubs | None = None


def judged_by(connection: Connection, command: AnyCommand, at: datetime) -> Met:
    """What follows from a command."""
    lists = _lists(command)
    if not isinstance(command, BY_KINDS):
        roll_out = load(connection, command)
        return Met(roll_out=roll_out, judged=judge(roll_out, command, at))
    roll_out = load(connection, command, alike=True)
    if not disjoint(lists):  # a hub in two rows of a command: refused before any hub is looked at
        return Met(roll_out=roll_out, judged=judge(roll_out, command, at))
    consents = type(command) in NEED_CONSENTS
    found = classes_among(connection, command.release, lists, consents=consents)
    kinds = list(_kinds(found, roll_out, command, lists))
    return Met(
        roll_out=roll_out,
        judged=judge_alike(roll_out, command, at, kinds),
        known=KnownHubs.of(command.release, lists, found, consents=consents),
    )


def _lists(command: AnyCommand) -> tuple[GuidList, ...]:
    if isinstance(command, notice.NotifyRelease | notice.AddHubs | handover.PublishPlan):
        return tuple(one.guids for one in command.classes)
    guids: GuidList | None = getattr(command, "guids", None)
    return () if guids is None else (guids,)


def _kinds(
    found: Sequence[HubClass], roll_out: RollOut, command: AnyCommand, lists: Sequence[GuidList]
) -> Iterator[Kind]:
    chosen = _pilot_list(roll_out, command)
    known = defaultdict[int, list[GuidList]](list)
    for alike in found:
        known[alike.nth].append(alike.guids)
        inside = alike.guids & chosen if chosen else GuidList()
        for guids in (inside, alike.guids - inside) if inside else (alike.guids,):
            if guids:
                yield Kind(record=alike.record, guids=guids, nth=alike.nth)
    for nth, guids in enumerate(lists):
        rest = guids if nth not in known else _without(guids, known[nth])
        for other, some in _by_other_release(rest, roll_out):
            yield Kind(record=None, guids=some, nth=nth, in_flight=other)


def _pilot_list(roll_out: RollOut, command: AnyCommand) -> GuidList:
    """BR2.3: the one thing about a hub, beside what is known of it, that the answer to an instruction hangs on."""
    if isinstance(command, instructing.Instruct) and command.group is InstructionGroup.PILOT:
        for party, chosen in roll_out.release.pilots.items():
            if party == command.by:
                return chosen.guids
    return GuidList()


def _without(guids: GuidList, known: Sequence[GuidList]) -> GuidList:
    """The hubs that the release has not; most often none."""
    return GuidList() if sum(map(len, known)) == len(guids) else guids - GuidList.joined(known)


def _by_other_release(guids: GuidList, roll_out: RollOut) -> Iterator[tuple[InFlight | None, GuidList]]:
    if not roll_out.in_flight:
        if guids:
            yield None, guids
        return
    found = defaultdict[InFlight | None, list[Guid]](list)
    for guid in guids:
        found[roll_out.in_flight.get(guid)].append(guid)
    for other, some in found.items():
        yield other, GuidList(some)
