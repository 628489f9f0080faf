from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chfw_core.documents.defaults import default_parameters
from chfw_core.documents.release import ReleaseRead, read_release
from chfw_core.errors import InputError
from chfw_core.model.periods import add_months, format_instant
from chfw_core.model.releases import (
    Blackout,
    FirmwareRelease,
    Participation,
    Priority,
    ReleaseKind,
    Severity,
)

LEAST = """\
release: v1
id: R1
device_models: [433100AC]
firmware_version: "0D050002"
notified_at: 2026-01-05
"""


def read(text: str) -> ReleaseRead:
    return read_release(text, "r.yaml", default_parameters())


def release(text: str) -> FirmwareRelease:
    found = read(text)
    assert found.problems == ()
    assert found.release is not None
    return found.release


def messages(text: str) -> list[str]:
    found = read(text)
    assert found.release is None
    return [problem.render().split("\n")[0] for problem in found.problems]


def test_absent_keys_have_the_contracts_defaults() -> None:
    """BR1.3: six months after the notice, on the London wall clock; G2: a pilot of 300."""
    assert release(LEAST) == FirmwareRelease(
        id="R1",
        kind=ReleaseKind.SEC_RELEASE,
        device_models=("433100AC",),
        firmware_version="0D050002",
        notified_at=datetime(2026, 1, 5, tzinfo=UTC),
        automatic_at=datetime(2026, 7, 4, 23, tzinfo=UTC),
        mass_period_days=28,
        pilot_limit=300,
        severity=Severity.MEDIUM,
        priority=Priority.NORMAL,
        participation=Participation.VOLUNTARY,
    )


def test_every_key_is_read() -> None:
    text = """\
release: v1
id: R2
kind: unplanned_maintenance
device_models: ["433100ac", 1E100000, 01234567]
firmware_version: 01230000
upgrade_from: [0122e000]
notified_at: 2026-08-31T09:00:00+01:00
automatic_at: 2026-12-01T08:00:00Z
severity: critical
priority: urgent
release_note: "Mends the top-up fault: see note 12"
participation: mandatory
mass_period: {days: 14}
capacity: {North: 100, "4G South": 5}
blackouts: [{from: 2026-12-24, to: 2026-12-26, regions: [North]}, {from: 2026-12-25T10:00Z, to: 2026-12-25T11:00Z}]
pilot_limit: 0
"""
    assert release(text) == FirmwareRelease(
        id="R2",
        kind=ReleaseKind.UNPLANNED_MAINTENANCE,
        device_models=("433100AC", "1E100000", "01234567"),
        firmware_version="01230000",
        upgrade_from=("0122E000",),
        notified_at=datetime(2026, 8, 31, 8, tzinfo=UTC),
        automatic_at=datetime(2026, 12, 1, 8, tzinfo=UTC),
        severity=Severity.CRITICAL,
        priority=Priority.URGENT,
        release_note="Mends the top-up fault: see note 12",
        participation=Participation.MANDATORY,
        mass_period_days=14,
        capacity={"North": 100, "4G South": 5},
        blackouts=(
            Blackout(
                opens=datetime(2026, 12, 24, tzinfo=UTC),
                closes=datetime(2026, 12, 27, tzinfo=UTC),
                regions=frozenset({"North"}),
            ),
            Blackout(opens=datetime(2026, 12, 25, 10, tzinfo=UTC), closes=datetime(2026, 12, 25, 11, tzinfo=UTC)),
        ),
        pilot_limit=0,
    )


@pytest.mark.parametrize(
    ("notified", "automatic"),
    [
        ("2026-08-31", "2027-02-28T00:00:00Z"),
        ("2027-08-31", "2028-02-29T00:00:00Z"),
        ("2026-01-15T09:30:00Z", "2026-07-15T08:30:00Z"),
        ("2025-09-29T00:30:00Z", "2026-03-29T01:00:00Z"),
    ],
)
def test_the_automatic_time_is_six_london_months_after_the_notice_br1_3(notified: str, automatic: str) -> None:
    found = release(LEAST.replace("2026-01-05", notified))
    assert format_instant(found.automatic_at) == automatic
    assert found.automatic_at == add_months(found.notified_at, 6)


