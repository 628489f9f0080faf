"""JSON Lines as a source: one object in each line, its keys are the columns, its values are texts.

Numbers keep the digits that they are written with. A list of texts is a set, joined by `|`; `null` and a key that is
not there mean missing. A line that is no such object is set aside with its reason.
"""

import csv
import io
import json
import re
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from attrs import frozen

from chfw_core.errors import InputError
from chfw_files import limits
from chfw_files.columns import TEXTS
from chfw_files.line_chunks import BOM, cut_at_lines, endless_line, mapped
from chfw_files.sources import RawChunk, Unreadable

CHUNK_BYTES = 8 << 20
_GUID = re.compile(r'"guid"\s*:\s*"([^"]{1,64})"')
_BRACKET = re.compile(r"[\[{\]}]")
_DEEP = f"brackets inside each other more than {limits.MAX_DEPTH_OF_JSON} deep"


@frozen(kw_only=True)
class _Lines:
    rows: tuple[Mapping[str, Any], ...]
    numbers: tuple[int, ...]
    wrong: tuple[tuple[int, str, str], ...]


class JsonlSource:
    """One file of JSON Lines. `names` are all keys that occur, in order of their first line."""

    def __init__(self, path: Path, plain: frozenset[str]) -> None:
        self.path = path
        self.types: Mapping[str, pa.DataType] = {}
        self._plain = plain
        self._data = mapped(path, "a line for each row is needed")
        if self._data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise InputError(f"`{path}` is not UTF-8: it is UTF-16", hint="save it as UTF-8")
        body = len(BOM) if self._data[:3] == BOM else 0
        self._cuts = cut_at_lines(path, self._data, body, CHUNK_BYTES)
        self.chunk_count: int = len(self._cuts) - 1
        self._lock = threading.Lock()
        self._last: tuple[int, _Lines] | None = None
        names: dict[str, None] = {}
        for index in range(self.chunk_count):
            for row in self._lines(index).rows:
                names.update(dict.fromkeys(row))
            if len(names) > limits.MAX_COLUMNS:
                break  # told of by whoever opens the source
        self.names: tuple[str, ...] = tuple(names)
        if self.chunk_count and not names:
            raise InputError(
                f"`{path}` has no line that is a JSON object", hint='write each row as {"guid": "…", …} in a line'
            )

    def read(self, index: int, names: Sequence[str]) -> RawChunk:
        """Raises InputError for text that is not UTF-8."""
        lines = self._lines(index)
        earlier = self._earlier(index)
        columns = {}
        for name in names:
            texts = [row.get(name) for row in lines.rows]
            kind = pa.string() if name in self._plain else TEXTS
            column = pa.array(texts, pa.string())
            columns[name] = column if kind == pa.string() else column.dictionary_encode()
        return RawChunk(
            columns=columns,
            rows=len(lines.rows),
            lines=lambda: np.array(lines.numbers, dtype=np.int64) + earlier,
            unreadable=[
                Unreadable(line=earlier + number, text=self._as_csv(text), reason=reason)
                for number, text, reason in lines.wrong
            ],
        )

    def _earlier(self, index: int) -> int:
        return self._data[: self._cuts[index]].count(b"\n")

    def _lines(self, index: int) -> _Lines:
        with self._lock:
            if self._last is None or self._last[0] != index:
                self._last = index, self._parse(index)
            return self._last[1]

    def _parse(self, index: int) -> _Lines:
        data = self._data[self._cuts[index] : self._cuts[index + 1]]
        try:
            text = data.decode()
        except UnicodeDecodeError as failure:
            place = self._earlier(index) + data.count(b"\n", 0, failure.start) + 1
            raise InputError(
                f"`{self.path}` is not UTF-8: line {place}, byte 0x{data[failure.start]:02X}", hint="save it as UTF-8"
            ) from None
        rows, numbers, wrong = [], [], []
        for number, line in enumerate(text.split("\n"), start=1):
            stripped = line.strip()
            if not stripped:
                continue
            if len(stripped) > limits.MAX_LINE:
                raise endless_line(self.path, self._earlier(index) + number)
            try:
                rows.append(read_object(stripped))
                numbers.append(number)
            except InputError as problem:
                wrong.append((number, stripped, str(problem)))
        return _Lines(rows=tuple(rows), numbers=tuple(numbers), wrong=tuple(wrong))

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
    return {key.strip(): _text(key, value) for key, value in found.items()}


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
