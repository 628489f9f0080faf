"""BR3, BR5.1, BR5.2: which instructions stand, and every refusal with its reason.

Whether an instruction is valid `chfw_core.consent` says; here is added what only a roll-out knows: how far
the hub is. Hubs alike are judged once, so that fifty thousand in one command (BR3.7) are a handful of questions.
"""

from datetime import datetime
from typing import assert_never

from chfw_core.consent.model import Instruction, InstructionAction, InstructionGroup
from chfw_core.consent.standing import refusal_of
from chfw_core.model.guid import Guid
from chfw_core.model.guid_list import GuidList
from chfw_core.model.parties import Party, SupplierRole
from chfw_core.rollout.agreement import facts_of
from chfw_core.rollout.base import RollOutEvent
from chfw_core.rollout.instructing import commands, events
from chfw_core.rollout.instructing.commands import InstructingCommand
from chfw_core.rollout.records import HubRecord, ReleaseRecord, RollOut
from chfw_core.rollout.refusals import Code, Sorted, hub_reason, refuse
from chfw_core.rollout.states import HUB_STATES, HubStep

Answer = tuple[str, str]
GOOD: Answer = ("", "")


def decide(roll_out: RollOut, command: InstructingCommand, at: datetime) -> tuple[RollOutEvent, ...]:
    """The events that follow, at least one. The gate has let the command through."""
    if not command.guids:
        return refuse(command, at, Code.NO_HUBS)
    match command:
        case commands.Instruct():
            if command.closes <= command.opens:
                return refuse(command, at, Code.NO_PERIOD)
            return _instruct(roll_out, command, at)
        case commands.WithdrawInstructions():
            return _withdraw(roll_out, command, at)
        case commands.SetExclusions():
            return _exclude(roll_out, command, at)
        case _:
            assert_never(command)


def _instruct(roll_out: RollOut, command: commands.Instruct, at: datetime) -> tuple[RollOutEvent, ...]:
    party, record = Party(command.by), roll_out.release
    pilot = record.pilots.get(party)
    chosen = pilot.guids if pilot is not None else GuidList()
    row = Instruction(
        guid=Guid(0),
        party=party,
        role=command.role,
        opens=command.opens,
        closes=command.closes,
        received_at=at,
        group=command.group,
        rule=command.rule,
        window=command.window,
    )
    answers, known = Sorted(), dict[object, Answer]()
    for guid in command.guids:
        hub = roll_out.hubs.get(guid)
        answer = _by_kind(record, hub, row, known)
        if answer == GOOD and command.group is InstructionGroup.PILOT and guid not in chosen:
            answer = hub_reason("not_in_pilot")  # BR2.3
        answers.add(*answer, guid)
    accepted = answers.take("")
    found: list[RollOutEvent] = []
    if accepted:
        found.append(  # BR5.1
            events.InstructionsAccepted(
                at=at,
                by=command.by,
                party=party,
                role=command.role,
                opens=command.opens,
                closes=command.closes,
                group=command.group,
                rule=command.rule,
                window=command.window,
                guids=accepted,
            )
        )
    return (*found, *_refused(command, answers, at))


def _by_kind(record: ReleaseRecord, hub: HubRecord | None, row: Instruction, known: dict[object, Answer]) -> Answer:
    """The answer for a hub, asked once for all that are alike in what it depends on."""
    kind = None
    if hub is not None:
        excluded = hub.excluded.get(row.party)
        kind = (hub.state, hub.suppliers, hub.automatic_at, excluded, hub.reason)
    if kind not in known:
        known[kind] = _judge(record, hub, row)
    return known[kind]


def _judge(record: ReleaseRecord, hub: HubRecord | None, row: Instruction) -> Answer:
    if hub is None:
        return hub_reason("unknown_guid")  # in the estate it may be
    # BR5.2. An amendment obeys the cut-off itself: refused, the former instruction stands.
    refused = refusal_of(row, facts_of(record, hub))
    if refused is not None and refused[0] == "not_responsible":
        return refused
    step = HubStep.TAKE_BACK if row.action is InstructionAction.WITHDRAW else HubStep.AGREE
    if refused is None and (hub.state, step) not in HUB_STATES:
        return hub_reason("not_waiting", state=hub.state.value.replace("_", " "))
    if refused is None and row.closes is not None and row.closes <= row.received_at:
        return hub_reason("period_over")
    return refused or GOOD


def _withdraw(roll_out: RollOut, command: commands.WithdrawInstructions, at: datetime) -> tuple[RollOutEvent, ...]:
    """Counts until the hand-over, after the cut-off too; also where a rule alone would have instructed."""
    party, record = Party(command.by), roll_out.release
    row = _taking_back(party, command.role, at)
    answers, known = Sorted(), dict[object, Answer]()
    for guid in command.guids:
        hub = roll_out.hubs.get(guid)
        answer = _by_kind(record, hub, row, known)
        former = hub.consent_of(party) if hub is not None and answer == GOOD else None
        if former is not None and former.period is None:
            answer = hub_reason("withdrawn_already")
        elif command.rule is not None and answer == GOOD and (former is None or former.rule != command.rule):
            answer = hub_reason("not_by_that_rule")
        answers.add(*answer, guid)
    taken_back = answers.take("")
    found: list[RollOutEvent] = []
    if taken_back:
        found.append(
            events.InstructionsWithdrawn(
                at=at, by=command.by, party=party, role=command.role, rule=command.rule, guids=taken_back
            )
        )
    return (*found, *_refused(command, answers, at))


def _exclude(roll_out: RollOut, command: commands.SetExclusions, at: datetime) -> tuple[RollOutEvent, ...]:
    """As late as a withdrawal: until the hub is handed over."""
    party, record = Party(command.by), roll_out.release
    row = _taking_back(party, command.role, at)
    answers, known = Sorted(), dict[object, Answer]()
    for guid in command.guids:
        answers.add(*_by_kind(record, roll_out.hubs.get(guid), row, known), guid)
    kept_out = answers.take("")
    found: list[RollOutEvent] = []
    if kept_out:
        found.append(
            events.ExclusionsSet(
                at=at,
                by=command.by,
                party=party,
                role=command.role,
                rule=command.rule,
                reason=command.reason,
                guids=kept_out,
            )
        )
    return (*found, *_refused(command, answers, at))


def _taking_back(party: Party, role: SupplierRole, at: datetime) -> Instruction:
    """What a withdrawal is judged as: it needs a hub that is its own, and not with its CSP yet."""
    return Instruction(
        guid=Guid(0),
        party=party,
        role=role,
        opens=None,
        closes=None,
        received_at=at,
        action=InstructionAction.WITHDRAW,
    )


def _refused(command: InstructingCommand, answers: Sorted, at: datetime) -> list[RollOutEvent]:
    return [
        events.InstructionsRefused(
            at=at,
            by=command.by,
            party=Party(command.by),
            role=command.role,
            code=code,
            reason=reason,
            guids=guids,
        )
        for code, reason, guids in answers.rest()
    ]
