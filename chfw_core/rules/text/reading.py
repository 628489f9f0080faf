"""From a file's text to nodes with places: a small, strict part of YAML, typed by nobody but us.

The tree is built from libyaml's events, one by one, so a hostile file is refused where it becomes
one: the size before anything is parsed, the depth at the first bracket too many, aliases before
anything could grow. There is no recursion and no implicit typing: `on` stays `on`.
"""

import re
from collections.abc import Iterator
from typing import Any

from attrs import define, field

from chfw_core.diagnostics import Span
from chfw_core.rules.problems.problem import Problems, Source, shown
from chfw_core.rules.text.borrowed import is_like_a_field
from chfw_core.rules.text.nodes import ALIAS, Node, Scalar, Sequence, Table

MAX_BYTES = 1 << 20
MAX_DEPTH = 32

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def too_large(text: str) -> bool:
    """Whether the text has more than 1 MiB. Looks at its length first, and encodes only what is short."""
    return len(text) > MAX_BYTES or len(text.encode(errors="surrogatepass")) > MAX_BYTES


def read_nodes(source: Source, problems: Problems) -> Node | None:
    """The file's one document as nodes; None where it could not be read to its end."""
    bad = _UNPRINTABLE.search(source.text)
    if bad is not None:
        span = source.span(bad.start())
        character = f"U+{ord(bad[0]):04X}"
        problems.add("E201", span, f"the character {character} may not stand in a YAML file")
        return None
    import yaml  # loaded where it is used: `import chfw_core` stays light

    builder = _Builder(source=source, problems=problems)
    try:
        for event in _events(yaml, source.text):
            if not builder.take(event, type(event).__name__):
                return None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = error.problem or error.context or "unreadable"
        place = builder.place(mark)
        problems.add(
            "E201", place, f"this is not YAML: {what}", hint=_yaml_hint(what, source.line(place.line), place.column)
        )
        return None
    if builder.root is None:
        problems.add("E201", Span(file=source.file, line=1, column=1), "the file is empty")
    return builder.root


def _yaml_hint(what: str, line: str, column: int) -> str | None:
    if "cannot start any token" in what:
        char = line[column - 1 : column]
        return _TAB if char == "\t" else f"text that begins with `{char}` goes in quotes as a whole" if char else None
    if "expected key" in what:
        return _QUOTED_START
    # One colon is a key out of its place; two are a key, and one in its value.
    return _COLON_INSIDE if "mapping values" in what and line.count(": ") > 1 else None


def _events(yaml: Any, text: str) -> Iterator[Any]:
    yield from yaml.parse(text, Loader=yaml.CSafeLoader)


@define(kw_only=True)
class _Open:
    """A list or mapping whose end has not come yet; `key` waits for its value."""

    span: Span
    is_table: bool
    items: list[Node] = field(factory=list)
    entries: list[tuple[Scalar, Node]] = field(factory=list)
    keys: dict[str, int] = field(factory=dict)
    key: Scalar | None = None
    awaits_value: bool = False


@define(kw_only=True)
class _Builder:
    source: Source
    problems: Problems
    stack: list[_Open] = field(factory=list)
    root: Node | None = None
    documents: int = 0

    def place(self, mark: Any, length: int = 1) -> Span:
        """The place of a mark of the parser, which counts from 0."""
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
        line = min(line, len(self.source.line_starts))
        return Span(file=self.source.file, line=line, column=column, length=length)

    def take(self, event: Any, kind: str) -> bool:
        """Add one event; False where reading stops."""
        at = self.place(event.start_mark)
        match kind:
            case "DocumentStartEvent":
                self.documents += 1
                if self.documents > 1:
                    self.problems.add("E201", at, "a second document in one file", hint="make it a file of its own")
                    return False
                if event.tags:
                    self.problems.add("E206", at, "a `%TAG` line is not allowed here")
            case "ScalarEvent" | "SequenceStartEvent" | "MappingStartEvent" | "AliasEvent":
                self._refuse_references(event, kind, at)
                return self._node(event, kind, at)
            case "SequenceEndEvent" | "MappingEndEvent":
                self._close()
        return True

    def _refuse_references(self, event: Any, kind: str, at: Span) -> None:
        if kind == "AliasEvent":
            self.problems.add("E206", at, f"the alias `*{shown(event.anchor)}` is not allowed here", hint=_WRITE_OUT)
        elif event.anchor is not None:
            self.problems.add("E206", at, f"the anchor `&{shown(event.anchor)}` is not allowed here", hint=_WRITE_OUT)
        if getattr(event, "tag", None) is not None:
            hint = "put the value in double quotes" if event.tag == "!" else "leave it out: the key says the type"
            name = event.tag.removeprefix("!")
            if is_like_a_field(name):
                hint = f"write `not {shown(name)}`"  # `when: !split`
            self.problems.add("E206", at, f"the tag `{shown(event.tag)}` is not allowed here", hint=hint)

    def _node(self, event: Any, kind: str, at: Span) -> bool:
        if kind in ("ScalarEvent", "AliasEvent"):
            start, end = event.start_mark, event.end_mark
            self._add(
                Scalar(
                    source=self.source,
                    value=getattr(event, "value", ""),
                    start=start.index,
                    end=end.index,
                    line=start.line + 1,
                    column=start.column + 1,
                    # What a tag or alias would have made of it is not known, so nothing more is said of it.
                    style=ALIAS if kind == "AliasEvent" or event.tag is not None else event.style or "",
                )
            )
            return True
        if len(self.stack) == MAX_DEPTH:
            self.problems.add("E203", at, f"nested deeper than {MAX_DEPTH}")
            return False
        self.stack.append(_Open(span=at, is_table=kind == "MappingStartEvent"))
        return True

    def _close(self) -> None:
        done = self.stack.pop()
        if done.is_table:
            self._add(Table(span=done.span, entries=tuple(done.entries)))
        else:
            self._add(Sequence(span=done.span, items=tuple(done.items)))

    def _add(self, node: Node) -> None:
        if not self.stack:
            self.root = node
            return
        parent = self.stack[-1]
        if not parent.is_table:
            parent.items.append(node)
        elif not parent.awaits_value:
            parent.key, parent.awaits_value = self._key(parent, node), True
        else:
            parent.awaits_value = False
            if parent.key is not None:
                parent.entries.append((parent.key, node))

    def _key(self, parent: _Open, node: Node) -> Scalar | None:
        """The key, unless it is none or was there before: then its value is passed over."""
        if not isinstance(node, Scalar):
            self.problems.add("E208", node.span, "a key is one word, not a list or a mapping")
            return None
        if node.value in parent.keys:
            first = f"first on line {parent.keys[node.value]}"
            self.problems.add("E204", node.span, f"the key `{shown(node.value)}` is there twice", hint=first)
            return None
        parent.keys[node.value] = node.line
        return node


_QUOTED_START = "a condition that begins with a quote goes in single quotes as a whole"
_TAB = "indent with spaces: a tab cannot stand here"
_COLON_INSIDE = "a value with `: ` in it goes in single quotes as a whole"
_WRITE_OUT = "write the value out; `sets` and `windows` name what is used twice"
