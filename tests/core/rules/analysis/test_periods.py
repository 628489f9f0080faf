"""Periods, windows and holds held against a release (NF3, BR3.4)."""

import pytest

from chfw_core.rules.analysis.subject import Analysis
from tests.core.rules.analysis.support import HEAD, REST, checked_without_errors, codes_found
from tests.core.rules.support import PERIOD


def _at(at: str, windows: str = "") -> str:
    return (
        f"{HEAD}{windows}decide:\n  - id: r\n    because: x\n    when: split\n    then: instruct\n    at: {at}\n{REST}"
    )


WINDOWS = (
    'windows:\n  nights: {days: [sat], between: "22:00-05:00"}\n'
    '  none: {days: [], between: "10:00-11:00"}\n  noon: {days: [sun], between: "12:00-13:00"}\n'
)


@pytest.mark.parametrize(
    ("at", "code", "says"),
    [
        ("{from: 2026-07-05T09:00:00Z}", "W312", "not before the automatic time"),
        ("{from: 2026-06-06}", "W312", "after the cut-off"),
        ("{to: 2026-01-04}", "W312", "before the notice"),
        ("{from: cutoff - 1 days, to: 2026-03-01}", "W312", "before it opens"),
        ("{from: 2026-03-02, to: cutoff - 92 days, window: nights}", "W305", "no window of `r` opens"),
        ("{from: 2026-03-02, to: 2026-03-08, window: nights}", "W304", "noon"),
        ("{from: cutoff - 3 days, to: cutoff}", "", ""),
        ("{from: installed_on + 400 days}", "", ""),
        ("{from: today + 400 days}", "", ""),
        ("{to: release.automatic_on}", "", ""),
        ("{}", "", ""),
    ],
)
def test_periods_are_held_against_the_release(at: str, code: str, says: str) -> None:
    text = _at(at, WINDOWS.replace('  none: {days: [], between: "10:00-11:00"}\n', "") if "window" in at else "")
    problems = [p for p in checked_without_errors(text, analysis=Analysis(release=PERIOD)).problems if p.code != "W304"]
    if code in ("", "W304"):
        assert problems == []
    else:
        ((found, message),) = [(problem.code, problem.message) for problem in problems]
        assert found == code
        assert says in message
        assert "release R-1" in message
    assert {problem.code for problem in checked_without_errors(text).problems} <= {"W304"}


def test_windows_that_are_shut_anyway_are_said_once() -> None:
    analysis = Analysis(release=PERIOD)
    both = checked_without_errors(_at("{window: [nights, noon]}", WINDOWS), analysis=analysis)
    assert sorted(problem.code for problem in both.problems) == ["W304", "W305", "W305"]
    none = checked_without_errors(_at("{window: none}", WINDOWS), analysis=analysis)
    assert sorted(problem.code for problem in none.problems) == ["W304", "W304", "W305"]


@pytest.mark.parametrize(
    ("until", "codes"),
    [
        ("{date: 2026-01-05}", ["W312"]),
        ("{date: 2026-01-06}", []),
        ("{date: installed_on + 28 days}", []),
        ("{event: test_passed, at_latest: release.notified_on - 1 days}", ["W312"]),
        ("{flag_cleared: x, at_latest: 2025-01-01}", ["W312"]),
        ("{flag_cleared: x}", []),
        ("manual", []),
    ],
)
def test_holds_that_are_over_before_the_notice(until: str, codes: list[str]) -> None:
    text = f'{HEAD}hold:\n  - {{id: h, because: x, when: flags has "x", until: {until}}}\n'
    assert codes_found(text, analysis=Analysis(release=PERIOD)) == codes


def test_the_period_of_a_pilot_is_looked_at() -> None:
    text = f"{HEAD}pilot: {{id: p, because: x, size: 5, from: split, at: {{from: 2026-06-20}}}}\n"
    assert codes_found(text, analysis=Analysis(release=PERIOD)) == ["W312"]
