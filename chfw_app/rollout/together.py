"""What one delivery tells a Supplier of its hubs: the same, whichever command each thing comes from (NF7, BR3.3).

Each command sends messages of its own, and a command is most often one party's. Sent as they were made, the messages
to a Supplier would part its hubs by who their other Supplier is. So those that wait together become one where they say
the same; what a hub is told first comes before what any hub is told next, and nothing else sets the order.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from operator import itemgetter
from typing import get_args

from attrs import evolve

from chfw_core.documents.rollout_values import canonical, write
from chfw_core.messages import (
    ActivationAlert,
    ChangeExpected,
    HubNews,
    HubsRefused,
    HubsScheduled,
    InstructionReceipt,
    ListReceipt,
    OwnHubs,
    PilotProgress,
    SecondSupplier,
    SupplierJoins,
    SupplierLeaves,
    TriggerNotice,
)
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList

OfHubs = (
    HubNews
    | HubsScheduled
    | ActivationAlert
    | PilotProgress
    | SecondSupplier
    | OwnHubs
    | ChangeExpected
    | SupplierJoins
    | SupplierLeaves
    | TriggerNotice
)
"""Messages that say the same of each of their hubs, one by one: they can be joined and parted."""
OF_HUBS: tuple[type[OfHubs], ...] = get_args(OfHubs)
OWN = (InstructionReceipt, ListReceipt, HubsRefused)
"""Answers to what the reader itself did: they stay as they are, and part nothing of the others."""

_NO_HUBS = GuidList()


def joined(messages: Iterable[OfHubs]) -> list[OfHubs]:
    """What messages to one reader say, given in the order in which they were made: it hangs on single hubs alone.

    Hub by hub all is said in its order. Of the second Supplier the last alone is said: it is how things stand. What a
    rule tells of no hub is told as often as it was, before the rest.
    """
    told: Counter[Guid] = Counter()
    of_none: list[tuple[bytes, OfHubs]] = []
    second: dict[tuple[str, Guid], SecondSupplier] = {}
    bare: dict[tuple[int, str, bytes], OfHubs] = {}
    hubs: dict[tuple[int, str, bytes], list[Guid]] = defaultdict(list)
    for message in messages:
        if isinstance(message, SecondSupplier):
            said = evolve(message, guids=_NO_HUBS)
            second.update(((message.release, guid), said) for guid in message.guids)
            continue
        one = evolve(message, guids=_NO_HUBS)
        words = canonical(write(one))
        if not message.guids:
            of_none.append((words, one))
        for guid in message.guids:
            key = (told[guid], type(message).__name__, words)
            told[guid] += 1
            bare.setdefault(key, one)
            hubs[key].append(guid)
    found = [one for _, one in sorted(of_none, key=itemgetter(0))]
    found += [evolve(bare[key], guids=GuidList(hubs[key])) for key in sorted(hubs)]
    stands: dict[bytes, tuple[SecondSupplier, list[Guid]]] = {}
    for (_, guid), said in second.items():
        stands.setdefault(canonical(write(said)), (said, []))[1].append(guid)
    return [*found, *(evolve(said, guids=GuidList(guids)) for _, (said, guids) in sorted(stands.items()))]
