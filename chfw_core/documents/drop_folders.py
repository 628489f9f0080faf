"""The file of drop folders: which parties' folders are where, and in which format each place is sent its files (TR4).

YAML: `drop_folders: v1`, then `places`, each with `at`, a path or a URL. A place serves the `parties` that it names,
else whoever has a folder there.
"""

from collections.abc import Iterator
from enum import StrEnum

from attrs import frozen

from chfw_core.diagnostics import Diagnostic, in_order
from chfw_core.documents.kinds import Whole
from chfw_core.documents.structuring import Trouble, structure
from chfw_core.documents.yaml_nodes import read_document
from chfw_core.errors import InputError

VERSION = "v1"


class SentFormat(StrEnum):
    """In what messages are sent: `json` as they are in the outbox, else as a table with a row for each hub."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"
    JSONL = "jsonl"
    JSON = "json"


@frozen(kw_only=True)
class PlaceDocument:
    """A place with drop folders. `settle`: so many seconds a file without a manifest must have stayed as it was."""

    at: str
    parties: tuple[str, ...] | None = None
    format: SentFormat = SentFormat.CSV
    settle: Whole | None = None


@frozen(kw_only=True)
class DropFoldersDocument:
    """The file's keys. `estate`: what rules may ask of hubs beside what the ledger has."""

    drop_folders: str
    places: tuple[PlaceDocument, ...]
    estate: str | None = None


@frozen(kw_only=True)
class DropFoldersRead:
    """The document, or None where a problem stands in the way; the problems in order of place."""

    document: DropFoldersDocument | None
    problems: tuple[Diagnostic, ...]


def read_drop_folders(text: str, file: str) -> DropFoldersRead:
    """Read the file. Every problem of it is found in one go. Raises InputError for what is no text."""
    if not isinstance(text, str):
        raise InputError(f"drop folders are read from text, not from `{type(text).__name__}`")
    read = read_document(text, file)
    written = None
    if read.value is not None:
        written, troubles = structure(read.value, DropFoldersDocument)
        read.report(troubles)
        read.report(_version(read.value))
    if written is not None:
        read.report(_contradictions(written))
    found = tuple(in_order(read.found))
    return DropFoldersRead(document=None if found else written, problems=found)


def _version(value: object) -> Iterator[Trouble]:
    if isinstance(value, dict) and value.get("drop_folders", VERSION) != VERSION:
        message, hint = "this version of the file is not known", f"write `drop_folders: {VERSION}`"
        yield Trouble(path=("drop_folders",), code="E209", message=message, hint=hint)


def _contradictions(written: DropFoldersDocument) -> Iterator[Trouble]:
    if not written.places:
        yield Trouble(path=("places",), code="E207", message="no place is named")
    at: dict[str, int] = {}
    for number, place in enumerate(written.places):
        path = ("places", number)
        if at.setdefault(place.at.rstrip("/"), number) != number:
            hint = "name all its parties in one"
            yield Trouble(path=(*path, "at"), code="E403", message=f"`{place.at}` is there more than once", hint=hint)
        if place.parties is not None and not place.parties:
            hint = "leave the key out to serve whoever has a folder there"
            yield Trouble(path=(*path, "parties"), code="E207", message="no party is named", hint=hint)
        for nth, party in enumerate(place.parties or ()):
            if party in (place.parties or ())[:nth]:
                message = f"`{party}` is there more than once"
                yield Trouble(path=(*path, "parties", nth), code="E403", message=message)
