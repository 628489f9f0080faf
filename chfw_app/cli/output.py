"""What people and programs see: results on standard output, the rest on standard error.

Progress appears on a terminal only. User text never is markup. Piped output has a fixed width, so
that the same run prints the same characters.
"""

import errno
import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from chfw_app.problems import Problems
from chfw_app.steps import Report, silent
from chfw_core.diagnostics import Diagnostic, Severity, in_order
from chfw_core.model.periods import instant_words as words_of
from chfw_core.rules.problems.codes import CODES
from chfw_core.rules.problems.problem import counted as counted
from chfw_files.tables.causes import Cause

PIPED_WIDTH = 110
WIDE = 100
"""Narrower than this, tables do without air between their columns."""
LONG_WORD = 28
"""Longer ones, such as paths, may be broken."""


class _Patient(Console):
    """Where the reader of a pipe has had enough (`chfw … | head`), the work goes on and nobody is told."""

    def on_broken_pipe(self) -> None:
        """Send the rest nowhere."""
        to_nowhere()


def to_nowhere() -> None:
    """What is still written to standard output is lost."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def output_is_full(failure: OSError) -> bool:
    """Where standard output goes has no room: say so, and lose the rest. False for any other failure."""
    if failure.errno not in _FULL:
        return False
    to_nowhere()
    say_error(
        "no room left on the disk for the standard output; it breaks off",
        hint="free some space, or send it elsewhere; files that the options name were written if their disk had room",
    )
    return True


_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def console(*, stderr: bool = False) -> Console:
    """A console that never takes user text for markup."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else PIPED_WIDTH
    return _Patient(file=stream, width=width, markup=False, highlight=False, emoji=False)


def debugging() -> bool:
    """CHFW_TRACEBACK=1 asks for tracebacks."""
    return os.environ.get("CHFW_TRACEBACK", "") not in {"", "0"}


def say(text: str = "", *, style: str = "") -> None:
    """One line of the result, as it is: never wrapped, so that it can be copied and searched."""
    console().print(Text(text, style=style), soft_wrap=True)


def say_error(message: str, *, hint: str | None = None) -> None:
    """One problem on standard error, its hint below it."""
    err = console(stderr=True)
    err.print(Text.assemble(("error: ", "bold red"), message), soft_wrap=True)
    if hint:
        err.print(Text.assemble(("  hint: ", "bold"), hint), soft_wrap=True)


def show_problems(problems: Problems) -> None:
    """On standard error: those with a place with their line and a caret, then the others."""
    for diagnostic in in_order(problems.placed):
        say_note(diagnostic.render())
    for problem in problems.plain:
        say_error(problem.message, hint=problem.hint)
    if len(problems.placed) + len(problems.plain) > 1:
        warnings = sum(d.severity is Severity.WARNING for d in problems.placed)
        say_note(f"{counted(problems.errors, 'error')}, {counted(warnings, 'warning')}")


def show_warnings(warnings: Sequence[Diagnostic]) -> None:
    """On standard error, in full; those of rule files in one line where they are many."""
    of_rules, others = list[Diagnostic](), list[Diagnostic]()
    for one in warnings:
        (of_rules if one.code in CODES and one.severity is Severity.WARNING else others).append(one)
    many = len(of_rules) > WARNINGS_SHOWN
    for one in others if many else warnings:
        say_note(one.render())
    if many:
        codes = Counter(one.code for one in of_rules).most_common()
        named = ", ".join(f"{number:,} {code} ({CODES[code]})" for code, number in codes)
        files = counted(len({one.span.file for one in of_rules}), "rule file")
        say_note(f"{counted(len(of_rules), 'warning')} in {files}: {named}; `chfw rules check` shows them")


WARNINGS_SHOWN = 3
"""More of rule files are only counted beside a result."""


def instant_words(instant: datetime | None) -> str:
    """An instant as people read it; nothing where there is none."""
    return "" if instant is None else words_of(instant)


def say_note(message: str) -> None:
    """Something to know on standard error; not a problem."""
    console(stderr=True).print(Text(message), soft_wrap=True)


