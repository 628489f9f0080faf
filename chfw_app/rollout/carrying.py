"""One command carried out in an open transaction: answered before, or loaded, decided, kept and told.

Where the command brings in hubs that another release has and ours overtakes, that release gives them up in
the same transaction: no hub is ever wanted by both (design 6, two releases).
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from chfw_app.rollout.judging import judged_by
from chfw_app.rollout.receipts import receipt_of
from chfw_app.rollout.telling import gathered, outgoing_of
from chfw_app.stores.rollout_codec import drafts_of, projections
from chfw_app.stores.store import WriteTransaction
from chfw_core.documents.rollout_commands import digest_of
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import DCC
from chfw_core.model.periods import as_utc
from chfw_core.rollout.agreement import firmware_of
from chfw_core.rollout.base import RollOutEvent
from chfw_core.rollout.commands import AnyCommand
from chfw_core.rollout.entries import Stamp
from chfw_core.rollout.notice.commands import SupersedeHubs
from chfw_core.rollout.notice.events import HubsAdded
from chfw_core.rollout.notice.two_releases import Order, order_of
from chfw_core.rollout.records import RollOut
from chfw_core.transport.receipts import Receipt

Clock = Callable[[], datetime]

SKEW = timedelta(seconds=5)
"""So far apart the clocks of two machines that write one ledger may be: what comes within it is dated as the
last entry. A clock that is further behind was put back, and the command is not taken."""


def carry_out(transaction: WriteTransaction, command: AnyCommand, clock: Clock) -> Receipt:
    """The command's answer, now or as it was given before under its key.

    Raises KeyReusedError and ClockWentBackError: then nothing was kept.
    """
    at = now_in(transaction, clock)
    stamp = Stamp(at=at, by=command.by, release=command.release, key=command.key, digest=digest_of(command))
    before = transaction.answered(stamp)
    if before is not None:
        return receipt_of(before)
    met = judged_by(transaction.connection, command, at)
    events = met.judged.events
    drafts = drafts_of(events)
    outgoing = [outgoing_of(message, drafts.places[number]) for number, message in gathered(met.judged.messages)]
    receipt = receipt_of(transaction.append(stamp, drafts.drafts, outgoing, projections(met.known)))
    for other, guids in overtaken(met.roll_out, events):
        giving_up = SupersedeHubs(
            by=DCC, key=f"{command.key}/overtakes/{other}", release=other, by_release=command.release, guids=guids
        )
        carry_out(transaction, giving_up, lambda: at)
    return receipt


def now_in(transaction: WriteTransaction, clock: Clock) -> datetime:
    """The time at which a command counts: the clock's, and never before the last entry's within `SKEW`."""
    now, last = as_utc(clock()), transaction.head.at
    return last if last is not None and last - SKEW <= now < last else now


def overtaken(roll_out: RollOut, events: Sequence[RollOutEvent]) -> list[tuple[str, GuidList]]:
    """The hubs that were added here and that another release has to give up, by that release."""
    if not roll_out.in_flight:
        return []
    firmware = firmware_of(roll_out.release)
    found: dict[str, list[Guid]] = defaultdict(list)
    added = (guid for event in events if isinstance(event, HubsAdded) for guid in event.guids)
    for guid in added:
        other = roll_out.in_flight.get(guid)
        if other is not None and order_of(firmware, other) is Order.OVERTAKES:
            found[other.release].append(guid)
    return [(release, GuidList(guids)) for release, guids in sorted(found.items())]
