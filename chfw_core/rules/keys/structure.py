"""Nodes against the table of keys: what is in its place comes back as records, the rest as problems.

A part that is wrong is left out, so that the rest of the file is still checked in the same run.
"""

import re
from typing import assert_never

from attrs import field, frozen

from chfw_core.diagnostics import Span
from chfw_core.rules.keys.shapes import Either, Kind, ListOf, Named, Option, Shape, Text, Whole, Word, Written
from chfw_core.rules.problems.problem import Problems, closest, did_you_mean, listed, shown
from chfw_core.rules.text.nodes import ALIAS, Node, Scalar, Sequence, Table

_MOST_DIGITS = 15


@frozen(kw_only=True, eq=False)
class Record:
    """A mapping that was read: its keys that are in order. `has` also knows those that are not.

    `misspelt`: it has a key that is none, so what seems to be missing may be there.
    """

    span: Span
    keys: dict[str, Scalar] = field(factory=dict)
    values: "dict[str, Content]" = field(factory=dict)
    misspelt: bool = False

    def has(self, key: str) -> bool:
        """Whether the key is written there, in order or not."""
        return key in self.keys

    def key_span(self, key: str) -> Span:
        """The place of a key; of the whole where it is absent."""
        return self.keys[key].span if key in self.keys else self.span

    def scalar(self, key: str) -> Scalar | None:
        """The key's text."""
        value = self.values.get(key)
        return value if isinstance(value, Scalar) else None

    def word(self, key: str) -> str | None:
        """The key's text, as text alone."""
        scalar = self.scalar(key)
        return scalar.value if scalar is not None else None

    def whole(self, key: str) -> int | None:
        """The key's whole number."""
        scalar = self.scalar(key)
        return int(scalar.value) if scalar is not None else None

    def record(self, key: str) -> "Record | None":
        """The key's mapping."""
        value = self.values.get(key)
        return value if isinstance(value, Record) else None

    def records(self, key: str) -> "tuple[Record, ...]":
        """The mappings in the key's list; a single mapping is a list of one."""
        value = self.values.get(key)
        items = value if isinstance(value, tuple) else (value,)
        return tuple(item for item in items if isinstance(item, Record))

    def scalars(self, key: str) -> tuple[Scalar, ...]:
        """The texts in the key's list; a single text is a list of one."""
        value = self.values.get(key)
        items = value if isinstance(value, tuple) else (value,)
        return tuple(item for item in items if isinstance(item, Scalar))


Content = Scalar | Record | tuple["Content", ...]


def read_record(node: Node, shape: Shape, problems: Problems) -> Record | None:
    """A mapping with the keys of the shape; None where it is no mapping."""
    if not isinstance(node, Table):
        problems.add("E208", node.span, f"a mapping with the keys {_keys_of(shape)} belongs here")
        return None
    present = {key.value for key, _ in node.entries}
    absent = [key.name for key in shape.keys if key.name not in present]
    record = Record(span=node.span, misspelt=any(shape.key(name) is None for name in present))
    misspelt: set[str] = set()
    for key, value in node.entries:
        known = shape.key(key.value)
        if known is None:
            if not problems.full:
                near = closest(key.value, absent) or _said_elsewhere(key.value, absent)
                misspelt.add(near or "")
                hint = f"did you mean `{near}`?" if near else None
                problems.add("E205", key.span, f"no key called `{shown(key.value)}`", hint=hint)
            continue
        record.keys[known.name] = key
        content = read_content(value, known.kind, problems, known.name)
        if content is not None:
            record.values[known.name] = content
    for known in shape.keys:
        # A misspelt key is one mistake, not two.
        if known.required and known.name not in record.keys and known.name not in misspelt:
            problems.add("E207", record.span, f"the key `{known.name}` is missing")
    return record


_ELSEWHERE = {
    "if": "when",
    "when": "if",
    "condition": "when",
    "where": "when",
    "reason": "because",
    "why": "because",
    "description": "because",
    "name": "id",
    "action": "then",
    "do": "then",
}
"""What keys of a rule are called in other tools."""


def _said_elsewhere(written: str, absent: list[str]) -> str | None:
    meant = _ELSEWHERE.get(written.lower())
    return meant if meant in absent else None


def read_content(node: Node, kind: Kind, problems: Problems, what: str) -> Content | None:
    """The value of the key `what`, by its kind; None where it is something else."""
    if isinstance(node, Scalar) and node.style == ALIAS:
        return None
    match kind:
        case Shape():
            return read_record(node, kind, problems)
        case Text() | Word() | Whole() | Written():
            return _scalar(node, kind, problems, what)
        case ListOf():
            return _items(node, kind, problems, what)
        case Named():
            return _named(node, kind, problems, what)
        case Either():
            return _either(node, kind, problems, what)
        case _:
            assert_never(kind)


