"""JSON Schema (2020-12) of every document, for editors and for others' programs.

Made from the classes that read the documents and from the column tables, so that schema and reader
cannot drift apart. A table's schema is that of one row as CSV has it; empty = missing.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs

from chfw_core.documents import kinds
from chfw_core.documents.drop_folders import VERSION as DROP_FOLDERS_VERSION
from chfw_core.documents.drop_folders import DropFoldersDocument
from chfw_core.documents.events import COMMON_KEYS, NEEDS, keys_of
from chfw_core.documents.parameters import ParameterDocument
from chfw_core.documents.release import VERSION, ReleaseDocument
from chfw_core.documents.release_acts import near_release_act
from chfw_core.documents.structuring import ALIASES
from chfw_core.documents.tables import TABLES, Kind, TableColumn
from chfw_core.errors import UsageError
from chfw_core.model.events import EVENT_TYPES
from chfw_core.model.hubs import CSP_REGIONS
from chfw_core.rules.vocabulary.event_fields import EVENT_FIELDS
from chfw_core.rules.vocabulary.fields import FieldSpec, FieldType

Schema = dict[str, Any]

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_GUID = r"^([0-9A-Fa-f]{2}-){7}[0-9A-Fa-f]{2}$"
_DATE = r"^\d{4}-\d{2}-\d{2}$"
_INSTANT = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2}))?$"

DOCUMENTS = ("release", "parameters", "drop_folders", "event", *TABLES)
"""Every document that has a schema here; a rule file's is made where rule files are read."""


def json_schema(document: str) -> Schema:
    """The schema of one of `DOCUMENTS`. Raises UsageError for another name."""
    match document:
        case "release":
            schema = _of_class(ReleaseDocument)
            schema["properties"]["release"] = {"const": VERSION}
        case "drop_folders":
            schema = _of_class(DropFoldersDocument)
            schema["properties"]["drop_folders"] = {"const": DROP_FOLDERS_VERSION}
        case "parameters":
            schema = {"type": "object", "additionalProperties": _of_class(ParameterDocument)}
        case "event":
            schema = _of_event()
        case _ if document in TABLES:
            schema = _of_table(TABLES[document], others=document == "attributes")
        case _:
            raise UsageError(f"no schema called `{document}`")
    return {"$schema": _DRAFT, "title": document, **schema}


def _of_class(document: type) -> Schema:
    hints = get_type_hints(document)
    fields = attrs.fields(document)
    return {
        "type": "object",
        "description": (document.__doc__ or "").splitlines()[0],
        "properties": {ALIASES.get(f.name, f.name): _of_type(hints[f.name]) for f in fields},
        "required": [ALIASES.get(f.name, f.name) for f in fields if f.default is attrs.NOTHING],
        "additionalProperties": False,
    }


_SIMPLE: Mapping[object, Schema] = {
    str: {"type": "string", "minLength": 1},
    date: {"type": "string", "pattern": _DATE},
    kinds.Region: {"enum": list(CSP_REGIONS)},
    kinds.Hex8: {"type": "string", "pattern": "^[0-9A-Fa-f]{8}$"},
    kinds.Hex4: {"type": "string", "pattern": "^[0-9A-Fa-f]{4}$"},
    kinds.Instant: {"type": "string", "pattern": _INSTANT},
    kinds.PeriodEnd: {"type": "string", "pattern": _INSTANT},
    kinds.Count: {"type": "integer", "minimum": 1},
    kinds.Days: {"type": "integer", "minimum": 1, "maximum": kinds.MOST_DAYS},
    kinds.Whole: {"type": "integer", "minimum": 0},
}