def show_causes(rows: int, causes: Sequence[Cause]) -> None:
    """Why rows were set aside, where there are too many of them to be read one by one."""
    if rows <= MANY_ROWS:
        return
    found = [(one.rows, one.column, one.words, f"{one.file}:{one.first}".lstrip(":")) for one in causes[:CAUSES_SHOWN]]
    more = f"and {len(causes) - CAUSES_SHOWN:,} more" if len(causes) > CAUSES_SHOWN else ""
    show_table("Rows set aside, by cause", ("rows", "column", "what is wrong", "first"), found, note=more)


MANY_ROWS = 10
CAUSES_SHOWN = 15


def print_json(value: Mapping[str, object]) -> None:
    """One object, keys in the order given."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def show_table(
    title: str,
    header: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    note: str = "",
    unbroken: Sequence[str] = (),
) -> None:
    """A table: text to the left, numbers (thousands parted by commas) to the right.

    `unbroken`: columns whose cells stay on one line wherever there is room for that and for the headings.
    """
    if not rows:
        return
    numeric = [
        all(isinstance(row[at], int | float) or row[at] in ("", None) for row in rows) for at in range(len(header))
    ]
    texts = [[_cell(value) for value in row] for row in rows]
    columns = [[row[at] for row in texts] for at in range(len(header))]
    # A heading never breaks inside a word; nor does a cell (a GUID, an instant), where there is room for all.
    headings = [_longest_word([name]) for name in header]
    kept = [
        max(least, *map(_width, cells)) if name in unbroken else least
        for name, cells, least in zip(header, columns, headings, strict=True)
    ]
    whole = [max(least, _longest_word(cells)) for cells, least in zip(columns, kept, strict=True)]
    screen = console()
    needed = sum(whole) + 3 * len(whole) + 1
    if needed > screen.width and not (screen.is_terminal or "COLUMNS" in os.environ):
        screen.width = needed
    narrow = screen.width < WIDE
    table = Table(
        box=SIMPLE_HEAD,
        pad_edge=not narrow,
        collapse_padding=narrow,
        title=title,
        title_justify="left",
        title_style="bold",
        caption=note or None,
        caption_justify="left",
    )
    wanted = [max(map(_width, (name, *cells))) for name, cells in zip(header, columns, strict=True)]
    room = screen.width - (2 * len(wanted) if narrow else 3 * len(wanted) + 1)
    widths = _fitted(wanted, (whole, kept, headings), room)
    for name, is_number, width in zip(header, numeric, widths, strict=True):
        table.add_column(name, justify="right" if is_number else "left", overflow="fold", width=width)
    for row in texts:
        table.add_row(*map(Text, row))
    if len(title) > screen.measure(table).maximum:
        # A title is one line, so that it can be searched; within a narrow table it would be broken.
        table.title = None
        screen.print(Text(title, style="bold"), soft_wrap=True)
    screen.print(table)


def aspects_said(differs_in: Mapping[str, int], hubs: int) -> str:
    """In what hubs differ, with how many of them where it is not all."""
    return ", ".join(name if some == hubs else f"{name} ({some:,})" for name, some in differs_in.items())


def _fitted(wanted: Sequence[int], least: Sequence[Sequence[int]], room: int) -> list[int]:
    """Widths of columns that fit into the room: the widest give first, and none more than the first of these bounds
    that is enough. Without such bounds of its own the library would cut what it had no room for."""
    found = list(wanted)
    for bound in (*least, [1] * len(found)):
        while sum(found) > room:
            at = max(range(len(found)), key=lambda at: found[at] if found[at] > bound[at] else 0)
            if found[at] <= bound[at]:
                break
            found[at] -= 1
    return found


def _width(text: str) -> int:
    """On a screen, of its longest line."""
    return max(map(cell_len, text.split("\n")))


def _longest_word(texts: Iterable[str]) -> int:
    return max((min(len(word), LONG_WORD) for text in texts for word in text.split()), default=0)


def _cell(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return "" if value is None else ("yes" if value else "no")
    return f"{value:,}" if isinstance(value, int) else str(value)


@contextmanager
def progress() -> Iterator[Report]:
    """A bar per step on a terminal; nothing at all when standard error is piped."""
    if not sys.stderr.isatty():
        yield silent
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    bars: dict[str, object] = {}
    with Progress(
        TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console(stderr=True), transient=True
    ) as shown:

        def report(step: str, done: float) -> None:
            if step not in bars:
                bars[step] = shown.add_task(step, total=1.0)
            shown.update(bars[step], completed=done)  # type: ignore[arg-type]

        yield report
