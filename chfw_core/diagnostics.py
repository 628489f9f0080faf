"""Diagnostics: problems as values, with a place, collected and printed together.

A Diagnostic never interrupts: whoever reads a document gathers all of them. `render` gives the
one form in which every part of chfw shows a problem: place, code, message, the line, a caret.
"""

from enum import StrEnum

from attrs import field, frozen


@frozen(kw_only=True, order=True)
class Span:
    """A place in a text: line and column count from 1; `length` in characters, at least 1."""

    file: str
    line: int
    column: int
    length: int = 1


class Severity(StrEnum):
    """A warning never stops a plan; a note is nothing to mend."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@frozen(kw_only=True)
class Diagnostic:
    """One problem. `code` (`E101`) has a page; `source_line` is the text of the line at `span`."""

    code: str
    severity: Severity
    message: str
    span: Span
    hint: str | None = None
    source_line: str = field(default="", eq=False)

    def render(self) -> str:
        """`file:line:column: code message`, then the line and a caret under the place."""
        at = self.span
        head = f"{at.file}:{at.line}:{at.column}: {self.code} {self.message}"
        if self.hint:
            head += f" ({self.hint})"
        if not self.source_line:
            return head
        caret = " " * (at.column - 1) + "^" * max(1, min(at.length, len(self.source_line) - at.column + 1))
        return f"{head}\n    {self.source_line}\n    {caret}"


def in_order(problems: list[Diagnostic]) -> list[Diagnostic]:
    """Sorted by place, then code: the order in which they are printed."""
    return sorted(problems, key=lambda d: (d.span.file, d.span.line, d.span.column, d.code))
