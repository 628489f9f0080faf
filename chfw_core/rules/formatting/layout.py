"""From a layout to text: blocks, and `{…}` or `[…]` for what was so, is small and fits.

The table of keys says what a scalar is, and thereby whether its text may be respaced or folded.
"""

from collections.abc import Sequence

from attrs import define, field

from chfw_core.rules.formatting.comments import attach_comments, has_comments, settle
from chfw_core.rules.formatting.scalars import WIDTH, Lines, in_block, inline
from chfw_core.rules.formatting.tree import Comment, Group, Item, Leaf, lay_out
from chfw_core.rules.keys.shapes import Either, Kind, ListOf, Named, Shape
from chfw_core.rules.keys.table import FILE

_STEP = 2


def format_text(text: str) -> str:
    """A rule file's text in canonical form. The file has no errors: see that before."""
    laid = lay_out(text)
    attach_comments(laid)
    printer = _Printer()
    printer.group(laid.root, FILE, 0)
    return "".join(f"{line}\n" for line in printer.lines)


@define(kw_only=True)
class _Printer:
    lines: list[str] = field(factory=list)

    def group(self, group: Group, kind: Kind | None, indent: int) -> None:
        """A mapping or list in block style."""
        fresh = True
        for item in group.items:
            below = _kind_of(item, kind)
            flow = _flow(item, below, indent)
            if flow is None:
                settle(item)
            if item.key is None and isinstance(item.value, Group) and flow is None:
                _hoist(item)
            fresh = self._comments(item.leading, indent, fresh=fresh)
            if item.blank and not fresh:
                self.lines.append("")
            fresh = False
            self._item(item, below, flow, indent)
        self._comments(group.tail, indent, fresh=False)

    def _comments(self, comments: Sequence[Comment], indent: int, *, fresh: bool) -> bool:
        """Comments on lines of their own; `fresh`: nothing of the block is written yet."""
        for comment in comments:
            if comment.blank and not fresh:
                self.lines.append("")
            self.lines.append(" " * indent + comment.text)
            fresh = False
        return fresh

    def _item(self, item: Item, kind: Kind | None, flow: str | None, indent: int) -> None:
        head = " " * indent + (f"{inline(item.key, None, flow=False)}:" if item.key is not None else "-")
        inner = indent + _STEP
        if flow is not None:
            self._line(f"{head} {flow}", item)
        elif isinstance(item.value, Leaf):
            if item.value.is_nothing:
                self._line(head, item)
                self._comments(item.below, inner, fresh=True)
            else:
                self._leaf(head, in_block(item.value, kind, column=len(head) + 1, indent=inner), item, inner)
        elif item.key is None:
            first = len(self.lines)
            self.group(item.value, kind, inner)
            self.lines[first] = f"{head} {self.lines[first].lstrip(' ')}"
        else:
            self._line(head, item)
            self.group(item.value, kind, inner)

    def _leaf(self, head: str, written: Lines, item: Item, indent: int) -> None:
        self._line(f"{head} {written.first}", item)
        self.lines += [" " * indent + line if line else "" for line in written.rest]

    def _line(self, text: str, item: Item) -> None:
        comment = item.trailing or item.closing
        self.lines.append(f"{text}  {comment.text}" if comment is not None else text)


def _hoist(item: Item) -> None:
    """A rule begins on the line of its dash: a comment beside the dash stays there, if there is room; other
    comments between the two go before both."""
    assert isinstance(item.value, Group)
    first = item.value.items[0]
    if item.trailing is not None and first.trailing is None and first.closing is None and not first.leading:
        first.trailing, item.trailing = item.trailing, None
        return
    moved = [*([item.trailing] if item.trailing is not None else []), *first.leading]
    item.trailing, first.leading = None, []
    for comment in moved:
        item.lead(comment)


def _flow(item: Item, kind: Kind | None, indent: int) -> str | None:
    """The item's value as `{…}` or `[…]`; None where it is to be a block."""
    if not isinstance(item.value, Group) or not item.value.flow or has_comments(item.value):
        return None
    if item.value.items and _is_large(kind):
        return None
    before = indent + (len(item.key.value) + len(": ") if item.key is not None else len("- "))
    text = _in_flow(item.value, kind)
    return text if text is not None and before + len(text) <= WIDTH else None


def _is_large(kind: Kind | None) -> bool:
    """Rules and what holds them, and names of the author's own: always a block."""
    match kind:
        case Shape():
            return kind is FILE or kind.key("id") is not None
        case ListOf():
            return _is_large(kind.item)
        case _:
            return isinstance(kind, Named)


def _in_flow(group: Group, kind: Kind | None) -> str | None:
    parts: list[str] = []
    for item in group.items:
        below = _kind_of(item, kind)
        if isinstance(item.value, Group):
            text = _in_flow(item.value, below)
        else:
            text = None if item.value.is_nothing else inline(item.value, below, flow=True)
        if text is None:
            return None
        parts.append(f"{inline(item.key, None, flow=True)}: {text}" if item.key is not None else text)
    return f"{{{', '.join(parts)}}}" if group.is_table else f"[{', '.join(parts)}]"


def _kind_of(item: Item, kind: Kind | None) -> Kind | None:
    """What the table of keys says of an item's value."""
    found: Kind | None = None
    if isinstance(kind, ListOf | Named):
        found = kind.item
    else:
        assert isinstance(kind, Shape)
        assert item.key is not None
        key = kind.key(item.key.value)
        found = key.kind if key is not None else None
    if not isinstance(found, Either):
        return found
    if isinstance(item.value, Leaf):
        # A list all of whose items are commented out is nothing at all.
        return found.scalar
    return found.mapping if item.value.is_table else found.items
