"""Holds and releases of triggers in JSON Lines, one record a line: what a roll-out tells a plan of them."""

import json
from collections.abc import Iterable
from typing import Final

from chfw_core.documents.rollout_values import by_name, canonical, read, write
from chfw_core.errors import InputError
from chfw_core.planning.trigger_records import TriggerHold, TriggerRecords, TriggerRelease

_KINDS: Final = by_name((TriggerHold, TriggerRelease))


def write_trigger_records(records: TriggerRecords) -> Iterable[str]:
    """The lines, without their ends."""
    return (canonical(write(one)).decode() for one in (*records.holds, *records.releases))


def read_trigger_records(lines: Iterable[str], file: str) -> TriggerRecords:
    """The inverse. Raises InputError for the first line that is no record: a hold passed over could not be undone."""
    found: list[object] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            content = json.loads(line)
            if not isinstance(content, dict):
                raise InputError("an object belongs here")
            found.append(read(content, _KINDS, "record"))
        except InputError as problem:
            raise InputError(f"`{file}`, line {number}: {problem}", hint=problem.hint) from None
        except (ValueError, RecursionError):
            raise InputError(
                f"`{file}`, line {number}: this is not JSON", hint="`chfw rollout fired --records` writes such a file"
            ) from None
    return TriggerRecords(
        holds=tuple(one for one in found if isinstance(one, TriggerHold)),
        releases=tuple(one for one in found if isinstance(one, TriggerRelease)),
    )
