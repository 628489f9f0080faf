"""Tables as lines of text, CSV or JSON Lines, put together by columns.

What follows a GUID repeats a lot, so each distinct rest of a line is made once. Text in CSV is written so that no
spreadsheet takes it for a formula (`escapes`).
"""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from chfw_files.guids import format_guids
from chfw_files.lines.escapes import escape

ROWS_AT_ONCE = 1 << 20
_FEW = 1000
_LARGE = pa.large_string()


class LineWriter:
    """Writes CSV, or JSON Lines with `as_json`."""

    def __init__(self, path: Path, schema: pa.Schema, *, as_json: bool) -> None:
        self._lines: Callable[[pa.RecordBatch], pa.Array] = json_lines if as_json else csv_lines
        self._sink = pa.OSFile(str(path), "wb")
        if not as_json:
            self._sink.write((",".join(map(_csv, schema.names)) + "\n").encode())

    def write(self, batch: pa.RecordBatch) -> None:
        """Append rows."""
        for start in range(0, batch.num_rows, ROWS_AT_ONCE):
            lines = self._lines(batch.slice(start, ROWS_AT_ONCE))
            _, offsets, data = lines.buffers()
            end = int(np.frombuffer(offsets, dtype=np.int64)[len(lines)])
            self._sink.write(data.slice(0, end))

    def close(self) -> None:
        """Finish the file."""
        self._sink.close()


def csv_lines(batch: pa.RecordBatch) -> pa.Array:
    """The rows as lines of CSV, in quotation marks only what needs them."""
    return _joined([(column, "") for column in batch.columns], _csv, "", "\n")


def json_lines(batch: pa.RecordBatch) -> pa.Array:
    """The rows as objects, a line each; what is missing is `null`, so that every line has every key."""
    named = zip(batch.columns, batch.schema.names, strict=True)
    return _joined([(column, json.dumps(name, ensure_ascii=False) + ":") for column, name in named], _json, "{", "}\n")


def plain_text(value: object) -> str:
    """A value as the text that CSV has, without quotation marks."""
    match value:
        case datetime():
            return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
        case bool():
            return "true" if value else "false"
        case list():
            return "|".join(map(str, value))
        case _:
            return str(value)


def _joined(
    columns: list[tuple[pa.Array, str]], render: Callable[[object], str], opening: str, closing: str
) -> pa.Array:
    """The lines. Each column comes with what stands before its values; `render` makes the text of a value."""
    pieces: list[pa.Array | _Repeated] = []
    for column, before in columns:
        if pa.types.is_uint64(column.type):
            pieces.append(_guids(column, before, render))
            continue
        piece = _Repeated.of(column, before, render)
        last = pieces[-1] if pieces else None
        both = last.followed_by(piece) if isinstance(last, _Repeated) else None
        if both is None:
            pieces.append(piece)
        else:
            pieces[-1] = both
    texts = [piece.texts() if isinstance(piece, _Repeated) else piece for piece in pieces]
    marks = [pa.scalar(mark, _LARGE) for mark in [","] * (len(texts) - 1) + [closing]]
    parts = [part for pair in zip(texts, marks, strict=True) for part in pair]
    return pc.binary_join_element_wise(pa.scalar(opening, _LARGE), *parts, pa.scalar("", _LARGE))


def _guids(column: pa.Array, before: str, render: Callable[[object], str]) -> pa.Array:
    texts = guid_texts(column)
    around = render("x").partition("x")
    if not before and around[0] == "":
        return texts
    whole = pc.binary_join_element_wise(
        pa.scalar(before + around[0], _LARGE), texts, pa.scalar(around[2], _LARGE), pa.scalar("", _LARGE)
    )
    return pc.if_else(pc.equal(pc.binary_length(texts), 0), pa.scalar(before + render(None), _LARGE), whole)


def guid_texts(column: pa.Array) -> pa.Array:
    """GUIDs as text; a missing one is empty."""
    if not column.null_count:
        return format_guids(column.to_numpy())
    texts = format_guids(pc.fill_null(column, pa.scalar(0, pa.uint64())).to_numpy())
    return pc.if_else(pc.is_null(column), pa.scalar("", _LARGE), texts)


class _Repeated:
    """Texts with many repetitions: a code for each row, and the text of each code."""

    def __init__(self, codes: npt.NDArray[np.int64], distinct: list[str]) -> None:
        self._codes, self._distinct = codes, distinct

    @classmethod
    def of(cls, column: pa.Array, before: str, render: Callable[[object], str]) -> "_Repeated":
        if pa.types.is_list(column.type):
            column = pc.binary_join(column, "|")
        if not pa.types.is_dictionary(column.type):
            column = column.dictionary_encode()
        texts = [before + render(value) for value in column.dictionary.to_pylist()]
        codes = pc.fill_null(column.indices.cast(pa.int64()), len(texts))
        return cls(codes.to_numpy(zero_copy_only=False), [*texts, before + render(None)])

    def followed_by(self, other: "_Repeated") -> "_Repeated | None":
        """Both as one; None where too few repeat for that to pay."""
        count = len(other._distinct)
        pairs = pa.array(self._codes * count + other._codes).dictionary_encode()
        if len(pairs.dictionary) > max(_FEW, len(pairs) // 32):
            return None
        firsts, seconds = np.divmod(pairs.dictionary.to_numpy(), count)
        texts = [
            f"{self._distinct[first]},{other._distinct[second]}"
            for first, second in zip(firsts.tolist(), seconds.tolist(), strict=True)
        ]
        return _Repeated(pairs.indices.to_numpy().astype(np.int64), texts)

    def texts(self) -> pa.Array:
        return pa.array(self._distinct, _LARGE).take(pa.array(self._codes))


def _csv(value: object) -> str:
    if value is None:
        return ""
    text = escape(value) if isinstance(value, str) else plain_text(value)
    if any(mark in text for mark in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def _json(value: object) -> str:
    plain = value if value is None or isinstance(value, str | bool | int | float) else plain_text(value)
    return json.dumps(plain, ensure_ascii=False, allow_nan=False)


def is_day(value: object) -> bool:
    """A date without a time."""
    return isinstance(value, date) and not isinstance(value, datetime)
