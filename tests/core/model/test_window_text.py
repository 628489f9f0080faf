"""A weekly window as one line of text: what it means, and that each has one standard form."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chfw_core.errors import InputError, UsageError
from chfw_core.model.window_text import own_windows, read_window, standard_window, write_window
from chfw_core.model.windows import WeeklyWindow, Windows

WEEK = frozenset(range(7))


def window(days: frozenset[int], start: int, end: int, **more: object) -> WeeklyWindow:
    return WeeklyWindow(name="", days=days, start=start, end=end, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("22:00-05:00", window(WEEK, 1320, 300)),
        ("mon-fri 10:00-16:00", window(frozenset(range(5)), 600, 960)),
        ("fri-mon 10:00-16:00", window(frozenset({4, 5, 6, 0}), 600, 960)),
        ("sat 00:00-24:00", window(frozenset({5}), 0, 1440)),
        (
            "tue 9:30-10:00 not on bank_holidays 2026-12-29",
            window(frozenset({1}), 570, 600, not_on=frozenset({date(2026, 12, 29)}), not_on_bank_holidays=True),
        ),
    ],
)
def test_what_a_text_means(text: str, meant: WeeklyWindow) -> None:
    assert read_window(text) == meant


@pytest.mark.parametrize(
    ("text", "standard"),
    [
        (" Mon-Fri  10:00 \N{EN DASH} 16:00 ", "mon-fri 10:00-16:00"),
        ("mon\N{EM DASH}fri 10:00\N{MINUS SIGN}16:00", "mon-fri 10:00-16:00"),
        ("Fri,mon,TUE,wed,thu 10:00-16:00", "mon-fri 10:00-16:00"),
        ("mon-sun 9:00-17:00", "09:00-17:00"),
        ("sat,sun 10:00-12:00", "sat sun 10:00-12:00"),
        ("fri-mon 10:00-12:00", "mon fri-sun 10:00-12:00"),
        ("10:00-12:00, Not On 2026-12-25, bank_holidays, 2026-12-24", None),
    ],
)
def test_the_same_window_has_one_text(text: str, standard: str | None) -> None:
    assert standard_window(text) == (standard or "10:00-12:00 not on bank_holidays 2026-12-24 2026-12-25")


@pytest.mark.parametrize(
    ("text", "says", "hint"),
    [
        ("", "`` is no window", "mon-fri 10:00-16:00"),
        ("nights", "`nights` is no window", "by London time"),
        ("mon-fri", "is no window", "mon-fri 10:00-16:00"),
        ("mon-fri 10:00-16:00 Europe/Paris", "is no window", "by London time"),
        ("mon-fri 10:00-16:00Z", "is no window", "by London time"),
        ("weekdays 10:00-16:00", "`weekdays` is no day of the week", "mon, tue"),
        ("mon-fri-sun 10:00-16:00", "`mon-fri-sun` is no day of the week", "mon, tue"),
        ("mon- 10:00-16:00", "`mon-` is no day of the week", "mon, tue"),
        ("mon 10:00-25:00", "names an hour that no day has", "from 00:00 to 24:00"),
        ("mon 24:00-05:00", "`24:00-05:00` opens when its day is over", "write 00:00, and the day after"),
        ("mon-fri 10:00-16:00, sat 09:00-12:00", "`10:00-16:00` are hours of a second window", "one window is said"),
        ("mon 10:00-10:00", "opens and closes at the same minute", "00:00-24:00"),
        ("mon 10:00-16:00 not on", "is no window", "bank_holidays"),
        ("mon 10:00-16:00 not on bank holidays", "`bank` is no date", "`bank_holidays`"),
        ("mon 10:00-16:00 not on 24.12.2026", "`24.12.2026` is no date", "2026-12-24"),
    ],
)
def test_what_is_no_window_is_told_with_what_to_write(text: str, says: str, hint: str) -> None:
    with pytest.raises(InputError) as told:
        standard_window(text)
    assert says in str(told.value)
    assert hint in str(told.value.hint)


def test_a_window_that_is_no_text_is_the_callers_slip() -> None:
    with pytest.raises(UsageError, match="is not text"):
        standard_window(read_window("10:00-16:00"))  # type: ignore[arg-type]


MINUTES = st.integers(0, 1439)
WINDOWS = st.builds(
    window,
    st.frozensets(st.integers(0, 6), min_size=1),
    MINUTES,
    st.integers(1, 1440),
    not_on=st.frozensets(st.dates(date(2020, 1, 1), date(2030, 12, 31)), max_size=3),
    not_on_bank_holidays=st.booleans(),
).filter(lambda made: made.start != made.end)


@given(WINDOWS)
def test_what_is_written_is_read_again(made: WeeklyWindow) -> None:
    assert read_window(write_window(made)).hours == made.hours
    assert standard_window(write_window(made)) == write_window(made)


def test_an_instruction_without_a_window_means_every_hour() -> None:
    assert own_windows(None, "NWND") == Windows()
    (part,) = own_windows("mon 10:00-16:00", "NWND").parts
    assert (part.owner, part.name, part.days) == ("NWND", "", frozenset({0}))
