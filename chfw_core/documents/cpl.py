"""Rows of the Central Products List as entries, with what is odd about them noted.

The real list has slips, and none of them may lose an entry: leading zeros gone where a spreadsheet
took hardware for a number, the letter O for a zero, colons, small letters, a maker's id that was
wrong for years, images without a hash, combinations that are there more than once. What can be
mended is mended and noted; what cannot is set aside with its line.
"""

import re
from collections.abc import Iterable

from attrs import frozen

from chfw_core.diagnostics import Diagnostic
from chfw_core.documents.bad_lines import BadLine, diagnostic
from chfw_core.documents.rows import Row
from chfw_core.errors import InputError
from chfw_core.model.products import CentralProductsList, CplEntry, CplStatus

NUMBER = "Entry.number"
STATUS = "Entry.status"
DEVICE_TYPE = "Device_Type.name"
MANUFACTURER = "Device_Model.manufacturer_identifier"
MODEL = "Device_Model.model_identifier"
HARDWARE = "Device_Model.hardware_version.version"
REVISION = "Device_Model.hardware_version.revision"
MODEL_AND_HARDWARE = "Device_Model.model_identifier_concatenated_with_hardware_version"
FIRMWARE = "Device_Model.firmware_version"
HASH = "Manufacturer_Image.hash"

CPL_COLUMNS = (
    NUMBER, STATUS, DEVICE_TYPE, MANUFACTURER, MODEL, HARDWARE, REVISION, MODEL_AND_HARDWARE, FIRMWARE, HASH,
)  # fmt: skip
REQUIRED_COLUMNS = (NUMBER, STATUS, DEVICE_TYPE, MANUFACTURER, FIRMWARE)

HUB = "Communications Hub"

KNOWN_SLIPS = {"5401": "1072"}
"""Maker ids that stand on the list for a maker whose id is another (WNC)."""

_NUMBER = re.compile(r"0*([0-9]{1,6})")
_AS_NUMBER = re.compile(r"([0-9]+)\.0+")


@frozen(kw_only=True)
class CplRead:
    """The list, what was mended or looks odd (warnings), and the lines set aside."""

    cpl: CentralProductsList
    notes: tuple[Diagnostic, ...]
    bad_lines: tuple[BadLine, ...]


def read_cpl(rows: Iterable[Row], file: str) -> CplRead:
    """Read rows with the list's own column names."""
    entries: list[CplEntry] = []
    notes: list[Diagnostic] = []
    bad: list[BadLine] = []
    for row in rows:
        reading = _Reading(row)
        try:
            entry = reading.entry()
        except InputError as problem:
            bad.append(BadLine(line=row.line, reason=str(problem)))
            continue
        for other in entries:
            if other.number == entry.number:
                what = "again, the same" if other == entry else "again, with other content"
                reading.note(f"entry {entry.number:06d} is there {what}")
        notes += [diagnostic("W407", file, row.line, message) for message in reading.notes]
        if entry not in entries:
            entries.append(entry)
    entries.sort(key=lambda entry: entry.number)
    return CplRead(cpl=CentralProductsList(entries), notes=tuple(notes), bad_lines=tuple(bad))


def entry_number(text: str) -> int:
    """`000012`, `0000012` and `00026` alike. Raises InputError."""
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        raise InputError(f"`{text}` is not an entry number")
    return int(found[1])


class _Reading:
    """One row, and what had to be mended to read it."""

    def __init__(self, row: Row) -> None:
        self._cells = {name: (cell or "").strip() for name, cell in row.cells.items()}
        self.notes: list[str] = []

    def note(self, message: str) -> None:
        self.notes.append(message)

    def entry(self) -> CplEntry:
        number = entry_number(self._cell(NUMBER))
        manufacturer = self._hex(MANUFACTURER, 4)
        if manufacturer in KNOWN_SLIPS:
            self.note(f"entry {number:06d}: maker {manufacturer} as listed; it means {KNOWN_SLIPS[manufacturer]}")
        return CplEntry(
            number=number,
            status=self._status(),
            device_type=" ".join(self._cell(DEVICE_TYPE).split()),
            manufacturer=manufacturer,
            device_model=self._device_model(number),
            firmware_version=self._hex(FIRMWARE, 8),
            image_hash=self._hash(number),
        )

    def _cell(self, name: str) -> str:
        written = self._cells.get(name, "")
        if not written:
            raise InputError(f"{name} is empty")
        return written

    def _status(self) -> CplStatus:
        written = self._cell(STATUS)
        for status in CplStatus:
            if written.casefold() == status.value.casefold():
                return status
        raise InputError(f"the status `{written}` is neither Current nor Removed")

    def _device_model(self, number: int) -> str:
        """Model and hardware: from its own column, else put together from the parts."""
        parts = (MODEL, HARDWARE, REVISION)
        whole = self._hex(MODEL_AND_HARDWARE, 8) if self._cells.get(MODEL_AND_HARDWARE) else None
        if whole is not None and not all(self._cells.get(part) for part in parts):
            return whole
        joined = self._hex(MODEL, 4) + self._hex(HARDWARE, 2) + self._hex(REVISION, 2)
        if whole is not None and whole != joined:
            self.note(f"entry {number:06d}: device model {whole} as listed; its parts make {joined}")
        return whole or joined

    def _hash(self, number: int) -> str | None:
        written = "".join(self._cells.get(HASH, "").split()).upper()
        if not written:
            return None
        if not re.fullmatch(r"[0-9A-F]{64}", written):
            self.note(f"entry {number:06d}: the image hash is not 64 hex digits and was left out")
            return None
        return written

    def _hex(self, name: str, digits: int) -> str:
        written = self._cell(name)
        mended = mend_hex(written, digits)
        if mended is None:
            raise InputError(f"{name}: `{written}` is not {digits} hex digits")
        if mended != written:
            self.note(f"{name}: `{written}` was read as {mended}")
        return mended


def mend_hex(written: str, digits: int) -> str | None:
    """Hex digits out of `0B:18:00:00`, `OB1E0000`, `4` or `4.0`; None where there are none to be had."""
    as_number = _AS_NUMBER.fullmatch(written)
    text = as_number[1] if as_number else re.sub(r"[\s:]", "", written)
    text = text.upper().replace("O", "0").rjust(digits, "0")
    return text if re.fullmatch(rf"[0-9A-F]{{{digits}}}", text) else None
