"""An XLSX file looked over before any reader unpacks it: how large it is inside, its sheets and their merged cells.

An XLSX file is a ZIP archive of XML. A reader lays a sheet out as a rectangle from its first cell to its last, so
that two cells far apart ask for all the memory there is, and an archive can unpack to a thousand times its size,
whatever its list of contents says. So every part is unpacked here first, piece by piece and counted, and the cells'
addresses are read; nothing is kept of it but the figures.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from copy import copy
from pathlib import Path
from posixpath import join, normpath
from xml.etree import ElementTree as ET

import numpy as np
import numpy.typing as npt
from attrs import frozen

from chfw_core.errors import InputError
from chfw_files import limits
from chfw_files.file_errors import unreadable_file
from chfw_files.xlsx.extent import Extent, column_number

Ints = npt.NDArray[np.int64]

_PIECE = 4 << 20
_SMALL = 1 << 20
_LONG_TEXT = 1 << 16
_DESCRIPTION = 16 << 20
_REFERENCE = rb"([A-Za-z]{1,3}[0-9]{1,7}:[A-Za-z]{1,3}[0-9]{1,7})"
_MERGED = re.compile(rb"<(?:[A-Za-z]\w*:)?mergeCell\s[^>]*?\bref\s*=\s*[\"']" + _REFERENCE + rb"[\"']")
_SHARED = re.compile(rb"\bt\s*=\s*[\"']s[\"'][^>]*>\s*<(?:[A-Za-z]\w*:)?v>([0-9]{1,9})<")
_TEXT = re.compile(rb"<(?:[A-Za-z]\w*:)?si[\s/>]")
_OTHER_FILES = {b"\xd0\xcf\x11\xe0": "an old .xls file, or one that is protected by a password"}


@frozen(kw_only=True)
class Area:
    """A rectangle of cells, counted from 1, both ends included."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@frozen(kw_only=True)
class SheetOutline:
    """A sheet: `merged` are its merged cells, `cells` how many it writes down.

    `part`: its name in the archive. `as_usual`: all its cells are written `<c r="A1"…`, its rows `<row r="1"…`.
    """

    name: str
    part: str
    as_usual: bool
    hidden: bool
    cells: int
    merged: tuple[Area, ...]


@frozen(kw_only=True)
class Book:
    """The content of a file, which was found harmless, and its sheets in order.

    `since_1904`: days are counted from 1904, as some spreadsheets do, and not from 1900.
    """

    path: Path
    content: bytes
    sheets: tuple[SheetOutline, ...]
    since_1904: bool = False

    def unpacked(self, part: str) -> Iterator[bytes]:
        """A part once more, block by block. It was counted when the file was looked over."""
        with zipfile.ZipFile(io.BytesIO(self.content)) as archive:
            yield from _blocks(archive, archive.getinfo(part))


def open_book(path: Path) -> Book:
    """Look a file over. Raises InputError for one that is not XLSX, is damaged, or is too large inside."""
    content = _content(path)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            look = _Look(archive, path)
            sheets = tuple(look.sheets())
            return Book(path=path, content=content, sheets=sheets, since_1904=look.since_1904)
    except (
        zipfile.BadZipFile,
        zlib.error,
        ET.ParseError,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
        LookupError,  # an encoding that there is not, too
    ) as failure:
        raise not_xlsx(path, str(failure)) from failure


def not_xlsx(path: Path, why: str) -> InputError:
    """The message for a file that is damaged or another kind of file."""
    reason = " ".join(why.split()).strip("'\". ")[:200] or "it breaks off"
    return InputError(
        f"`{path}` is not a readable XLSX file: {reason}",
        hint="it may be cut off, or another kind of file: save it as an Excel workbook (.xlsx) again",
    )


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > limits.BOOK_BYTES:
            raise _too_large(path, f"it has more than {limits.BOOK_BYTES >> 20} MiB")
        content = path.read_bytes()
    except OSError as failure:
        raise unreadable_file(path, failure) from failure
    for start, what in _OTHER_FILES.items():
        if content.startswith(start):
            raise not_xlsx(path, f"it is {what}")
    return content


def _too_large(path: Path, why: str) -> InputError:
    return InputError(f"`{path}` is too large for a spreadsheet: {why}", hint="send it as .csv or .parquet")


