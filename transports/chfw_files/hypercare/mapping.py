"""Which column of a spreadsheet is which of a list: a file that is written at a first look, mended, and used again.

    spreadsheet: v1
    dates: day-first
    sheets:
      - sheet: Pilot
        header_row: 4
        kind: pilot_progress
        columns: {guid: CHF GUID, result: Status, commentary: Comments}
        words: {result: {Rolled back: failure, On order: skip}}

A sheet that is not named is refused: nothing is passed over unseen. `skip: yes` passes over one.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

import yaml
from attrs import field, frozen

from chfw_core.diagnostics import Diagnostic, in_order
from chfw_core.documents.kinds import Count
from chfw_core.documents.structuring import Trouble, structure
from chfw_core.documents.yaml_nodes import read_document
from chfw_core.rules.problems.problem import did_you_mean
from chfw_files.documents.lists import COLUMNS, ListKind
from chfw_files.hypercare.names import plain

VERSION = "v1"
_FIRST = Count(1)
SKIP = "skip"
"""In the place of a word: rows with it say nothing yet, and are counted."""


class DateOrder(StrEnum):
    """How `03/04/2026` is read."""

    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"


class Yes(StrEnum):
    """A switch."""

    YES = "yes"
    NO = "no"


@frozen(kw_only=True)
class SheetMapping:
    """One sheet. `columns`: by our name the heading there. `words`: by column what is written there, and our word.

    `fixed`: columns that the sheet does not have, each with the one value of all its rows.
    """

    sheet: str
    skip: Yes = Yes.NO
    header_row: Count = _FIRST
    kind: ListKind = ListKind.HUBS
    columns: Mapping[str, str] = field(factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(factory=dict)
    fixed: Mapping[str, str] = field(factory=dict)


@frozen(kw_only=True)
class SpreadsheetMapping:
    """The file's keys. `spreadsheet` is its version."""

    spreadsheet: str = VERSION
    dates: DateOrder = DateOrder.DAY_FIRST
    sheets: tuple[SheetMapping, ...]


@frozen(kw_only=True)
class MappingRead:
    """The mapping, or None where a problem stands in the way; the problems in order of place."""

    mapping: SpreadsheetMapping | None
    problems: tuple[Diagnostic, ...]


def read_mapping(text: str, file: str) -> MappingRead:
    """Read a mapping. Every problem of the file is found in one go."""
    document = read_document(text, file)
    mapping = None
    if document.value is not None:
        mapping, troubles = structure(document.value, SpreadsheetMapping)
        document.report(troubles)
        if mapping is not None:
            document.report(_contradictions(mapping))
    found = tuple(in_order(document.found))
    return MappingRead(mapping=None if found else mapping, problems=found)


def write_mapping(mapping: SpreadsheetMapping) -> str:
    """The text that `read_mapping` reads back; without what is as it is anyhow."""
    sheets = [_sheet(one) for one in mapping.sheets]
    content = {"spreadsheet": mapping.spreadsheet, "dates": mapping.dates.value, "sheets": sheets}
    text: str = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110)
    return text


def _sheet(one: SheetMapping) -> dict[str, object]:
    if one.skip is Yes.YES:
        return {"sheet": one.sheet, "skip": "yes"}
    content = {
        "sheet": one.sheet,
        "header_row": one.header_row,
        "kind": one.kind.value,
        "columns": dict(one.columns),
        "words": {column: dict(words) for column, words in one.words.items()},
        "fixed": dict(one.fixed),
    }
    return {key: value for key, value in content.items() if value}


def _contradictions(mapping: SpreadsheetMapping) -> Iterator[Trouble]:
    """What each value by itself allows."""
    if mapping.spreadsheet != VERSION:
        yield Trouble(
            path=("spreadsheet",),
            code="E209",
            message="this version of the mapping is not known",
            hint=f"write `spreadsheet: {VERSION}`",
        )
    names = [one.sheet for one in mapping.sheets]
    for at, one in enumerate(mapping.sheets):
        if one.sheet in names[:at]:
            yield Trouble(path=("sheets", at, "sheet"), code="E208", message=f"`{one.sheet}` is there more than once")
        if one.skip is Yes.NO:
            yield from _columns(one, ("sheets", at))


def _columns(one: SheetMapping, path: tuple[str | int, ...]) -> Iterator[Trouble]:
    declared = {column.name: column for column in COLUMNS[one.kind]}
    for key in ("columns", "fixed", "words"):
        for name in getattr(one, key):
            if name not in declared:
                yield _unknown((*path, key, name), f"`{one.kind}` has no column `{name}`", name, list(declared))
    for name in one.columns.keys() & one.fixed.keys():
        yield Trouble(path=(*path, "fixed", name), code="E208", message=f"`{name}` has a column already", at_key=True)
    missing = [c.name for c in declared.values() if c.required and c.name not in {*one.columns, *one.fixed}]
    if missing:
        listed = ", ".join(f"`{name}`" for name in missing)
        yield Trouble(path=path, code="E207", message=f"`{one.kind}` needs {listed}", hint="under `columns` or `fixed`")
    for name, words in one.words.items():
        known = [*(declared[name].words if name in declared else ()), SKIP]
        for written, word in words.items():
            if name in declared and word not in known:
                yield _unknown((*path, "words", name, written), f"`{word}` is no word of `{name}`", word, known)
        yield from _read_as_one(words, (*path, "words", name))


def _read_as_one(words: Mapping[str, str], path: tuple[str | int, ...]) -> Iterator[Trouble]:
    """Case and marks are not looked at: words that differ in nothing else cannot mean different things."""
    first: dict[str, str] = {}
    for written, word in words.items():
        former = first.setdefault(plain(written), written)
        if words[former] != word:
            yield Trouble(
                path=(*path, written),
                code="E208",
                message=f"`{written}` is read as `{former}` is, and means `{word}` here and `{words[former]}` there",
                hint="case and marks are not looked at",
                at_key=True,
            )


def _unknown(path: tuple[str | int, ...], message: str, name: str, known: Sequence[str]) -> Trouble:
    hint = did_you_mean(name, known) or f"one of {', '.join(known)}"
    return Trouble(path=path, code="E205", message=message, hint=hint)
