"""A weekly window as one line of text: `mon-fri 10:00-16:00 not on bank_holidays 2026-12-24`.

For a window that has no name in a rule file: an instruction bears its own. Days, hours and what it leaves out mean what
they mean there; hours are the London wall clock's. Without days it is every day. Each window has one standard text.
"""

import re
from datetime import date
from functools import lru_cache

from attrs import evolve

from chfw_core.errors import InputError, UsageError
from chfw_core.model.periods import MINUTES_A_DAY
from chfw_core.model.windows import WeeklyWindow, Windows

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
BANK_HOLIDAYS = "bank_holidays"
_DASH = "-\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}"
_HOURS = re.compile(rf"(\d{{1,2}}):(\d{{2}})\s*[{_DASH}]\s*(\d{{1,2}}):(\d{{2}})", re.ASCII)
_WINDOW = re.compile(
    rf"(?:(?P<days>.*?)\s+)?(?P<hours>\d{{1,2}}:\d{{2}}\s*[{_DASH}]\s*\d{{1,2}}:\d{{2}})"
    r"(?:,?\s+not\s+on\s+(?P<but>\S.*))?",
    re.ASCII | re.IGNORECASE,
)
_WRITE = "write `mon-fri 10:00-16:00`, by London time, and after it `not on bank_holidays` where that is meant"
_LEAST_RANGE = 3


def read_hours(text: str, told: str | None = None) -> tuple[int, int]:
    """The minutes of the day at which `22:00-05:00` opens and closes. `told`: the text as a message shows it.

    Raises InputError.
    """
    shown = text if told is None else told
    found = _HOURS.fullmatch(text.strip())
    if found is None:
        raise InputError(f"the hours `{shown}` cannot be read", hint="write 22:00-05:00")
    start, end = _minute(found[1], found[2]), _minute(found[3], found[4])
    if start is None or end is None:
        raise InputError(f"`{shown}` names an hour that no day has", hint="hours go from 00:00 to 24:00")
    if start == MINUTES_A_DAY:
        raise InputError(f"`{shown}` opens when its day is over", hint="write 00:00, and the day after")
    if start == end % MINUTES_A_DAY and end != MINUTES_A_DAY:
        raise InputError("the window opens and closes at the same minute", hint="for the whole day write 00:00-24:00")
    return start, end


def _minute(hour: str, minute: str) -> int | None:
    total = int(hour) * 60 + int(minute)
    return total if int(minute) < 60 and total <= MINUTES_A_DAY else None


@lru_cache(maxsize=1 << 12)
def read_window(text: str) -> WeeklyWindow:
    """The window of a text, in either case, its days and dates parted by spaces or commas; it has no name.

    Raises InputError.
    """
    found = _WINDOW.fullmatch(text.strip())
    if found is None:
        raise InputError(f"`{text}` is no window", hint=_WRITE)
    start, end = read_hours(found["hours"])
    named = [part for word in _words(found["days"]) for part in _days(word)]
    but = _words(found["but"])
    return WeeklyWindow(
        name="",
        days=frozenset(named or range(len(DAYS))),
        start=start,
        end=end,
        not_on=frozenset(_date(word) for word in but if word != BANK_HOLIDAYS),
        not_on_bank_holidays=BANK_HOLIDAYS in but,
    )


def write_window(window: WeeklyWindow) -> str:
    """The standard text of a window, whatever it is called."""
    days = " ".join(_ranges(sorted(window.days))) if len(window.days) < len(DAYS) else ""
    but = " ".join(left_out(window))
    return " ".join(filter(None, (days, hours_of(window), f"not on {but}" if but else "")))


def standard_window(text: str) -> str:
    """The standard text of the window that a text means. Raises InputError, and UsageError for what is no text."""
    if not isinstance(text, str):
        raise UsageError(f"the window `{text}` ({type(text).__name__}) is not text", hint=_WRITE)
    return write_window(read_window(text))


def own_windows(text: str | None, owner: str) -> Windows:
    """What an instruction says of its hours: one window of its owner's, or every hour."""
    return Windows() if text is None else Windows(parts=(evolve(read_window(text), owner=owner),))


def hours_of(window: WeeklyWindow) -> str:
    """`22:00-05:00`."""
    return "-".join(f"{minute // 60:02}:{minute % 60:02}" for minute in (window.start, window.end))


def left_out(window: WeeklyWindow) -> list[str]:
    """What a window leaves out, in the words of the rule language."""
    named = [day.isoformat() for day in sorted(window.not_on)]
    return [BANK_HOLIDAYS, *named] if window.not_on_bank_holidays else named


def _words(text: str | None) -> list[str]:
    return (text or "").replace(",", " ").casefold().split()


def _days(word: str) -> list[int]:
    if ":" in word:
        raise InputError(f"`{word}` are hours of a second window", hint="one window is said, for all of its days")
    ends = re.split(f"[{_DASH}]", word)
    if len(ends) > 2 or not set(ends) <= set(DAYS):
        raise InputError(f"`{word}` is no day of the week", hint=f"days are {', '.join(DAYS)}, or mon-fri")
    first, last = DAYS.index(ends[0]), DAYS.index(ends[-1])
    return [(first + more) % len(DAYS) for more in range((last - first) % len(DAYS) + 1)]


def _date(word: str) -> date:
    try:
        if len(word) != len("2026-12-24"):
            raise ValueError
        return date.fromisoformat(word)
    except ValueError:
        hint = f"after `not on` write `{BANK_HOLIDAYS}`, or dates such as 2026-12-24"
        raise InputError(f"`{word}` is no date", hint=hint) from None


def _ranges(days: list[int]) -> list[str]:
    """`mon-fri`, but `sat sun`: few days are said one by one."""
    runs: list[list[int]] = []
    for day in days:
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    said: list[str] = []
    for run in runs:
        said += [f"{DAYS[run[0]]}-{DAYS[run[-1]]}"] if len(run) >= _LEAST_RANGE else [DAYS[day] for day in run]
    return said
