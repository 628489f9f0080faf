"""`sets` and `windows`: what a file gives names to, for itself alone."""

from datetime import date, datetime

from chfw_core.errors import InputError
from chfw_core.model.window_text import BANK_HOLIDAYS, DAYS, read_hours
from chfw_core.model.windows import WeeklyWindow
from chfw_core.rules.conditions.scope import FileScope
from chfw_core.rules.keys.structure import Record
from chfw_core.rules.meaning.values import read_date
from chfw_core.rules.problems.problem import shown
from chfw_core.rules.text.nodes import Scalar


def read_sets(record: Record | None, scope: FileScope) -> None:
    """Give the file's sets to its scope."""
    if record is None:
        return
    for name, key in record.keys.items():
        scope.set_names[name] = key.span
        if name in record.values:
            scope.sets[name] = record.scalars(name)


def read_windows(record: Record | None, scope: FileScope) -> None:
    """Give the file's windows to its scope."""
    if record is None:
        return
    for name, key in record.keys.items():
        scope.window_names[name] = key.span
        content = record.record(name)
        window = _window(name, content, scope) if content is not None else None
        if window is not None:
            scope.windows[name] = window


def _window(name: str, record: Record, scope: FileScope) -> WeeklyWindow | None:
    days = frozenset(DAYS.index(day.value) for day in record.scalars("days"))
    hours = _hours(record.scalar("between"), scope)
    not_on = [_not_on(scalar, scope) for scalar in record.scalars("not_on")]
    if hours is None or "days" not in record.values:
        return None
    return WeeklyWindow(
        name=name,
        days=days,
        start=hours[0],
        end=hours[1],
        not_on=frozenset(day for day in not_on if isinstance(day, date)),
        not_on_bank_holidays=BANK_HOLIDAYS in not_on,
        owner=scope.owner,
    )


def _hours(scalar: Scalar | None, scope: FileScope) -> tuple[int, int] | None:
    if scalar is None:
        return None
    try:
        return read_hours(scalar.value, shown(scalar.value))
    except InputError as problem:
        scope.problems.add("E216", scalar.span, str(problem), hint=problem.hint)
        return None


def _not_on(scalar: Scalar, scope: FileScope) -> date | str | None:
    if scalar.value == BANK_HOLIDAYS:
        return BANK_HOLIDAYS
    day = read_date(scalar.value)
    if day is None or isinstance(day, datetime):
        hint = "write `bank_holidays`, or a date such as 2026-04-01"
        scope.problems.add("E109", scalar.span, f"`{shown(scalar.value)}` is no date", hint=hint)
        return None
    return day
