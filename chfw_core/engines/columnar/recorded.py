"""Explicit instructions by the column: rows that say the same are judged once (BR5.2).

A row's *kind* is all that it says but the GUID. The rows of one hub and Party together are a
*bundle* of kinds; bundles alike, on hubs of which the same is so, are judged by the core once.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import define, field
from numpy.typing import NDArray

from chfw_core.consent.model import Instruction, InstructionAction, InstructionGroup, Refusal
from chfw_core.engines.columnar.records import distinct_tuples
from chfw_core.model.guid import Guid
from chfw_core.model.parties import Party, SupplierRole
from chfw_core.model.window_text import read_window
from chfw_core.rules.triggered import is_of_trigger

Ints = NDArray[np.int64]
NO_TIME = np.iinfo(np.int64).min
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TEXTS = ("party", "role", "action", "group", "rule", "window")
_TIMES = ("opens", "closes", "received_at")


@define
class Bundles:
    """The rows that count, in order of GUID and Party.

    `row[i]` is the i-th row's number in the table. Bundle b has the rows `start[b]` … `start[b+1]`
    and belongs to `guid[b]` and `party[b]`; bundles with the same `content[b]` have the same kinds,
    which are `contents[content[b]]`.
    """

    row: Ints
    start: Ints
    guid: NDArray[np.uint64]
    party: list[str]
    content: Ints
    contents: list[tuple[Instruction, ...]]


@define
class Recorded:
    """An instructions table, as it is on file."""

    table: pa.Table
    refusals: list[tuple[int, str, str]] = field(factory=list)

    @property
    def mind_holidays(self) -> bool:
        """Whether bank holidays make a difference to the window of a row."""
        return any(read_window(text).not_on_bank_holidays for text in _codes(self.table, "window")[1] if text)

    def bundles(self, as_of: datetime, first_moment: datetime, rules_speak: bool) -> Bundles:
        """The rows received by `as_of`.

        Where today's rules speak for all, those of rules are left out but for hubs of which one row is over and another
        is not: there they say what both Suppliers agreed to.
        """
        count = self.table.num_rows
        texts = {name: _codes(self.table, name) for name in _TEXTS}
        times = {name: _instants(self.table, name) for name in _TIMES}
        counts = times["received_at"] <= _micros(as_of)
        guid = _numbers(self.table)
        if rules_speak:
            timed = counts & (times["closes"] != NO_TIME)
            over = timed & (times["closes"] <= _micros(first_moment))
            both = np.intersect1d(guid[over], guid[timed & ~over]) if over.any() else guid[:0]
            codes, rules = texts["rule"]
            # Those of triggers stand by themselves. The last one is for rows without a rule, whose code is -1.
            stands = np.array([*(is_of_trigger(rule) for rule in rules), True])
            counts &= stands[codes] | np.isin(guid, both)
        rows = np.flatnonzero(counts)
        columns = [codes[rows] for codes, _ in texts.values()] + [times[name][rows] for name in _TIMES]
        kinds, kind = distinct_tuples(columns) if count else (np.zeros((0, len(columns)), np.int64), rows)
        party = texts["party"][0][rows]
        order = np.lexsort((kind, party, guid[rows]))
        rows, kind, party, own = rows[order], kind[order], party[order], guid[rows][order]
        first = np.ones(len(rows), dtype=np.bool_)
        first[1:] = (own[1:] != own[:-1]) | (party[1:] != party[:-1])
        start = np.append(np.flatnonzero(first), len(rows))
        content, contents = _contents(kind, start)
        templates = [_template(row, texts) for row in kinds.tolist()]
        return Bundles(
            row=rows,
            start=start,
            guid=own[first],
            party=[texts["party"][1][code] for code in party[first].tolist()],
            content=content,
            contents=[tuple(templates[k] for k in kinds_of) for kinds_of in contents],
        )


def _instruction(guid: int, values: Mapping[str, object], row: int | None) -> Instruction:
    group, rule, window = (values.get(name) for name in ("group", "rule", "window"))
    opens, closes, received = (values.get(name) for name in _TIMES)
    return Instruction(
        guid=Guid(guid),
        party=Party(str(values["party"])),
        role=SupplierRole(str(values["role"])),
        opens=opens if isinstance(opens, datetime) else None,
        closes=closes if isinstance(closes, datetime) else None,
        received_at=received if isinstance(received, datetime) else _EPOCH,
        action=InstructionAction(str(values["action"])),
        group=None if group is None else InstructionGroup(str(group)),
        rule=None if rule is None else str(rule),
        window=None if window is None else str(window),
        row=row,
    )


def _template(kind: Sequence[int], texts: Mapping[str, tuple[Ints, list[str]]]) -> Instruction:
    """What all rows of one kind say; its GUID is none."""
    said: dict[str, object] = {
        name: texts[name][1][code] if code >= 0 else None for name, code in zip(_TEXTS, kind, strict=False)
    }
    for name, micros in zip(_TIMES, kind[len(_TEXTS) :], strict=True):
        said[name] = None if micros == NO_TIME else _EPOCH + timedelta(microseconds=micros)
    return _instruction(0, said, None)


def _contents(kind: Ints, start: Ints) -> tuple[Ints, list[tuple[int, ...]]]:
    """Number the distinct bundles: those of one row at once, the others one by one."""
    sizes = np.diff(start)
    single = sizes == 1
    content = np.zeros(len(sizes), dtype=np.int64)
    distinct, of = np.unique(kind[start[:-1][single]], return_inverse=True)
    content[single] = of
    contents: list[tuple[int, ...]] = [(number,) for number in distinct.tolist()]
    known: dict[tuple[int, ...], int] = {}
    for bundle in np.flatnonzero(~single).tolist():
        kinds = tuple(kind[start[bundle] : start[bundle + 1]].tolist())
        if known.setdefault(kinds, len(contents)) == len(contents):
            contents.append(kinds)
        content[bundle] = known[kinds]
    return content, contents


def _codes(table: pa.Table, name: str) -> tuple[Ints, list[str]]:
    column = table.column(name).combine_chunks() if name in table.column_names else pa.nulls(table.num_rows)
    if not pa.types.is_dictionary(column.type):
        column = column.cast(pa.string()).dictionary_encode()
    if isinstance(column, pa.ChunkedArray):
        column = column.unify_dictionaries().combine_chunks()
    codes = column.indices.cast(pa.int64()).fill_null(-1).to_numpy(zero_copy_only=False)
    return codes, column.dictionary.to_pylist()


def _instants(table: pa.Table, name: str) -> Ints:
    column = table.column(name).cast(pa.timestamp("us", tz="UTC")).cast(pa.int64())
    return np.asarray(pc.fill_null(column, int(NO_TIME)).to_numpy(), dtype=np.int64)


def _micros(instant: datetime) -> int:
    return (instant - _EPOCH) // timedelta(microseconds=1)


def _numbers(table: pa.Table) -> NDArray[np.uint64]:
    return np.asarray(table.column("guid").to_numpy(), dtype=np.uint64)


def refused(found: Sequence[tuple[int, str, str]], recorded: Recorded) -> tuple[Refusal, ...]:
    """Refusals in order of the table's rows: (row, code, reason).

    An instruction's `row` is the table's column `row` (the line in its file), or its place.
    """
    ordered = sorted(found)
    taken = recorded.table.take(pa.array([row for row, _, _ in ordered], pa.int64())).to_pylist()
    return tuple(
        Refusal(instruction=_instruction(int(values["guid"]), values, values.get("row", row)), code=code, reason=reason)
        for (row, code, reason), values in zip(ordered, taken, strict=True)
    )
