"""A hub's GUID: the EUI-64 of its Communications Hub Function, as an unsigned 64-bit number.

Text is eight hex pairs joined by `-`, either case on input, upper case on output. Real GUIDs
exceed 2^63, so stores that know only signed numbers take `to_signed`, which keeps the order.
`keyed_hash` is the one fixed arithmetic hash by which hubs are sampled and ordered: the same on
every machine, in every engine and under any order of rows (I7).
"""

import hashlib
import re
from typing import NewType

from chfw_core.errors import InputError

Guid = NewType("Guid", int)

_TEXT = re.compile(r"(?:[0-9A-Fa-f]{2}-){7}[0-9A-Fa-f]{2}")
_PLAIN = re.compile(r"[0-9A-Fa-f]{16}")
_BETWEEN = re.compile(r"[-:. ]")
_NUMBER = re.compile(r"[0-9]+([.,][0-9]+)?[Ee]\+[0-9]+")
_DIGITS = re.compile(r"[1-9][0-9]{15}")
_EXACT = 1 << 53
_SIGN = 1 << 63
MASK_64 = (1 << 64) - 1


def parse_guid(text: str) -> Guid:
    """Read `88-73-84-90-6A-10-02-DB`, in either case. Raises InputError on anything else."""
    if not isinstance(text, str):
        raise InputError(f"`{text}` is not the text of a GUID", hint="`format_guid` makes text of a number")
    if not _TEXT.fullmatch(text):
        hint = how_written(text) or "write the EUI-64 as eight hex pairs joined by `-`, like 88-73-84-90-6A-10-02-DB"
        raise InputError(f"`{text}` is not a GUID", hint=hint)
    return Guid(int(text.replace("-", ""), 16))


def how_written(text: str) -> str | None:
    """The cure for a GUID in another tool's form; None where it is none."""
    if _NUMBER.fullmatch(text):
        return "a spreadsheet made a number of it: format the column as text"
    if _may_have_lost_digits(text):
        return (
            "it may be a number of a spreadsheet, and its last digits may be lost: ask for the list with GUIDs as text"
        )
    digits = _BETWEEN.sub("", text)
    return (
        f"write it as eight hex pairs joined by `-`: {format_guid(int(digits, 16))}"
        if _PLAIN.fullmatch(digits)
        else None
    )


def _may_have_lost_digits(text: str) -> bool:
    """Whether sixteen digits may be what a spreadsheet, or a number of 64 bits, has left of others."""
    if not _DIGITS.fullmatch(text):
        return False
    return text.endswith("0") or int(text) >= _EXACT


def format_guid(guid: int) -> str:
    """The upper-case text with hyphens. Raises InputError outside 0 … 2^64 - 1."""
    if not 0 <= guid <= MASK_64:
        raise InputError(f"{guid} is not an unsigned 64-bit number")
    return guid.to_bytes(8, "big").hex("-").upper()


def to_signed(guid: int) -> int:
    """A signed 64-bit number in the same order, for stores without an unsigned type."""
    return guid - _SIGN


def from_signed(number: int) -> Guid:
    """The inverse of `to_signed`."""
    return Guid(number + _SIGN)


def hash_key(text: str) -> int:
    """A 64-bit key from a seed or an id: the first eight bytes of its SHA-256."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def keyed_hash(guid: int, key: int) -> int:
    """The hub's place in the order named by `key`: a bijection on 64 bits, so never a tie."""
    mixed = ((guid ^ key) + 0x9E3779B97F4A7C15) & MASK_64
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & MASK_64
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & MASK_64
    return mixed ^ (mixed >> 31)
