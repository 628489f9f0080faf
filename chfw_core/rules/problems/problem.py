"""Collecting problems: a source knows its lines, a collector its problems, nothing is ever raised."""

import difflib
import re
from bisect import bisect_right
from collections.abc import Iterable

from attrs import define, field, frozen

from chfw_core.diagnostics import Diagnostic, Severity, Span
from chfw_core.rules.problems.codes import severity_of

MAX_PROBLEMS = 1_000
_LONGEST_SHOWN = 400
_MOST_CANDIDATES = 200
_LONGEST_NAME = 60

# YAML counts these as line breaks, and so must whoever shows a line by its number.
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


@frozen(kw_only=True, eq=False)
class Source:
    """One file: its name as given and its text. Make one only of a text whose size was checked."""

    file: str
    text: str
    line_starts: tuple[int, ...] = field(init=False, repr=False)

    @line_starts.default
    def _line_starts(self) -> tuple[int, ...]:
        return (0, *(found.end() for found in _BREAK.finditer(self.text)))

    @property
    def base_name(self) -> str:
        """The last part of the file's name, by which an owner's files are ordered."""
        return re.split(r"[/\\]", self.file)[-1]

    def span(self, start: int, end: int = 0) -> Span:
        """The place of the characters [start, end), of which there is at least one."""
        line = bisect_right(self.line_starts, start)
        column = start - self.line_starts[line - 1] + 1
        return Span(file=self.file, line=line, column=column, length=max(1, end - start))

    def line(self, number: int) -> str:
        """The text of a line; empty where it is too long to be shown, or where the text ends before it."""
        if number > len(self.line_starts):
            return ""  # what is missing at the end, such as anything after `---`
        start = self.line_starts[number - 1]
        end = self.line_starts[number] if number < len(self.line_starts) else len(self.text)
        return _BREAK.sub("", self.text[start:end]) if end - start <= _LONGEST_SHOWN else ""


@define
class Problems:
    """The problems of one file, in order of finding. Past `MAX_PROBLEMS` it says so and keeps no more."""

    source: Source
    found: list[Diagnostic] = field(factory=list)

    @property
    def full(self) -> bool:
        """No more are kept: whoever would search for a suggestion need not."""
        return len(self.found) > MAX_PROBLEMS

    @property
    def has_errors(self) -> bool:
        """Whether any of them stops the owner's rules."""
        return any(problem.severity is Severity.ERROR for problem in self.found)

    def add(self, code: str, span: Span, message: str, *, hint: str | None = None) -> None:
        """Keep a problem."""
        if self.full:
            return
        if len(self.found) == MAX_PROBLEMS:
            code, message, hint = "E221", f"more than {MAX_PROBLEMS:,} problems; the others are not shown", None
        line = self.source.line(span.line)
        severity = severity_of(code)
        self.found.append(
            Diagnostic(code=code, severity=severity, message=message, span=span, hint=hint, source_line=line)
        )

    def unknown(self, code: str, span: Span, what: str, name: str, known: Iterable[str]) -> None:
        """Keep `no <what> called <name>`, with the nearest known name."""
        if not self.full:
            self.add(code, span, f"no {what} called `{shown(name)}`", hint=did_you_mean(name, known))


def shown(text: str) -> str:
    """The user's text, short enough for one line and without line breaks."""
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_NAME else text[: _LONGEST_NAME - 1] + "…"


def counted(number: int, thing: str) -> str:
    """`1 error`, `2 errors`, `1,000 errors`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """The hint that names the nearest known name, if one is near."""
    near = closest(name, known)
    return f"did you mean `{near}`?" if near else None


def closest(name: str, known: Iterable[str]) -> str | None:
    """The known name nearest to what was written; None where none is near."""
    if len(name) > _LONGEST_NAME:
        return None
    candidates = [candidate for _, candidate in zip(range(_MOST_CANDIDATES), known, strict=False)]
    folded = {candidate.lower(): candidate for candidate in reversed(candidates)}
    near = difflib.get_close_matches(name.lower(), folded, n=1, cutoff=0.6)
    return folded[near[0]] if near else None


def listed(words: Iterable[str], last: str = "or") -> str:
    """`a`, `b` or `c`; `last`: what stands before the last one."""
    quoted = [f"`{word}`" for word in words]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {last} {quoted[-1]}"
