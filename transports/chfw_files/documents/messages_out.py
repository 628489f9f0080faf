"""What the roll-out tells parties, as tables: a row for each hub, or one where no hub is named (BR1, BR3, BR5, CS1).

Every class of message has a table of its own; its columns are the message's fields, `guid` in the place of `guids`
(empty in the one row of a message about no hub, such as the receipt of an empty pilot list). A field that came later
than its message (`model.later_fields`) has a column only where one of the messages says something in it.
Where a field holds several things by name (what a decision means for hubs in each state), each has a row.
"""

import types
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs
import numpy as np
import pyarrow as pa

from chfw_core.messages import Message
from chfw_core.model.guid_list import GuidList
from chfw_core.model.later_fields import unsaid
from chfw_files.columns import TEXTS
from chfw_files.guids import numbers_of
from chfw_files.tables.writing import INSTANT, table_writer

HUBS_AT_ONCE = 100_000
_KEY = "name"


@attrs.frozen(kw_only=True)
class _Shape:
    """`plain`: fields with one value; `named`: fields that are mappings, all with the same names."""

    schema: pa.Schema
    plain: tuple[str, ...]
    named: tuple[str, ...]
    hubs: bool


def message_schema(kind: type[Message]) -> pa.Schema:
    """The columns of the table of one class of message, those that are seldom there included."""
    return _shape(kind, frozenset()).schema


def write_messages(path: str | Path, kind: type[Message], messages: Iterable[Message]) -> int:
    """Write messages of one class, in order; how many rows. Memory does not grow with the hubs.

    Raises OutputError, and InputError for an unknown extension and for what the format cannot hold.
    """
    messages = tuple(messages)
    shape = _shape(kind, unsaid(kind, messages))
    rows = 0
    with table_writer(path, shape.schema) as writer:
        for batch in _in_pieces(batch for message in messages for batch in _batches(message, shape)):
            writer.write(batch)
            rows += batch.num_rows
    return rows


def _in_pieces(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Small batches together: each is a row group in Parquet."""
    waiting: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        waiting.append(batch)
        rows += batch.num_rows
        if rows >= HUBS_AT_ONCE:
            yield _together(waiting)
            waiting, rows = [], 0
    if waiting:
        yield _together(waiting)


def _together(batches: Sequence[pa.RecordBatch]) -> pa.RecordBatch:
    if len(batches) == 1:
        return batches[0]
    (batch,) = pa.Table.from_batches(batches).unify_dictionaries().combine_chunks().to_batches()
    return batch


def _shape(kind: type[Message], without: Collection[str]) -> _Shape:
    hints = get_type_hints(kind)
    plain, named, types_of, hubs = [], [], {}, False
    for one in attrs.fields(kind):
        if one.name in without:
            continue
        hint = _without_none(hints[one.name])
        if hint is GuidList:
            hubs = True
        elif get_origin(hint) in (Mapping, dict) or getattr(get_origin(hint), "__name__", "") == "Mapping":
            named.append(one.name)
            types_of[one.name] = _arrow(get_args(hint)[1])
        else:
            plain.append(one.name)
            types_of[one.name] = _arrow(hint)
    fields = [(name, types_of[name]) for name in plain]
    if named:
        fields += [(_KEY, TEXTS), *((name, types_of[name]) for name in named)]
    if hubs:
        fields.insert(2, ("guid", pa.uint64()))
    return _Shape(schema=pa.schema(fields), plain=tuple(plain), named=tuple(named), hubs=hubs)


def _without_none(hint: Any) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        return next(one for one in get_args(hint) if one is not type(None))
    return hint


def _arrow(hint: Any) -> pa.DataType:
    if hint is datetime:
        return INSTANT
    if hint is date:
        return pa.date32()
    if hint is int:
        return pa.int64()
    return TEXTS


def _batches(message: Message, shape: _Shape) -> Iterator[pa.RecordBatch]:
    guids: GuidList | None = getattr(message, "guids", None) if shape.hubs else None
    if not guids:
        names = sorted({name for field in shape.named for name in getattr(message, field)})
        yield _batch(message, shape, None, names or [None])
        return
    numbers = numbers_of(guids)
    for start in range(0, len(numbers), HUBS_AT_ONCE):
        part = numbers[start : start + HUBS_AT_ONCE]
        yield _batch(message, shape, part, [None] * len(part))


def _batch(
    message: Message, shape: _Shape, guids: "np.ndarray[Any, Any] | None", names: Sequence[str | None]
) -> pa.RecordBatch:
    columns = {
        name: _repeated(_value(getattr(message, name)), shape.schema.field(name).type, len(names))
        for name in shape.plain
    }
    if shape.hubs:
        columns["guid"] = pa.nulls(len(names), pa.uint64()) if guids is None else pa.array(guids)
    if shape.named:
        columns[_KEY] = _column(names, TEXTS)
        for field in shape.named:
            values = getattr(message, field)
            columns[field] = _column([_value(values.get(name)) for name in names], shape.schema.field(field).type)
    return pa.RecordBatch.from_arrays([columns[name] for name in shape.schema.names], schema=shape.schema)


def _value(value: object) -> object:
    """A field's value as a cell has it: words of a set joined by `|`, `yes` and `no`."""
    match value:
        case bool():
            return "yes" if value else "no"
        case StrEnum():
            return value.value
        case tuple():
            return "|".join(str(_value(one)) for one in value)
        case _:
            return value


def _repeated(value: object, kind: pa.DataType, rows: int) -> pa.Array:
    if kind == TEXTS:
        texts = pa.array([] if value is None else [str(value)], pa.string())
        codes = pa.nulls(rows, pa.int32()) if value is None else pa.array(np.zeros(rows, dtype=np.int32))
        return pa.DictionaryArray.from_arrays(codes, texts)
    return pa.nulls(rows, kind) if value is None else pa.repeat(pa.scalar(value, kind), rows)


def _column(values: Sequence[object], kind: pa.DataType) -> pa.Array:
    if kind == TEXTS:
        return pa.array([None if value is None else str(value) for value in values], pa.string()).dictionary_encode()
    return pa.array(values, kind)
