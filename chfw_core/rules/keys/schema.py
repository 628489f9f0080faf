"""The JSON Schema of a rule file, for editors: the table of keys once more, in another form."""

from collections.abc import Mapping
from typing import assert_never

from chfw_core.rules.keys.shapes import Either, Key, Kind, ListOf, Named, Shape, Text, Whole, Word, Written
from chfw_core.rules.keys.table import CONDITION, FILE
from chfw_core.rules.vocabulary.words import WORDS, fields_of_conditions, suggestions

_SCALAR = ["string", "number", "boolean"]


def rule_file_schema() -> dict[str, object]:
    """The whole schema, draft 7 (the one that editors know best)."""
    shapes: dict[str, object] = {}
    root = _shape(FILE, shapes)
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "chfw rule file, version 1",
        **root,
        "definitions": dict(sorted(shapes.items())),
    }


def _shape(shape: Shape, shapes: dict[str, object]) -> dict[str, object]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [key.name for key in shape.keys if key.required],
        "properties": {key.name: _property(shape, key, shapes) for key in shape.keys},
    }


def _property(shape: Shape, key: Key, shapes: dict[str, object]) -> dict[str, object]:
    says: dict[str, object] = {"description": key.description}
    if key.kind == CONDITION:
        fields = fields_of_conditions(shape.name, key.name)
        says["markdownDescription"] = f"{key.description}\n\nFields:\n\n{fields}"
    return {**says, **_kind(key.kind, shapes, suggestions(shape.name, key.name))}


def _enum(words: Mapping[str, str]) -> dict[str, object]:
    """`enumDescriptions` is what editors know beyond the standard."""
    return {"enum": list(words), "enumDescriptions": list(words.values())}


def _kind(kind: Kind, shapes: dict[str, object], known: Mapping[str, str]) -> dict[str, object]:
    """A kind as a schema. `known`: names that an editor proposes where others may stand too."""
    match kind:
        case Text():
            # An editor's YAML may take `2026` for a number where the rule language has text.
            text: dict[str, object] = {"type": _SCALAR}
            if known:
                return {"anyOf": [_enum(known), text]}
            return text if kind.pattern is None else {"type": _SCALAR, "pattern": f"^(?:{kind.pattern})$"}
        case Word():
            return _enum({word: WORDS[word] for word in kind.values})
        case Whole():
            return {"type": "integer", "minimum": kind.least, "maximum": kind.most}
        case Written():
            return {"type": _SCALAR, "examples": list(kind.examples)}
        case ListOf():
            items: dict[str, object] = {"type": "array", "items": _kind(kind.item, shapes, known)}
            return {**items, "minItems": kind.least} if kind.least else items
        case Named():
            return {
                "type": "object",
                "propertyNames": {"pattern": f"^(?:{kind.pattern})$"},
                "additionalProperties": _kind(kind.item, shapes, {}),
            }
        case Either():
            return {"anyOf": [_kind(option, shapes, known) for option in kind.options]}
        case Shape():
            if kind.name not in shapes:
                shapes[kind.name] = {}
                shapes[kind.name] = _shape(kind, shapes)
            return {"allOf": [{"$ref": f"#/definitions/{kind.name}"}]}
        case _:
            assert_never(kind)
