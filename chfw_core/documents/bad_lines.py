"""Lines of a document that are set aside: a bad line is never fatal to the others (BR5.2)."""

from attrs import frozen

from chfw_core.diagnostics import Diagnostic, Severity, Span


@frozen(kw_only=True)
class BadLine:
    """One line that was not used, and why. `guid_text` is what it says of the hub, if anything."""

    line: int
    reason: str
    column: str = ""
    guid_text: str = ""


def diagnostic(code: str, file: str, line: int, message: str, hint: str | None = None) -> Diagnostic:
    """A problem of a whole line; `W…` is a warning."""
    severity = Severity.WARNING if code.startswith("W") else Severity.ERROR
    span = Span(file=file, line=line, column=1)
    return Diagnostic(code=code, severity=severity, message=message, span=span, hint=hint)