def _of_type(kind: Any) -> Schema:
    if kind in _SIMPLE:
        return dict(_SIMPLE[kind])
    if attrs.has(kind):
        return _of_class(kind)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return {"enum": [member.value for member in kind]}
    arguments = get_args(kind)
    if get_origin(kind) in (Union, UnionType):
        return _of_type(next(argument for argument in arguments if argument is not type(None)))
    if get_origin(kind) is tuple:
        return {"type": "array", "items": _of_type(arguments[0])}
    # What is left is the one mapping that documents have: numbers by CSP region.
    return {
        "type": "object",
        "propertyNames": {"enum": list(CSP_REGIONS)},
        "additionalProperties": _of_type(arguments[1]),
    }


def _of_table(columns: tuple[TableColumn, ...], *, others: bool) -> Schema:
    return {
        "type": "object",
        "properties": {column.name: _of_column(column) for column in columns},
        "required": [column.name for column in columns if column.required],
        "additionalProperties": others,
    }


def _of_column(column: TableColumn) -> Schema:
    patterns: Mapping[Kind, Schema] = {
        Kind.GUID: {"pattern": _GUID},
        Kind.DATE: {"pattern": _DATE},
        Kind.INSTANT: {"pattern": _INSTANT},
        Kind.PERIOD_END: {"pattern": _INSTANT},
        Kind.HEX: {"pattern": f"^[0-9A-Fa-f]{{{column.digits}}}$"},
        Kind.WORD: {"enum": list(column.words)},
        Kind.WHOLE: {"pattern": "^[0-9]+$"},
        Kind.TEXT: {"minLength": 1},
        Kind.WINDOW: {
            "minLength": 1,
            "description": "hours of the week, such as `mon-fri 10:00-16:00`, by London time",
        },
        Kind.SET: {"description": "names joined by `|`"},
    }
    schema: Schema = {"type": "string", **patterns[column.kind]}
    return {"anyOf": [schema, {"enum": ["", None]}]} if column.nullable else schema


_OF_FIELD: Mapping[FieldType, Schema] = {
    FieldType.DATE: {"type": "string", "pattern": _INSTANT},
    FieldType.INSTANT: {"type": "string", "pattern": _INSTANT},
    FieldType.BOOLEAN: {"type": "boolean"},
    FieldType.GUID: {"type": "string", "pattern": _GUID},
}


def _of_field(spec: FieldSpec) -> Schema:
    schema: Schema = dict(_OF_FIELD.get(spec.type, {}))
    if spec.type is FieldType.ENUM:
        schema = {"enum": list(spec.values)}
    elif spec.type is FieldType.HEX:
        schema = {"type": "string", "pattern": f"^[0-9A-Fa-f]{{{spec.digits}}}$"}
    elif spec.name == "event.csp_region":
        schema = {"enum": list(CSP_REGIONS)}
    return {"description": spec.description, **schema}


def _only_keys_of(kind: str) -> Schema:
    """An act on the release has no other keys; nor has any other event, unless it is one hub's."""
    only: Schema = {"propertyNames": {"enum": [*COMMON_KEYS, *keys_of(kind)]}}
    if near_release_act(kind):
        return only
    return {"anyOf": [{"required": ["guid"], "properties": {"guid": {"type": "string"}}}, only]}


def _of_event() -> Schema:
    """Common keys, then for each known type what it needs and how its fields are written."""
    rules = [
        {
            "if": {"properties": {"type": {"const": kind}}},
            "then": {
                "properties": {
                    spec.name.removeprefix("event."): _of_field(spec)
                    for spec in EVENT_FIELDS[kind]
                    if spec.name not in ("event.at", "event.type", "event.guid", "event.party")
                },
                "required": list(NEEDS.get(kind, ())),
                **_only_keys_of(kind),
            },
        }
        for kind in EVENT_TYPES
    ]
    return {
        "type": "object",
        "properties": {
            "seq": {"type": "integer", "minimum": 0},
            "at": {"type": "string", "pattern": _INSTANT},
            "type": {"type": "string", "minLength": 1},
            "party": {"type": ["string", "null"], "minLength": 1},
            "guid": {"type": ["string", "null"], "pattern": _GUID},
        },
        "required": ["seq", "at", "type"],
        "allOf": rules,
    }