def _scalar(node: Node, kind: Text | Word | Whole | Written, problems: Problems, what: str) -> Scalar | None:
    if not isinstance(node, Scalar):
        problems.add("E208", node.span, f"`{what}` takes {_described(kind)}, not {_called(node)}")
        return None
    value = node.value
    if not value.strip():
        problems.add("E208", node.span, f"`{what}` is empty", hint=f"it takes {_described(kind)}")
        return None
    match kind:
        case Word() if value not in kind.values:
            known = did_you_mean(value, kind.values) or f"it takes {listed(kind.values)}"
            problems.add("E209", node.span, f"`{shown(value)}` is no `{what}`", hint=known)
        case Whole() if not _is_whole(value, kind):
            problems.add("E210", node.span, f"`{what}` takes {_described(kind)}, not `{shown(value)}`")
        case Text() if kind.pattern is not None and not re.fullmatch(kind.pattern, value):
            problems.add("E215", node.span, f"`{shown(value)}` is no `{what}`", hint=f"write {kind.form}")
        case _:
            return node
    return None


def _is_whole(value: str, kind: Whole) -> bool:
    digits = re.fullmatch(r"[0-9]+", value) is not None and len(value) <= _MOST_DIGITS
    return digits and kind.least <= int(value) <= kind.most


def _items(node: Node, kind: ListOf, problems: Problems, what: str) -> Content | None:
    items: tuple[Node, ...]
    if isinstance(node, Sequence):
        items = node.items
    elif isinstance(node, Scalar) and not node.value and not node.style:
        items = ()  # a block whose rules are all commented out
    else:
        problems.add("E208", node.span, f"`{what}` takes a list, not {_called(node)}", hint=_listed_hint(node))
        return None
    if len(items) < kind.least:
        problems.add("E208", node.span, f"`{what}` is empty")
    read = (read_content(item, kind.item, problems, what) for item in items)
    return tuple(content for content in read if content is not None)


def _listed_hint(node: Node) -> str | None:
    return f"write [{shown(node.value)}]" if isinstance(node, Scalar) else "begin each item with `-`"


def _named(node: Node, kind: Named, problems: Problems, what: str) -> Record | None:
    if isinstance(node, Scalar) and not node.value and not node.style:
        return Record(span=node.span)
    if not isinstance(node, Table):
        problems.add("E208", node.span, f"`{what}` takes names, each with its value, not {_called(node)}")
        return None
    record = Record(span=node.span)
    for key, value in node.entries:
        if not re.fullmatch(kind.pattern, key.value):
            problems.add("E215", key.span, f"`{shown(key.value)}` cannot be a name here", hint=f"write {kind.form}")
            continue
        record.keys[key.value] = key
        content = read_content(value, kind.item, problems, key.value)
        if content is not None:
            record.values[key.value] = content
    return record


def _either(node: Node, kind: Either, problems: Problems, what: str) -> Content | None:
    wanted: Kind | None = kind.mapping
    if isinstance(node, Scalar):
        wanted = kind.scalar
    elif isinstance(node, Sequence):
        wanted = kind.items
    if wanted is None:
        options = " or ".join(_described(option) for option in kind.options)
        problems.add("E208", node.span, f"`{what}` takes {options}, not {_called(node)}")
        return None
    if isinstance(wanted, Word) and isinstance(node, Scalar) and kind.mapping is not None:
        return _word_or_mapping(node, wanted, kind.mapping, problems, what)
    return read_content(node, wanted, problems, what)


def _word_or_mapping(node: Scalar, word: Word, mapping: Kind, problems: Problems, what: str) -> Content | None:
    """A word that is none of those is told of the mapping too, since that may have been meant."""
    if node.style == ALIAS or node.value in word.values or not node.value.strip() or not isinstance(mapping, Shape):
        return read_content(node, word, problems, what)
    known = did_you_mean(node.value, word.values) or f"it takes {listed(word.values)} or {_described(mapping)}"
    problems.add("E209", node.span, f"`{shown(node.value)}` is no `{what}`", hint=known)
    return None


def _called(node: Node) -> str:
    if isinstance(node, Scalar):
        return f"`{shown(node.value)}`" if node.value else "nothing"
    return "a list" if isinstance(node, Sequence) else "a mapping"


def _described(kind: Option | Whole) -> str:
    match kind:
        case Text():
            return kind.form
        case Word():
            return listed(kind.values)
        case Whole():
            return f"a whole number from {kind.least} to {kind.most}"
        case Written():
            return kind.what
        case ListOf():
            return "a list"
        case Shape():
            return f"a mapping with the keys {_keys_of(kind)}"
        case _:
            assert_never(kind)


def _keys_of(shape: Shape) -> str:
    return listed(key.name for key in shape.keys)
