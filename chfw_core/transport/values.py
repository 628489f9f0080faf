"""Answers as plain values, fit for JSON: the one form in which programs are told what became of what they sent."""

from collections.abc import Mapping

from chfw_core.model.guid import format_guid
from chfw_core.model.periods import format_instant
from chfw_core.transport.receipts import Answer, EventsAnswer, RefusedHubs, RulesAnswer


def answer_values(answer: Answer) -> dict[str, object]:
    """One answer. `not_standing`: hubs of which something else stands now than was answered.

    The numbers of entries are null where whoever gave the command may not see them (NF7).
    """
    receipt, refused = answer.receipt, answer.receipt.refused
    said = None
    if refused is not None:
        guids = [format_guid(guid) for guid in answer.guids]
        said = {"code": refused.code, "reason": refused.reason, "cure": refused.cure, "guids": guids}
    return {
        "key": answer.key,
        "again": receipt.again,
        "answered_at": format_instant(receipt.answered_at),
        "not_standing": answer.not_standing,
        "first_entry": receipt.first_seq if receipt.entries_shown else None,
        "last_entry": receipt.last_seq if receipt.entries_shown else None,
        "taken": [{"what": what, "hubs": hubs} for what, hubs in receipt.taken],
        "refused": said,
        "refused_hubs": [_hubs(one) for one in receipt.refused_hubs],
        "noted_hubs": [_hubs(one) for one in receipt.noted_hubs],
    }


def _hubs(one: RefusedHubs) -> dict[str, object]:
    return {"code": one.code, "reason": one.reason, "guids": [format_guid(guid) for guid in one.guids]}


def events_values(answer: EventsAnswer, lines: Mapping[int, int]) -> dict[str, object]:
    """What became of events. `lines`: where each stands, as its sender counts."""
    refused: dict[str, list[int]] = {}
    for place, reason in sorted(answer.refused.items()):
        refused.setdefault(reason, []).append(lines[place])
    return {
        "taken": dict(sorted(answer.taken.items())),
        "again": answer.again,
        "refused": [{"reason": reason, "lines": where} for reason, where in refused.items()],
    }


def rules_values(answer: RulesAnswer) -> dict[str, object]:
    """Which rules are in force."""
    return {
        "version": answer.version,
        "files": answer.files,
        "triggers": answer.triggers,
        "warnings": list(answer.warnings),
    }
