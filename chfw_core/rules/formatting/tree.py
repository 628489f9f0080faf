"""A rule file as its author laid it out: every item with its place, every comment found.

Made for files that were checked: one document, no aliases, no lists in lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from attrs import define, field

_COMMENT = re.compile("#[^\n\r\x85\u2028\u2029]*")
_HEADER_COMMENT = re.compile("[|>][-+0-9]*[ \t]+(#[^\n\r\x85\u2028\u2029]*)")


@define(kw_only=True, eq=False)
class Comment:
    """`text` from the `#` on. `blank`: a blank line stands before it."""

    text: str
    at: int
    column: int
    own_line: bool
    blank: bool

    @property
    def line(self) -> int:
        """Where its line begins."""
        return self.at - self.column


@define(kw_only=True, eq=False)
class Leaf:
    """A scalar: its value and how it was written. `raw` is empty where nothing stands there at all."""

    value: str
    style: str
    raw: str
    start: int

    @property
    def is_nothing(self) -> bool:
        """A key without a value."""
        return not self.raw


@define(kw_only=True, eq=False)
class Group:
    """A mapping or list. `tail`: comments after its last item. `item`: whose value it is."""

    is_table: bool
    flow: bool
    start: int
    column: int
    end: int = 0
    items: list[Item] = field(factory=list)
    tail: list[Comment] = field(factory=list)
    item: Item | None = None


@define(kw_only=True, eq=False)
class Item:
    """A key with its value, or one of a list. `below`: comments where its value would stand, if it had one.

    `closing`: the comment after a `{…}` or `[…]` without others; `whole`: all of that stood on the comment's line.
    """

    group: Group
    key: Leaf | None
    start: int
    column: int
    blank: bool
    value: Leaf | Group = field(init=False)
    leading: list[Comment] = field(factory=list)
    trailing: Comment | None = None
    below: list[Comment] = field(factory=list)
    closing: Comment | None = None
    whole: bool = False

    def lead(self, comment: Comment) -> None:
        """Put a comment that stood inside the item before it; a blank line before the item then precedes both."""
        comment.blank, self.blank = self.blank, False
        self.leading.append(comment)


@define(kw_only=True, eq=False)
class Laid:
    """The root, and all comments in order."""

    root: Group
    comments: list[Comment]


def lay_out(text: str) -> Laid:
    """The layout of a text without errors."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    import yaml  # loaded where it is used: `import chfw_core` stays light

    builder = _Builder(text=text)
    events: Iterator[Any] = yaml.parse(text, Loader=yaml.CSafeLoader)
    for event in events:
        builder.take(event, type(event).__name__)
    builder.gap(len(text))
    return Laid(root=builder.root, comments=builder.comments)


def blank_before(text: str, at: int) -> bool:
    """Whether what begins at `at` begins its line, and the line before is blank."""
    line = text.rfind("\n", 0, at) + 1
    if line == 0 or text[line:at].strip():
        return False
    return not text[text.rfind("\n", 0, line - 1) + 1 : line].strip()


@define(kw_only=True, eq=False)
class _Builder:
    text: str
    root: Group = field(init=False)
    comments: list[Comment] = field(factory=list)
    stack: list[Group] = field(factory=list)
    waiting: Item | None = None
    reached: int = 0
    dash: int = 0

    def take(self, event: Any, kind: str) -> None:
        start = event.start_mark.index
        match kind:
            case "ScalarEvent":
                self._scalar(event, start)
            case "MappingStartEvent" | "SequenceStartEvent":
                self.gap(start)
                flow = bool(event.flow_style)
                column = event.start_mark.column
                group = Group(is_table=kind == "MappingStartEvent", flow=flow, start=start, column=column)
                if self.stack:
                    group.item = self._value(group, start)
                else:
                    self.root = group
                self.stack.append(group)
            case "MappingEndEvent" | "SequenceEndEvent":
                group = self.stack.pop()
                group.end = event.end_mark.index
                if group.flow:
                    self.gap(group.end)

    def _scalar(self, event: Any, start: int) -> None:
        end = event.end_mark.index
        leaf = Leaf(value=event.value, style=event.style or "", raw=self.text[start:end], start=start)
        self.gap(start)
        self.reached = max(self.reached, end)
        group = self.stack[-1]
        if group.is_table and self.waiting is None:
            blank = blank_before(self.text, start)
            self.waiting = Item(group=group, key=leaf, start=start, column=event.start_mark.column, blank=blank)
            group.items.append(self.waiting)
        else:
            self._value(leaf, start)
        header = _HEADER_COMMENT.match(leaf.raw) if leaf.style in ("|", ">") else None
        if header is not None:
            self._comment(header[1], start + header.start(1))

    def _value(self, value: Leaf | Group, start: int) -> Item:
        group, item = self.stack[-1], self.waiting
        self.waiting = None
        if item is None:
            at = start if group.flow else self.dash
            column = at - self.text.rfind("\n", 0, at) - 1
            item = Item(group=group, key=None, start=at, column=column, blank=blank_before(self.text, at))
            group.items.append(item)
        item.value = value
        return item

    def gap(self, end: int) -> None:
        """Between two scalars there are marks and comments alone."""
        at = self.reached
        for found in _COMMENT.finditer(self.text, at, end):
            self._look_for_dash(at, found.start())
            self._comment(found[0], found.start())
            at = found.end()
        self._look_for_dash(at, end)
        self.reached = max(self.reached, end)

    def _look_for_dash(self, start: int, end: int) -> None:
        dash = self.text.rfind("-", start, end)
        self.dash = dash if dash >= 0 else self.dash

    def _comment(self, text: str, at: int) -> None:
        line = self.text.rfind("\n", 0, at) + 1
        own_line = not self.text[line:at].strip()
        blank = blank_before(self.text, at)
        self.comments.append(Comment(text=text.rstrip(), at=at, column=at - line, own_line=own_line, blank=blank))
