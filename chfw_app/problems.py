"""Problems of a run's inputs, gathered from all of them before anything stops.

A user mends ten files in one go, not in ten runs: whoever reads an input adds what is wrong with it
and goes on with the next.
"""

from collections.abc import Callable, Iterable
from typing import TypeVar

from attrs import define, field, frozen

from chfw_app.exits import Exit
from chfw_core.diagnostics import Diagnostic, Severity, in_order
from chfw_core.errors import ChfwError

T = TypeVar("T")


@frozen(kw_only=True)
class Problem:
    """What is wrong with an input as a whole, and a hint. `unreadable`: there is nothing to judge."""

    message: str
    hint: str | None = None
    unreadable: bool = False


class Failed(ChfwError):  # noqa: N818 - it carries every problem, not one error
    """The run has no result; all the reasons why."""

    def __init__(self, problems: "Problems") -> None:
        super().__init__("; ".join(problems.lines()))
        self.problems = problems

    @property
    def code(self) -> Exit:
        """1 where something could not be read at all, else 3."""
        return Exit.CANNOT_READ if any(p.unreadable for p in self.problems.plain) else Exit.NO_RESULT


@define(kw_only=True)
class Problems:
    """A growing list: problems with a place in a document, and those of an input as a whole."""

    placed: list[Diagnostic] = field(factory=list)
    plain: list[Problem] = field(factory=list)

    @property
    def errors(self) -> int:
        """How many of them leave the run without a result."""
        return len(self.plain) + sum(d.severity is Severity.ERROR for d in self.placed)

    def add(self, message: str, *, hint: str | None = None) -> None:
        """An input is there but wrong."""
        self.plain.append(Problem(message=message, hint=hint))

    def add_placed(self, found: Iterable[Diagnostic]) -> None:
        """Problems with a place; warnings are kept too."""
        self.placed.extend(found)

    def attempt(self, read: Callable[[], T]) -> T | None:
        """What `read` gives; None where the input cannot be read, which is noted."""
        try:
            return read()
        except ChfwError as problem:
            self.plain.append(Problem(message=str(problem), hint=problem.hint, unreadable=True))
        except OSError as failure:
            why = (failure.strerror or str(failure)).lower()
            self.plain.append(Problem(message=f"cannot read `{failure.filename}`: {why}", unreadable=True))
        return None

    def stop_if_any(self) -> None:
        """Raises Failed where an error was found."""
        if self.errors:
            raise Failed(self)

    def as_object(self) -> dict[str, object]:
        """All of them for a program, in the form of `rules check --json`; what has no place has none there."""
        from chfw_core.rules.problems.formats import as_object

        placeless = dict.fromkeys(("file", "line", "column", "length"))
        plain = [
            {"code": None, "severity": Severity.ERROR.value, "message": p.message, "hint": p.hint, **placeless}
            for p in self.plain
        ]
        warnings = sum(d.severity is Severity.WARNING for d in self.placed)
        found = [*(as_object(d) for d in in_order(self.placed)), *plain]
        return {"problems": found, "errors": self.errors, "warnings": warnings}

    def lines(self) -> list[str]:
        """Every problem in one line each."""
        placed = [d.render().splitlines()[0] for d in in_order(self.placed)]
        return [*placed, *(p.message for p in self.plain)]


def no_result(message: str, *, hint: str | None = None) -> Failed:
    """To be raised where an input can be read but leads to nothing."""
    problems = Problems()
    problems.add(message, hint=hint)
    return Failed(problems)
