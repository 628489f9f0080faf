"""Many events of one type in one entry: what they share once, what differs as columns, their hubs packed.

Form 2 of an event. The payload is `{"type", "v": 2, "events": how many, "same": the fields that all share}`.
Beside it lie the packed rows, in their own form 1:

- the byte 1, the length of a header in four bytes, the header: `{"each": per field that differs its values, one
  for each event; "hubs": how many hubs each event has}`, as canonical JSON;
- the GUIDs of all events, one event after the other, each event's in ascending order: first as differences from
  the GUID before (modulo 2^64; the first from 0), eight bytes each, big-endian; then all first bytes, all
  second bytes, … all eighth bytes.

Neighbours differ little, so that most bytes are zeros that lie together and all but vanish where the entry is
compressed. Nothing in the form depends on a compression, so the same events have the same bytes and hash.
"""

import json
import sys
from array import array
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

from attrs import evolve, frozen

from chfw_core.documents.rollout_events import read_event
from chfw_core.documents.rollout_values import canonical, type_name, write
from chfw_core.errors import InputError
from chfw_core.model.guid import MASK_64
from chfw_core.model.guid_list import GuidList
from chfw_core.rollout.base import RollOutEvent
from chfw_core.rollout.events import AnyEvent

FORM = 2
_ROWS_FORM = 1
_LENGTH = 4
_SIZE = 8
_NO_HUBS = GuidList()


@frozen(kw_only=True)
class PackedEvents:
    """`payload`: canonical JSON in UTF-8; `rows`: the packed rows."""

    type: str
    payload: bytes
    rows: bytes


def pack_events(events: Sequence[AnyEvent]) -> PackedEvents:
    """Events of one type, at least one, each with a list of hubs. Raises InputError for others."""
    if not events or len({type(event) for event in events}) > 1 or not hasattr(events[0], "guids"):
        raise InputError("only events of one type that name hubs lie in one entry")
    bare: Sequence[Any] = events
    contents = [write(evolve(event, guids=_NO_HUBS)) for event in bare]
    named = dict.fromkeys(name for content in contents for name in content)
    names = [name for name in named if name not in ("type", "v", "guids")]
    each = {name: [content.get(name) for content in contents] for name in names}  # LEFT_OUT: some lack it
    same = {name: values[0] for name, values in each.items() if all(value == values[0] for value in values)}
    kind = type_name(type(events[0]))
    payload = canonical({"type": kind, "v": FORM, "events": len(events), "same": same})
    differing = {name: values for name, values in each.items() if name not in same}
    header = canonical({"each": differing, "hubs": [len(event.guids) for event in bare]})
    guids = array("Q", (guid for event in bare for guid in event.guids))
    rows = bytes([_ROWS_FORM]) + len(header).to_bytes(_LENGTH, "big") + header + _pack(guids)
    return PackedEvents(type=kind, payload=payload, rows=rows)


def is_packed(payload: bytes) -> bool:
    """Whether an entry's payload is that of many events."""
    try:
        content = json.loads(payload)
    except (ValueError, RecursionError):
        return False
    return isinstance(content, dict) and content.get("v") == FORM and not isinstance(content["v"], bool)


def unpack_events(payload: bytes, rows: bytes) -> tuple[RollOutEvent, ...]:
    """The inverse of `pack_events`. Raises InputError where the two are not of this form."""
    content, start = _object(payload, "payload"), 1 + _LENGTH
    if rows[:1] != bytes([_ROWS_FORM]) or len(rows) < start:
        raise InputError("these rows have another form", hint=f"this version reads form {_ROWS_FORM}")
    end = start + int.from_bytes(rows[1:start], "big")
    header = _object(rows[start:end], "header")
    if content.keys() != {"type", "v", "events", "same"} or header.keys() != {"each", "hubs"}:
        raise InputError("keys are missing here, or too many")
    count, same, each, hubs = content["events"], content["same"], header["each"], header["hubs"]
    if not (type(count) is int and isinstance(same, dict) and isinstance(each, dict) and isinstance(hubs, list)):
        raise InputError("values of another kind belong here")
    if count < 1 or any(not isinstance(values, list) or len(values) != count for values in (hubs, *each.values())):
        raise InputError(f"not every column has {count} values")
    if any(type(one) is not int or one < 0 for one in hubs) or same.keys() & {"guids", "type", "v", *each}:
        raise InputError("values of another kind belong here")
    guids = _unpack(rows[end:])
    if len(guids) != sum(hubs):
        raise InputError(f"{sum(hubs)} hubs are named, {len(guids)} are here")
    ends = list(accumulate(hubs))
    return tuple(
        read_event(
            {
                "type": content["type"],
                "v": 1,
                **same,
                **{name: values[at] for name, values in each.items()},
                "guids": GuidList.unpack(_big_endian(guids[ends[at] - hubs[at] : ends[at]])),
            }
        )
        for at in range(count)
    )


def _object(text: bytes, what: str) -> Mapping[str, Any]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise InputError(f"the {what} is no JSON") from None
    if not isinstance(content, dict):
        raise InputError(f"the {what} is no object")
    return content


def _pack(guids: "array[int]") -> bytes:
    differences = array("Q", ((now - before) & MASK_64 for before, now in zip((0, *guids), guids, strict=False)))
    lying = _big_endian(differences)
    return b"".join(lying[at::_SIZE] for at in range(_SIZE))


def _unpack(columns: bytes) -> "array[int]":
    hubs, rest = divmod(len(columns), _SIZE)
    if rest:
        raise InputError(f"{len(columns)} bytes are no GUIDs", hint="each takes eight bytes")
    lying = bytearray(len(columns))
    for at in range(_SIZE):
        lying[at::_SIZE] = columns[at * hubs : (at + 1) * hubs]
    differences = array("Q", bytes(lying))
    if sys.byteorder == "little":
        differences.byteswap()
    return array("Q", accumulate(differences, lambda before, by: (before + by) & MASK_64))


def _big_endian(numbers: "array[int]") -> bytes:
    turned = numbers[:]
    if sys.byteorder == "little":
        turned.byteswap()
    return turned.tobytes()
