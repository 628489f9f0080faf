"""What people call the columns of the lists, and the words in them."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import lru_cache
from unicodedata import category, normalize

from chfw_files.documents.lists import COLUMNS as TABLES
from chfw_files.documents.lists import ListKind

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "guid": (
        "guid",
        "chf guid",
        "ch guid",
        "hub guid",
        "device guid",
        "comms hub guid",
        "communications hub guid",
        "chf id",
        "chf device id",
        "ch id",
        "comms hub id",
        "hub id",
        "device id",
        "eui",
        "eui 64",
        "eui64",
        "chf eui 64",
        "communications hub",
        "comms hub",
        "chf",
    ),
    "result": (
        "result",
        "status",
        "outcome",
        "upgrade status",
        "upgrade result",
        "upgrade outcome",
        "pilot result",
        "pilot status",
        "success or failure",
        "success failure",
        "success",
    ),
    "reason": ("reason", "failure reason", "reason for failure", "failure code", "error", "error code"),
    "commentary": (
        "commentary",
        "comment",
        "comments",
        "notes",
        "note",
        "remarks",
        "dcc comments",
        "supplier comments",
    ),
    "party": ("party", "supplier", "supplier id", "market participant", "mpid", "responsible supplier"),
    "role": ("role", "supplier role", "fuel"),
    "opens": ("opens", "start", "start date", "from", "activation start", "planned start", "upgrade from"),
    "closes": ("closes", "end", "end date", "to", "activation end", "planned end", "upgrade by", "until"),
    "received_at": ("received at", "received", "date received", "instructed on", "request date"),
    "action": ("action", "request", "instruction"),
    "group": ("group", "phase"),
    "rule": ("rule",),
    "window": ("window", "windows", "hours", "time window", "time slot", "permitted hours"),
    "outcome": ("outcome", "result", "status", "upgrade outcome"),
    "occurred_at": ("occurred at", "date", "upgrade date", "date upgraded", "completed on", "activation date"),
    "firmware_version": ("firmware version", "firmware", "version", "new version", "fw version", "current firmware"),
    "observed_at": ("observed at", "as at", "date", "inventory date", "smi date"),
    "configuration_set": ("configuration set", "configuration", "dpl set", "config set"),
    "step": ("step", "change", "change status"),
    "effective": ("effective", "effective date", "change of supplier date", "cos date", "ssd"),
    "leaves": ("leaves", "old supplier", "losing supplier", "from supplier"),
    "joins": ("joins", "new supplier", "gaining supplier", "to supplier"),
    "vacant": ("vacant",),
}
"""By our name of a column what spreadsheets have in its place, without case and marks."""

WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "result": {
        "success": (
            "success",
            "successful",
            "succeeded",
            "pass",
            "passed",
            "complete",
            "completed",
            "done",
            "ok",
            "upgraded",
            "activated",
            "yes",
            "y",
        ),
        "failure": ("failure", "fail", "failed", "unsuccessful", "not successful", "error", "no", "n"),
    },
    "outcome": {
        "image_delivered": ("image delivered", "delivered", "downloaded", "distributed"),
        "activated": ("activated", "success", "successful", "complete", "completed", "upgraded"),
        "failed": ("failed", "fail", "failure", "unsuccessful", "error"),
    },
    "role": {
        "import": ("import", "import supplier", "electricity", "elec", "electric", "e"),
        "gas": ("gas", "gas supplier", "g"),
    },
    "action": {
        "instruct": ("instruct", "upgrade", "include", "approve", "approved", "yes", "y"),
        "withdraw": ("withdraw", "withdrawn", "remove", "exclude", "cancel", "cancelled"),
    },
    "group": {"pilot": ("pilot",), "safe_launch": ("safe launch", "mass", "main")},
    "step": {
        "announced": ("announced", "pending", "planned"),
        "cancelled": ("cancelled", "withdrawn", "objected"),
        "completed": ("completed", "complete", "done", "effective"),
    },
    "vacant": {"yes": ("yes", "y"), "no": ("no", "n")},
}
"""By column and our word what spreadsheets write."""

NOT_YET = (
    "in progress",
    "pending",
    "planned",
    "scheduled",
    "not started",
    "to do",
    "tbc",
    "awaiting",
    "waiting",
    "n a",
    "-",
    "\N{EN DASH}",
    "\N{EM DASH}",
)
"""In the place of a result: the row says that there is none yet."""

_MARKS = re.compile(r"[^0-9a-z]+")
_KEPT = ("L", "N", "M", "So", "Sm")
"""Beyond ASCII what bears meaning: letters, digits, and signs such as a tick and a cross."""
_LOOKS = "\N{VARIATION SELECTOR-15}\N{VARIATION SELECTOR-16}"
"""How a sign is drawn, not which one it is."""


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Without case and marks: `CHF-GUID (EUI64)` → `chf guid eui64`. Other scripts and signs stay; a mark alone too."""
    folded = normalize("NFKC", text).casefold().strip()
    if folded.isascii():
        return _MARKS.sub(" ", folded).strip() or folded
    kept = "".join(one if _bears_meaning(one) else " " for one in folded if one not in _LOOKS)
    return " ".join(kept.split()) or folded


def _bears_meaning(one: str) -> bool:
    return one.isalnum() if one.isascii() else category(one).startswith(_KEPT)


def column_called(text: str, wanted: Iterable[str]) -> str | None:
    """Which of our columns a heading means; None where it means none of them."""
    said = plain(text)
    return next((name for name in wanted if said in (plain(name), *COLUMNS[name])), None) if said else None


def nearly_called(text: str, wanted: Iterable[str]) -> str | None:
    """Which of our columns a heading nearly says."""
    by_name = {synonym: name for name in wanted for synonym in (plain(name), *COLUMNS[name])}
    near = get_close_matches(plain(text), by_name, n=1, cutoff=0.8)
    return by_name[near[0]] if near else None


def kind_of(found: Iterable[str]) -> ListKind:
    """Which list the columns make: the one that says most of those for which nothing is missing."""
    have = set(found)
    for kind in (ListKind.SUPPLIER_CHANGES, ListKind.INSTRUCTIONS, ListKind.PILOT_PROGRESS):
        if all(column.name in have for column in TABLES[kind] if column.required):
            return kind
    return ListKind.HUBS
