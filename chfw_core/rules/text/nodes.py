"""A YAML file as nodes that know their place, with every scalar still the text it was.

A position inside a scalar's text is traced back to the file through quotes, escapes and folded
lines, so that a mistake in a condition is shown where its author wrote it.
"""

from collections.abc import Mapping

from attrs import frozen

from chfw_core.diagnostics import Span
from chfw_core.rules.problems.problem import Source

ALIAS = "*"
"""The style of a scalar that stands for a refused alias: whoever reads it passes over it in silence."""

_ESCAPE_LENGTHS: Mapping[str, int] = {"x": 4, "u": 6, "U": 10}


@frozen(kw_only=True, eq=False)
class Scalar:
    """Text. `start` and `end` are its place in the file's text; `style` is YAML's: `'` `"` `|` `>` or empty."""

    source: Source
    value: str
    start: int
    end: int
    line: int
    column: int
    style: str = ""

    @property
    def span(self) -> Span:
        """The whole of it (its first line, where it has several)."""
        width = self.end - self.start
        return Span(file=self.source.file, line=self.line, column=self.column, length=max(1, width))

    def positions(self) -> "Positions":
        """Where each character of the value stands in the file."""
        return Positions(scalar=self, index=_trace(self))


@frozen(kw_only=True, eq=False)
class Sequence:
    """A list, in block or flow style."""

    span: Span
    items: tuple["Node", ...]


@frozen(kw_only=True, eq=False)
class Table:
    """Keys and values in the file's order, no key twice."""

    span: Span
    entries: tuple[tuple[Scalar, "Node"], ...]


Node = Scalar | Sequence | Table


@frozen(kw_only=True, eq=False)
class Positions:
    """From an offset in a scalar's value to a place in the file."""

    scalar: Scalar
    index: tuple[int, ...] | int

    def span(self, start: int, end: int) -> Span:
        """The characters [start, end) of the value; past the end: the place after the last one."""
        return self.scalar.source.span(self._at(start), self._at(max(start, end - 1)) + 1)

    def _at(self, offset: int) -> int:
        if isinstance(self.index, int):
            return self.index + offset
        if offset < len(self.index):
            return self.index[offset]
        return self.index[-1] + 1


def _trace(scalar: Scalar) -> tuple[int, ...] | int:
    """The place of each character, or of the first where the others simply follow."""
    text, value = scalar.source.text, scalar.value
    first = scalar.start + (scalar.style in ("'", '"'))
    if text[first : first + len(value)] == value and scalar.style not in ("|", ">"):
        return first
    return tuple(_walk(text, scalar, first))


def _walk(text: str, scalar: Scalar, at: int) -> list[int]:
    """Both texts side by side: what is in the file alone (quotes, escapes, indents) is stepped over."""
    if scalar.style in ("|", ">"):
        at = _next_line(text, at, scalar.end)
    places: list[int] = []
    for char in scalar.value:
        while at < scalar.end and text[at] != char and text[at].isspace():
            if char.isspace():
                break  # a folded line break: any white space stands for it
            at += 1
        if scalar.style == '"' and text[at : at + 1] == "\\":
            at = _skip_joined_lines(text, at)
        places.append(min(at, scalar.end - 1))
        if scalar.style == '"' and text[at : at + 1] == "\\":
            at += _ESCAPE_LENGTHS.get(text[at + 1 : at + 2], 2)
        elif scalar.style == "'" and char == "'":
            at += 2
        else:
            at += 1
    return places


def _next_line(text: str, at: int, end: int) -> int:
    while at < end and text[at] not in "\r\n":
        at += 1
    return at


def _skip_joined_lines(text: str, at: int) -> int:
    """Past `\\` at a line's end, with the next line's indent."""
    while text[at : at + 1] == "\\" and text[at + 1 : at + 2] in ("\r", "\n"):
        at += 1
        while text[at : at + 1].isspace():
            at += 1
    return at
