"""The answer to a file: a receipt beside it, and the rows that come back, each with its reason (BR5.1, BR5.2)."""

import json
from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from chfw_core.transport.port import Delivery, Reply
from chfw_core.transport.values import answer_values, events_values, rules_values
from chfw_files.documents.commands_in import ReadCommands, digest_of_file
from chfw_files.documents.returned import reasons_of, write_returned
from chfw_files.documents.returned_json import write_returned_lines
from chfw_files.drop.contents import Source
from chfw_files.drop.place import Found

FORM = "v1"


@frozen(kw_only=True)
class FileDelivery(Delivery):
    """A delivery that is a file. `source`: None where not even its name can be made out.

    `path`: below the party's `in`. `local`: the copy that was read. `read`: its rows; None where it has none.
    """

    found: Found
    manifest: Found | None
    path: str
    local: Path
    sha256: str
    source: Source | None = None
    read: ReadCommands | None = None


def returned_reasons(delivery: FileDelivery, reply: Reply) -> dict[int, str]:
    """Per row that comes back why: it could not be read, or its hub or its whole command was refused."""
    if delivery.read is None:
        return {}
    reasons = reasons_of(delivery.read.bad_rows)
    for answers, places in zip(reply.answers, delivery.read.places, strict=False):
        for answer in answers:
            refused = answer.receipt.refused
            if refused is not None:
                _add(reasons, places.rows.tolist(), f"{refused.reason}: {refused.cure}")
            for one in answer.receipt.refused_hubs:
                _add(reasons, places.of(one.guids), one.reason)
    if reply.events is not None:
        for place, reason in reply.events.refused.items():
            _add(reasons, [delivery.read.event_rows[place]], reason)
    return dict(sorted(reasons.items()))


def _add(reasons: dict[int, str], rows: list[int], reason: str) -> None:
    for row in rows:
        had = reasons.get(row)
        if had is None:
            reasons[row] = reason
        elif reason not in had.split("; "):
            reasons[row] = f"{had}; {reason}"


def write_rows_back(delivery: FileDelivery, target: Path, reasons: Mapping[int, str]) -> int:
    """The rows of the file that come back, in its format and order; how many."""
    assert delivery.source is not None
    if delivery.source.what.kind == "commands":
        return write_returned_lines(delivery.local, target, reasons)
    return write_returned(delivery.local, target, reasons)


def receipt_bytes(delivery: FileDelivery, reply: Reply, back: Mapping[str, object] | None, kept: str | None) -> bytes:
    """The receipt. `back`: what is said of the rows that come back; `kept`: where a document is in force."""
    what = None if delivery.source is None else delivery.source.what
    lines = {} if delivery.read is None else dict(enumerate(delivery.read.event_rows))
    content = {
        "receipt": FORM,
        "file": delivery.path,
        "sha256": delivery.sha256,
        "party": delivery.sender,
        "kind": None if what is None else what.kind,
        "release": None if what is None else what.release,
        "handed_in_before": delivery.before,
        "rows": None if delivery.read is None else delivery.read.row_count,
        "rows_back": back,
        "kept": kept,
        "problems": list(reply.problems),
        "remarks": list(reply.remarks),
        "answers": [
            {"release": command.release, "answers": [answer_values(one) for one in answers]}
            for command, answers in zip(delivery.commands, reply.answers, strict=False)
        ],
        "events": None if reply.events is None else events_values(reply.events, lines),
        "in_force": None if reply.rules is None else rules_values(reply.rules),
    }
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


def said_of_rows_back(path: str, local: Path, rows: int) -> dict[str, object]:
    """What the receipt says of the rows that come back."""
    return {"file": path, "rows": rows, "sha256": digest_of_file(local)}
