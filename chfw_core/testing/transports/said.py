"""A reply, and a receipt, as what a party is to read in it."""

from collections.abc import Iterable

from chfw_core.model.guid_list import GuidList
from chfw_core.testing.transports.ends import Said
from chfw_core.transport.port import Reply
from chfw_core.transport.receipts import Answer


def said_of(answers: Iterable[Answer]) -> Said:
    """What these answers say together."""
    taken, refused = False, dict[str, GuidList]()
    for answer in answers:
        receipt = answer.receipt
        taken = taken or not receipt.nothing_taken
        if receipt.refused is not None:
            refused[receipt.refused.reason] = refused.get(receipt.refused.reason, GuidList()) | answer.guids
        for one in receipt.refused_hubs:
            refused[one.reason] = refused.get(one.reason, GuidList()) | one.guids
    return Said(taken=taken, refused=refused)


def said_in(reply: Reply) -> Said:
    """What a reply says: problems that concern no hub are refusals too."""
    said = said_of(answer for answers in reply.answers for answer in answers)
    events = reply.events
    taken = said.taken or reply.rules is not None or (events is not None and bool(events.taken or events.again))
    reasons = (*reply.problems, *(() if events is None else events.refused.values()))
    return Said(taken=taken, refused={**said.refused, **{reason: GuidList() for reason in reasons}})