def test_every_problem_is_found_in_one_go_each_at_its_place() -> None:
    text = """\
release: v2
idd: R1
kind: sec_relase
device_models: [433100AC, 433100AC, 12, "43:31:00:AC", []]
firmware_version: 01230000
upgrade_from: [01230000]
notified_at: 2026-08-31
automatic_at: 2026-07-31
mass_period: {days: 0}
capacity: {North: 0, Sooth: 5, South: -1, Central: 1.5}
blackouts: [{from: 2026-12-24, to: 2026-12-22, regions: []}, {from: 2026-12-24}, 3]
pilot_limit: none
"""
    assert messages(text) == [
        "r.yaml:1:1: E207 the key `id` is missing",
        "r.yaml:1:10: E209 this version of the release file is not known (write `release: v1`)",
        "r.yaml:2:1: E205 no key called `idd` (did you mean `id`?)",
        "r.yaml:3:7: E208 `sec_relase` is not known here (did you mean `sec_release`?)",
        "r.yaml:4:37: E208 `12` is not 8 hex digits",
        "r.yaml:4:41: E208 `43:31:00:AC` is not 8 hex digits (leave out the colons)",
        "r.yaml:4:56: E208 `[…]` is not 8 hex digits",
        "r.yaml:6:16: E404 `01230000` is the release's own version",
        "r.yaml:8:15: E401 the automatic time 2026-07-30T23:00:00Z is not after the notice at 2026-08-30T23:00:00Z",
        "r.yaml:9:21: E208 `0` is not at least 1",
        "r.yaml:10:22: E208 `Sooth` is not known here (did you mean `South`?)",
        "r.yaml:10:39: E208 `-1` is not at least 0 (write a whole number from 0 on)",
        "r.yaml:10:52: E208 `1.5` is not a whole number (write a whole number from 0 on)",
        "r.yaml:11:62: E207 the key `to` is missing",
        "r.yaml:11:82: E208 keys with values belong here",
        "r.yaml:12:14: E208 `none` is not a whole number (write a whole number from 0 on)",
    ]


def test_what_only_all_values_together_show_is_found_too() -> None:
    text = """\
release: v1
id: R1
device_models: [433100AC, 433100ac]
firmware_version: 01230000
upgrade_from: [01230000]
notified_at: 2026-08-31
automatic_at: 2026-08-31
capacity: {North: 0, South: 1}
blackouts: [{from: 2026-12-24, to: 2026-12-23, regions: []}]
"""
    assert messages(text) == [
        "r.yaml:3:27: E403 `433100AC` is there more than once",
        "r.yaml:5:16: E404 `01230000` is the release's own version",
        "r.yaml:7:15: E401 the automatic time 2026-08-30T23:00:00Z is not after the notice at 2026-08-30T23:00:00Z",
        (
            "r.yaml:8:19: E402 a capacity of 0 would leave every hub of `North` without a day "
            "(use `blackouts` for days on which nothing may be activated there)"
        ),
        "r.yaml:9:36: E401 the black-out ends before it begins (a bare date as its end includes that day)",
        "r.yaml:9:57: E207 no region is named (leave `regions` out to mean all of them)",
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("[433100AC]", "[]"), "E207 no device model is named"),
        (("[433100AC]", "433100AC"), "E208 a list belongs here"),
        (("R1", "''"), "E208 `` is not text"),
        (("R1", "[R1]"), "E208 `[…]` is not text"),
        (("R1", "{a: b}"), "E208 `{…}` is not text"),
        (("2026-01-05", "5 January"), "E208 `5 January` is neither a date nor a time"),
        (("2026-01-05", "[2026-01-05]"), "E208 `[…]` is not text"),
        (("2026-01-05", "2015-01-05"), "E208 the parameter `automatic_after_months` has no value on 2015-01-05"),
        (("2026-01-05", "9999-12-31"), "E208 `9999-12-31` is not in the years 1970 to 2199"),
        (("release: v1", "release: v1\nupgrade_from: []"), "E404 no version may be upgraded"),
        (("release: v1", "release: v1\ncapacity: [1]"), "E208 keys with values belong here"),
        (("release: v1", "release: v1\nid: R0"), "E204"),
        (("R1", "&a R1"), "E206"),
        (("R1", "!!str R1"), "E206"),
    ],
)
def test_a_single_mistake_is_named(change: tuple[str, str], message: str) -> None:
    found = messages(LEAST.replace(*change))
    assert message in " ".join(found)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "E201 the file is empty"),
        ("[1, 2]", "E208 keys with values belong here"),
        ("release: [", "E201"),
        ("---", "E208 keys with values belong here"),
        ("# x\n" * 300_000, "E202 the file has more than 1 MiB"),
        ("{" * 40, "E203"),
    ],
)
def test_what_is_no_release_file_is_one_problem_not_a_traceback(text: str, message: str) -> None:
    assert message in messages(text)[0]


@given(st.text(max_size=60) | st.text(alphabet="release: v1\n[]{}-'\"&*!#,0A", max_size=80))
def test_no_text_raises(text: str) -> None:
    found = read(text)
    assert (found.release is None) == bool(found.problems)


@pytest.mark.parametrize("text", [None, b"release: v1", 5])
def test_what_is_no_text_is_refused_in_words(text: object) -> None:
    with pytest.raises(InputError, match="a release is read from text, not from"):
        read_release(text, "r.yaml", default_parameters())  # type: ignore[arg-type]
