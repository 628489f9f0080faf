"""Commands of a file, given once more: what is answered, what is tried anew, and what does not stand any more.

The keys of a file's commands are made of its content: sent again it is answered, and not carried out again
(I9). Two things follow that whoever sends it has to be told, or spared. An instruction that was confirmed may
have been amended since: its old answer is then not what stands (BR5.1). And a refusal changed nothing, so that
it is no last word: what was refused altogether is given anew, under a key that was not used yet.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeAlias

from attrs import evolve
from sqlalchemy import Connection, func, select

from chfw_app.rollout.service import RollOutService
from chfw_app.stores.bulk import among
from chfw_app.stores.tables import consent
from chfw_core.consent.model import InstructionGroup
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import Party
from chfw_core.rollout.commands import AnyCommand
from chfw_core.rollout.instructing.events import InstructionsAccepted, InstructionsWithdrawn
from chfw_core.transport.receipts import Answer

_NO_HUBS = GuidList()
_Said: TypeAlias = tuple[datetime | None, datetime | None, InstructionGroup | None, str | None, str | None]


def give_all(
    service: RollOutService,
    commands: Sequence[AnyCommand],
    *,
    anew: int | None,
    told: Callable[[str, float], None],
) -> tuple[Answer, ...]:
    """Gives commands; those that wait together are committed together.

    `anew`: how often a command that was refused altogether may have been tried once more, this time among them;
    None: as often as it is sent. A number makes the answer the same each time that number is given.

    A refused one is not, where another one after it was taken for one of its hubs: that one has the last word.
    Raises what RollOutService.submit does.
    """
    promises = [service.submit_later(command) for command in commands]
    found = []
    for command, promise in zip(commands, promises, strict=True):
        found.append(Answer.of(command, promise.result()))
        told("writing the ledger", len(found) / len(promises))
    if anew != 0:
        for number in _to_try_anew(found):
            found[number] = _anew(service, commands[number], anew)
    with service.store.read() as connection:
        return tuple(_compared(connection, commands, found))


def give(service: RollOutService, command: AnyCommand) -> Answer:
    """Gives one command. Raises what RollOutService.submit does."""
    answer = Answer.of(command, service.submit(command))
    if not answer.receipt.again:
        return answer
    with service.store.read() as connection:
        (compared,) = _compared(connection, [command], [answer])
    return compared


def _to_try_anew(found: Sequence[Answer]) -> list[int]:
    numbers: list[int] = []
    taken = _NO_HUBS
    for number in reversed(range(len(found))):
        answer = found[number]
        if not answer.receipt.nothing_taken:
            taken |= answer.guids
        elif answer.receipt.again and not answer.guids & taken:
            numbers.append(number)
    return numbers[::-1]


def _anew(service: RollOutService, command: AnyCommand, most: int | None) -> Answer:
    """Under the first key of a row that was not used yet, or was used to good purpose: no hub is taken twice."""
    times = 1
    while True:
        again = evolve(command, key=f"{command.key}/anew-{times}")
        answer = Answer.of(again, service.submit(again))
        if times == most or not (answer.receipt.again and answer.receipt.nothing_taken):
            return answer
        times += 1


def _compared(connection: Connection, commands: Sequence[AnyCommand], found: Sequence[Answer]) -> list[Answer]:
    """BR5.1: the answers, each with of how many hubs it is not true any more.

    What the same file said of a hub later is no surprise: it is compared there.
    """
    if not any(answer.receipt.again for answer in found):
        return list(found)
    compared = []
    said_later = _NO_HUBS
    for command, answer in zip(reversed(commands), reversed(found), strict=True):
        replaced, named = 0, _NO_HUBS
        for event in answer.receipt.events:
            match event:
                case InstructionsAccepted():
                    said: _Said = (event.opens, event.closes, event.group, event.rule, event.window)
                case InstructionsWithdrawn():
                    said = (None, None, None, None, None)
                case _:
                    continue
            if answer.receipt.again:
                guids = event.guids - said_later
                replaced += len(guids) - _standing(connection, command.release, event.party, guids, said)
            named |= event.guids
        said_later |= named
        compared.append(evolve(answer, not_standing=replaced))
    return compared[::-1]


def _standing(connection: Connection, release: str, party: Party, guids: GuidList, said: _Said) -> int:
    """Of how many of these hubs a Supplier's instruction is just this one; without times: its withdrawal."""
    opens, closes, group, rule, window = said
    query = (
        select(func.count())
        .select_from(consent)
        .where(consent.c.release == release, consent.c.party == party, among(connection, consent.c.guid, guids))
        .where(
            consent.c.opens.is_not_distinct_from(opens),
            consent.c.closes.is_not_distinct_from(closes),
            consent.c.group.is_not_distinct_from(None if group is None else group.value),
            consent.c.rule.is_not_distinct_from(rule),
            consent.c.hours.is_not_distinct_from(window),
        )
    )
    return int(connection.execute(query).scalar() or 0)
