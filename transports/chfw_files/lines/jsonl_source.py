"""JSON Lines as a source: one object in each line, its keys are the columns, its values are texts.

Numbers keep the digits that they are written with. A list of texts is a set, joined by `|`; `null` and a key that is
not there mean missing. A line that is no such object is set aside with its reason.
"""

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
from attrs import frozen

from chfw_core.errors import InputError
from chfw_files import limits
from chfw_files.lines.chunks import BOM, cut_at_lines, endless_line, mapped
from chfw_files.raw import Lines, RawChunk, Unreadable

CHUNK_BYTES = 8 << 20
_GUID = re.compile(r'"guid"\s*:\s*"([^"]{1,64})"')
_BRACKET = re.compile(r"[\[{\]}]")
_DEEP = f"brackets inside each other more than {limits.MAX_DEPTH_OF_JSON} deep"


@frozen(kw_only=True, eq=False)
class _Piece:
    """The rows of a piece of the file, by column; a column that none of them has is not there."""

    columns: Mapping[str, pa.Array]
    numbers: Lines
    wrong: tuple[tuple[int, str, str], ...]


class JsonlSource:
    """One file of JSON Lines, read when it is opened: which columns it has is known at its end.

    `names` are all keys that occur, in order of their first line.
    """

    def __init__(self, path: Path, plain: frozenset[str]) -> None:
        self.path = path
        self.types: Mapping[str, pa.DataType] = {}
        self._plain = plain
        data = mapped(path, "a line for each row is needed")
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise InputError(f"`{path}` is not UTF-8: it is UTF-16", hint="save it as UTF-8")
        cuts = cut_at_lines(path, data, len(BOM) if data[:3] == BOM else 0, CHUNK_BYTES)
        self._pieces: list[_Piece] = []
        names: dict[str, None] = {}
        earlier = 0
        for start, end in pairwise(cuts):
            content = data[start:end]
            self._pieces.append(self._parse(content, earlier))
            earlier += content.count(b"\n")
            names.update(dict.fromkeys(self._pieces[-1].columns))
            if len(names) > limits.MAX_COLUMNS:
                break  # told of by whoever opens the source
        self.names: tuple[str, ...] = tuple(names)
        self.chunk_count: int = len(self._pieces)
        if self.chunk_count and not names:
            raise InputError(
                f"`{path}` has no line that is a JSON object", hint='write each row as {"guid": "…", …} in a line'
            )

    def read(self, index: int, names: Sequence[str]) -> RawChunk:
        """One piece."""
        piece = self._pieces[index]
        rows = len(piece.numbers)
        return RawChunk(
            columns={name: self._column(piece, name) for name in names},
            rows=rows,
            lines=lambda: piece.numbers,
            unreadable=[
                Unreadable(line=number, text=self._as_csv(text), reason=reason) for number, text, reason in piece.wrong
            ],
        )

    def _column(self, piece: _Piece, name: str) -> pa.Array:
        column = piece.columns.get(name)
        if column is None:
            column = pa.nulls(len(piece.numbers), pa.string()).dictionary_encode()
        return column.dictionary_decode() if name in self._plain else column

    def _parse(self, content: bytes, earlier: int) -> _Piece:
        """`earlier`: how many lines are before."""
        try:
            text = content.decode()
        except UnicodeDecodeError as failure:
            place = earlier + content.count(b"\n", 0, failure.start) + 1
            raise InputError(
                f"`{self.path}` is not UTF-8: line {place}, byte 0x{content[failure.start]:02X}",
                hint="save it as UTF-8",
            ) from None
        rows, numbers, wrong = [], [], []
        for number, line in enumerate(text.split("\n"), start=earlier + 1):
            stripped = line.strip()
            if not stripped:
                continue
            if len(stripped) > limits.MAX_LINE:
                raise endless_line(self.path, number)
            try:
                rows.append(read_object(stripped))
                numbers.append(number)
            except InputError as problem:
                wrong.append((number, stripped, str(problem)))
        names = dict.fromkeys(name for row in rows for name in row)
        if len(names) > limits.MAX_COLUMNS:
            # More than any list has: what is in them is not asked for any more.
            columns = dict.fromkeys(names, pa.nulls(len(rows), pa.string()).dictionary_encode())
        else:
            columns = {
                name: pa.array([row.get(name) for row in rows], pa.string()).dictionary_encode() for name in names
            }
        return _Piece(columns=columns, numbers=np.array(numbers, dtype=np.int64), wrong=tuple(wrong))

    def _as_csv(self, text: str) -> str:
        """A line as a row of CSV that has its GUID in place: a row that is set aside may repeat that of a good one."""
        found = _GUID.search(text)
        cells = {"guid": found[1]} if found else {}
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow([cells.get(name, "") for name in self.names] or [text])
        return line.getvalue() if found else text


def read_object(line: str) -> dict[str, str | None]:
    """The texts of one line by key. Raises InputError for what is no such object."""
    if line.count("[") + line.count("{") > limits.MAX_DEPTH_OF_JSON and _is_deep(line):
        raise InputError(_DEEP)
    try:
        found = _DECODER.decode(line)
    except ValueError as failure:
        why = str(failure).splitlines()[0]
        raise InputError(f"not JSON: {why[:1].lower()}{why[1:]}") from None
    except RecursionError:
        raise InputError(_DEEP) from None
    if not isinstance(found, dict):
        raise InputError('not an object such as {"guid": "…"}')
    if all(value is None or type(value) is str for value in found.values()) and not any(map(_has_blanks, found)):
        return found
    return {key.strip(): _text(key, value) for key, value in found.items()}


def _has_blanks(key: str) -> bool:
    return key[:1].isspace() or key[-1:].isspace()


def _text(key: str, value: object) -> str | None:
    match value:
        case None:
            return None
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case list() if all(isinstance(one, str) and "|" not in one for one in value):
            return "|".join(value)
        case _:
            raise InputError(f"{key}: neither text nor a number nor a list of texts")


def _is_deep(line: str) -> bool:
    """Whether brackets are too deep inside each other: those inside of texts count too."""
    depth = 0
    for mark in _BRACKET.finditer(line):
        depth += 1 if mark[0] in "[{" else -1
        if depth > limits.MAX_DEPTH_OF_JSON:
            return True
    return False


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key `{twice}` is there more than once")
    return found


def _no_number(text: str) -> None:
    raise ValueError(f"`{text}` is not a number of JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_once, parse_int=str, parse_float=str, parse_constant=_no_number, strict=True
)
