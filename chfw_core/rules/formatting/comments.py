"""To whom a comment belongs: the line it ends, what it stands before, or the block that it closes.

A comment at the end of a line stays beside what stood on that line: its last item, or the `{…}` or `[…]`
that ends there. A comment on a line of its own goes with what follows, unless it is indented more than that: then it
closes the deepest block that reaches as far to the left as it does. Comments never pass each other.
"""

from bisect import bisect_left
from collections.abc import Iterator

from attrs import define

from chfw_core.rules.formatting.tree import Comment, Group, Item, Laid, Leaf


def attach_comments(laid: Laid) -> None:
    """Give every comment to an item or group."""
    items = list(_in_order(laid.root))
    starts = [item.start for item in items]
    attacher = _Attacher(root=laid.root)
    for comment in laid.comments:
        at = bisect_left(starts, comment.at)
        attacher.attach(comment, items[at - 1] if at else None, items[at] if at < len(items) else None)


def _in_order(group: Group) -> Iterator[Item]:
    for item in group.items:
        yield item
        if isinstance(item.value, Group):
            yield from _in_order(item.value)


@define(kw_only=True, eq=False)
class _Attacher:
    """`closed`: how many blocks the comments since the last item have left behind."""

    root: Group
    last: Item | None = None
    closed: int = 0

    def attach(self, comment: Comment, before: Item | None, after: Item | None) -> None:
        if before is not self.last:
            self.last, self.closed = before, 0
        if before is not None and not comment.own_line and _touches(before, comment.line):
            _beside(comment, before)
            return
        flow = _flow_around(before, comment.at, self.root)
        if flow is not None:
            _in_flow(comment, flow)
            return
        while before is not None and before.group.flow:
            before = before.group.item
        if before is None:
            # Before everything, or after a file that is one `{…}`.
            (after.leading if after is not None else self.root.tail).append(comment)
        elif not comment.own_line:
            _end_of_line(comment, before)
        elif _start(before) > comment.at and not _is_block(before):
            before.lead(comment)
        elif after is not None and after.group is before.value:
            after.leading.append(comment)
        else:
            self._between(comment, before, after)

    def _between(self, comment: Comment, before: Item, after: Item | None) -> None:
        """On a line of its own, after one item and before another, or at the end."""
        places: list[tuple[int, list[Comment]]] = []
        if isinstance(before.value, Leaf) and before.value.is_nothing:
            places.append((before.column + 1, before.below))
        group: Group | None = before.group
        while group is not None and (after is None or group is not after.group):
            places.append((group.column, group.tail))
            group = group.item.group if group.item is not None else None
        if after is not None:
            places.append((0, after.leading))
        left = range(self.closed, len(places))
        stays = after is None or comment.column > after.group.column
        fits = [at for at in left if places[at][0] <= comment.column]
        chosen = fits[0] if stays and fits else left[-1]
        if stays and after is not None and chosen == len(places) - 1 and self.closed < chosen:
            chosen -= 1  # indented more than what follows, if less than the block: still the block's
        self.closed = chosen
        places[chosen][1].append(comment)


def _touches(item: Item, line: int) -> bool:
    """Whether some of the item stands on the line that begins there, or after it."""
    value = item.value
    end = value.start + len(value.raw) if isinstance(value, Leaf) else value.start + 1
    return item.start >= line or end > line


def _beside(comment: Comment, item: Item) -> None:
    """At the end of a line that holds the item's key or value, the last before the comment."""
    while (opener := _opened_with(comment, item)) is not None:
        item = opener
    target = item
    while (holder := _closed_before(comment, target.group)) is not None:
        target = holder
    if target is not item:
        target.closing, target.whole = comment, target.value.start >= comment.line
    elif item.trailing is None:
        item.trailing = comment
    elif isinstance(item.value, Group) and item.value.items:
        item.value.items[0].leading.append(comment)
    else:
        item.lead(item.trailing)
        item.trailing = comment


def _opened_with(comment: Comment, item: Item) -> Item | None:
    """The key of `key: [{  # …`, whose first item has nothing on that line but its bracket."""
    opens = isinstance(item.value, Group) and item.value.flow and item.value.end > comment.at
    holder = item.group.item
    if not opens or item.key is not None or item is not item.group.items[0] or holder is None:
        return None
    return holder if holder.start >= comment.line and holder.trailing is None else None


def _closed_before(comment: Comment, group: Group) -> Item | None:
    """Whose value the group is, where it ends before the comment and the comment can stand for all of it."""
    holder = group.item
    if not group.flow or holder is None or group.end > comment.at or has_comments(group):
        return None
    return holder if holder.trailing is None and holder.closing is None else None


def settle(item: Item) -> None:
    """The item's value becomes a block: what closed it goes beside what stood on the comment's line."""
    comment, value = item.closing, item.value
    item.closing = None
    if comment is None or not isinstance(value, Group):
        return
    if item.whole:
        item.trailing = comment
        return
    last = value.items[-1]
    if isinstance(last.value, Group) and last.value.items:
        last.closing, last.whole = comment, last.value.start >= comment.line
    else:
        last.trailing = comment


def _flow_around(before: Item | None, at: int, root: Group) -> Group | None:
    """The innermost `{…}` or `[…]` that the place is in."""
    inner = before.value if before is not None else root
    group = inner if isinstance(inner, Group) else before.group if before is not None else None
    while group is not None and not (group.flow and group.start < at < group.end):
        group = group.item.group if group.item is not None else None
    return group


def _in_flow(comment: Comment, flow: Group) -> None:
    before = next((item for item in reversed(flow.items) if item.start < comment.at), None)
    after = next((item for item in flow.items if item.start > comment.at), None)
    if before is not None and not comment.own_line:
        _end_of_line(comment, before)
    elif before is not None and _start(before) > comment.at:
        before.lead(comment)
    elif after is not None:
        after.leading.append(comment)
    else:
        _close(comment, flow)


def _end_of_line(comment: Comment, item: Item) -> None:
    value = item.value
    if isinstance(value, Group) and value.items and value.start < comment.at and (item.trailing or has_comments(value)):
        _close(comment, value)
    else:
        if item.trailing is not None:
            item.lead(item.trailing)
        item.trailing = comment


def _close(comment: Comment, group: Group) -> None:
    item = group.item
    if group.items or item is None:
        group.tail.append(comment)
    else:
        if item.trailing is not None:
            item.lead(item.trailing)
            item.trailing = None
        item.lead(comment)


def has_comments(group: Group) -> bool:
    """Whether any comment stands inside."""
    return bool(group.tail) or any(
        item.leading
        or item.trailing
        or item.closing
        or item.below
        or (isinstance(item.value, Group) and has_comments(item.value))
        for item in group.items
    )


def _is_block(item: Item) -> bool:
    return isinstance(item.value, Group) and not item.value.flow


def _start(item: Item) -> int:
    return item.value.start