class _Look:
    """One look through an archive."""

    def __init__(self, archive: zipfile.ZipFile, path: Path) -> None:
        self._archive, self._path = archive, path
        self._left = limits.BOOK_UNPACKED
        self.since_1904 = False
        parts = archive.infolist()
        if len(parts) > limits.BOOK_PARTS:
            raise _too_large(path, f"it is made of {len(parts):,} parts")
        self._parts = {part.filename: part for part in parts}
        if len(self._parts) < len(parts):
            raise not_xlsx(path, "a part is in it twice")
        if sum(part.file_size for part in parts) > limits.BOOK_UNPACKED:
            raise _too_large(path, f"unpacked it has more than {limits.BOOK_UNPACKED >> 30} GiB")
        for part in parts:
            if part.file_size > _SMALL and part.file_size > limits.BOOK_RATIO * max(part.compress_size, 1):
                raise _too_large(path, f"`{part.filename}` unpacks to {part.file_size:,} bytes of next to nothing")

    def sheets(self) -> Iterator[SheetOutline]:
        targets = self._targets("xl/_rels/workbook.xml.rels", "xl")
        longest, sizes = self._shared_texts()
        workbook = self._xml("xl/workbook.xml")
        self.since_1904 = any(one.get("date1904") in ("1", "true") for one in _named(workbook, "workbookPr"))
        found = [(sheet, targets.get(_attribute(sheet, "id"), "")) for sheet in _named(workbook, "sheet")]
        if not found:
            raise not_xlsx(self._path, "it has no sheet")
        scanned = set()
        for sheet, part in found:
            if not part.endswith(".xml") or "worksheets" not in part:
                continue  # a chart or a dialogue, which no reader of tables opens
            scanned.add(part)
            extent, merged = self._scan(part, longest, sizes)
            yield SheetOutline(
                name=sheet.get("name", ""),
                part=part,
                as_usual=extent.as_usual,
                hidden=sheet.get("state", "visible") != "visible",
                cells=extent.cells,
                merged=merged,
            )
        for name in self._parts.keys() - scanned:
            for _ in self._pieces(name):
                pass

    def _shared_texts(self) -> tuple[int, Ints]:
        """The length of the longest shared text, and that of each, in bytes of XML."""
        name = next((name for name in self._parts if name.lower() == "xl/sharedstrings.xml"), None)
        if name is None:
            return 0, np.zeros(0, dtype=np.int64)
        starts, at = [], 0
        for piece in self._pieces(name):
            starts += [at + found.start() for found in _TEXT.finditer(piece)]
            at += len(piece)
        places: Ints = np.array([*starts, at], dtype=np.int64)
        sizes = places[1:] - places[:-1]
        return int(sizes.max(initial=0)), sizes

    def _scan(self, name: str, longest: int, sizes: Ints) -> tuple[Extent, tuple[Area, ...]]:
        """How far a sheet's cells reach and its merged areas; refuses what would need too much memory."""
        found = Extent()
        merged: list[bytes] = []
        used: Ints = np.zeros(len(sizes) + 1, dtype=np.int64)
        for piece in self._pieces(name):
            found.take(piece)
            if b"mergeCell" in piece:
                merged += _MERGED.findall(piece)
            if longest > _LONG_TEXT:
                indexes = list(map(int, _SHARED.findall(piece)))
                np.add.at(used, np.minimum(np.array(indexes, np.int64), len(sizes)), 1)
        exact = int((used[:-1] * sizes).sum())
        self._check_size(name, found.rows, found.columns, found.cells, longest, exact)
        return found, tuple(_area(text.decode()) for text in merged)

    def _check_size(self, name: str, rows: int, columns: int, cells: int, longest: int, exact: int) -> None:
        if rows > limits.SHEET_ROWS or rows * columns > limits.BOOK_CELLS:
            raise _too_large(
                self._path,
                f"`{name}` spans {rows:,} rows and {columns:,} columns up to its last cell, most of them empty"
                if rows * columns > 4 * cells
                else f"`{name}` has {cells:,} cells",
            )
        if cells * longest > limits.BOOK_TEXT and exact > limits.BOOK_TEXT:
            raise _too_large(self._path, f"the texts of `{name}` have {exact:,} bytes")

    def _pieces(self, name: str) -> Iterator[bytes]:
        """A part, cut behind the end of tags into pieces of some MiB.

        Counted as they come: what the archive says of a part's size is not believed. Raises InputError.
        """
        packed = max(self._parts[name].compress_size, 1)
        size, rest = 0, b""
        for piece in _blocks(self._archive, self._parts[name]):
            size += len(piece)
            self._left -= len(piece)
            if self._left < 0 or (size > _SMALL and size > limits.BOOK_RATIO * packed):
                raise _too_large(self._path, f"`{name}` unpacks to more than {size:,} bytes")
            cut = piece.rfind(b">") + 1
            if not cut and len(rest) > limits.MAX_LINE:
                raise _too_large(self._path, f"a text of `{name}` has more than {limits.MAX_LINE:,} bytes")
            if cut:
                yield rest + piece[:cut]
                rest = piece[cut:]
            else:
                rest += piece
        yield rest

    def _xml(self, name: str) -> ET.Element:
        if self._parts[name].file_size > _DESCRIPTION:
            raise _too_large(self._path, f"`{name}` has {self._parts[name].file_size:,} bytes")
        text = b"".join(self._pieces(name))
        if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
            raise not_xlsx(self._path, f"`{name}` declares entities")
        return ET.fromstring(text)

    def _targets(self, name: str, folder: str) -> Mapping[str, str]:
        """Where the parts that a workbook refers to are, by their id."""
        targets = {}
        for one in _named(self._xml(name), "Relationship"):
            target = one.get("Target", "")
            place = target.lstrip("/") if target.startswith("/") else normpath(join(folder, target))
            targets[one.get("Id", "")] = place
        return targets


def _blocks(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """A part to its end, whatever the archive says of its size."""
    part = copy(part)
    part.file_size = limits.BOOK_UNPACKED + 1
    with archive.open(part) as file:
        while block := file.read(_PIECE):
            yield block


def _named(root: ET.Element, name: str) -> Iterator[ET.Element]:
    return (one for one in root.iter() if one.tag.rpartition("}")[2] == name)


def _attribute(element: ET.Element, name: str) -> str:
    """An attribute by its name in whatever namespace."""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def _area(text: str) -> Area:
    """`B2:D4`."""
    (first, last), places = text.split(":"), re.compile(r"([A-Za-z]+)([0-9]+)")
    one, other = places.fullmatch(first), places.fullmatch(last)
    assert one is not None
    assert other is not None
    return Area(
        first_row=int(one[2]),
        first_column=column_number(one[1]),
        last_row=int(other[2]),
        last_column=column_number(other[1]),
    )
