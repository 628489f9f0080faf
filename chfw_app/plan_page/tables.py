"""Tables of the page: each in a region that scrolls by itself and can be reached by keyboard."""

from collections.abc import Sequence
from html import escape

Cell = object
"""Text, a whole number, or None for an empty cell."""


def table(caption: str, header: Sequence[str], rows: Sequence[Sequence[Cell]], *, whole: bool = False) -> str:
    """A table with a caption; whole columns of numbers stand to the right.

    `whole`: it is as long as it is, and where there is little room its cells stand below each other.
    """
    numeric = [
        bool(rows) and all(isinstance(row[at], int) or row[at] is None for row in rows) for at in range(len(header))
    ]
    head = "".join(
        f'<th scope="col"{_class(right)}>{escape(name)}</th>' for name, right in zip(header, numeric, strict=True)
    )
    body = "".join(
        f"<tr>{''.join(_cell(value, right) for value, right in zip(row, numeric, strict=True))}</tr>" for row in rows
    )
    return (
        f'<div class="scroll{" whole" if whole else ""}" role="region" tabindex="0" '
        f'aria-label="{escape(caption, quote=True)}">'
        f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def folded(summary: str, content: str) -> str:
    """Content that opens on a click, and in print."""
    return f"<details><summary>{escape(summary)}</summary>{content}</details>"


def legend(entries: Sequence[tuple[str, str]]) -> str:
    """Colour classes and their words."""
    items = "".join(f'<li><span class="key {kind}"></span>{escape(words)}</li>' for kind, words in entries)
    return f'<ul class="legend">{items}</ul>'


def _cell(value: Cell, right: bool) -> str:
    words = "" if value is None else f"{value:,}" if isinstance(value, int) else escape(str(value))
    return f"<td{_class(right)}>{words}</td>"


def _class(right: bool) -> str:
    return ' class="number"' if right else ""
