"""Errors of the core. The type says whose fault it is; the text says the place and the cure."""


class ChfwError(Exception):
    """Base of every error that chfw raises on purpose. One line, lower case, no full stop."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint

    @property
    def with_hint(self) -> str:
        """The message and, in brackets, what would help: for where one line is all there is."""
        return f"{self} ({self.hint})" if self.hint else str(self)


class InputError(ChfwError):
    """What the caller gave cannot be used: an identifier, a date, a document."""


class UsageError(ChfwError):
    """The library was called in a way that its contract excludes."""
