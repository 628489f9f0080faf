"""The JSON Schema of a rule file, for editors: the table of keys once more, in another form."""

from typing import assert_never

from chfw_core.rules.keys import FILE
from chfw_core.rules.shapes import Either, Kind, ListOf, Named, Shape, Text, Whole, Word, Written

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
        "properties": {key.name: {"description": key.description, **_kind(key.kind, shapes)} for key in shape.keys},
    }


def _kind(kind: Kind, shapes: dict[str, object]) -> dict[str, object]:
    match kind:
        case Text():
            # An editor's YAML may take `2026` for a number where the rule language has text.
            text: dict[str, object] = {"type": _SCALAR}
            return text if kind.pattern is None else {"type": _SCALAR, "pattern": f"^(?:{kind.pattern})$"}
        case Word():
            return {"enum": list(kind.values)}
        case Whole():
            return {"type": "integer", "minimum": kind.least, "maximum": kind.most}
        case Written():
            return {"type": _SCALAR, "examples": list(kind.examples)}
        case ListOf():
            items: dict[str, object] = {"type": "array", "items": _kind(kind.item, shapes)}
            return {**items, "minItems": kind.least} if kind.least else items
        case Named():
            return {
                "type": "object",
                "propertyNames": {"pattern": f"^(?:{kind.pattern})$"},
                "additionalProperties": _kind(kind.item, shapes),
            }
        case Either():
            return {"anyOf": [_kind(option, shapes) for option in kind.options]}
        case Shape():
            if kind.name not in shapes:
                shapes[kind.name] = {}
                shapes[kind.name] = _shape(kind, shapes)
            return {"allOf": [{"$ref": f"#/definitions/{kind.name}"}]}
        case _:
            assert_never(kind)
