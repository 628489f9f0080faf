"""`at`: in which windows, from when, until when an instruction is to be carried out."""

from datetime import date, timedelta

from attrs import evolve

from chfw_core.model.windows import WeeklyWindow, Windows
from chfw_core.rules.conditions.dates import check_date
from chfw_core.rules.conditions.scope import HUB_PLACE, FileScope, Place
from chfw_core.rules.keys.structure import Record
from chfw_core.rules.meaning.values import as_closing, as_opening
from chfw_core.rules.model import At, DateExpr, Duration
from chfw_core.rules.text.nodes import Scalar

_A_MONDAY = date(2026, 6, 1)  # of a week without a change of the clock


def read_at(record: Record, scope: FileScope, place: Place = HUB_PLACE) -> At:
    """The `at` of a rule; what is wrong in it is left out, with a problem."""
    opens = check_date(record.scalar("from"), scope, place)
    closes = check_date(record.scalar("to"), scope, place)
    if _is_over_before_it_begins(opens, closes):
        scope.problems.add("E219", record.key_span("to"), "`to` is not after `from`")
    return At(windows=_windows(record, scope), opens=opens, closes=closes)


def _windows(record: Record, scope: FileScope) -> Windows:
    named = record.scalars("window")
    found = [window for scalar in named if (window := _window(scalar, scope)) is not None]
    windows = Windows(parts=tuple(found)).merged(Windows())
    if len(windows.parts) > 1 and never_open_together(windows):
        scope.problems.add("W305", record.key_span("window"), "these windows are never open together")
    return windows


def _window(scalar: Scalar, scope: FileScope) -> WeeklyWindow | None:
    scope.used_windows.add(scalar.value)
    if scalar.value not in scope.window_names:
        scope.problems.unknown("E211", scalar.span, "window", scalar.value, scope.window_names)
    return scope.windows.get(scalar.value)


def never_open_together(windows: Windows) -> bool:
    """Whether no week has an hour that lies in all of them, though each has hours of its own."""
    usual = Windows(parts=tuple(evolve(part, not_on=frozenset(), not_on_bank_holidays=False) for part in windows.parts))
    week = [_A_MONDAY + timedelta(days=day) for day in range(7)]
    return all(part.days for part in usual.parts) and not any(usual.occurrences(day, frozenset()) for day in week)


def _is_over_before_it_begins(opens: DateExpr | None, closes: DateExpr | None) -> bool:
    """Of two fixed dates only: what depends on the hub or the plan is seen there."""
    if opens is None or closes is None or opens.offset != Duration() or closes.offset != Duration():
        return False
    first, last = opens.base, closes.base
    return isinstance(first, date) and isinstance(last, date) and as_closing(last) <= as_opening(first)
