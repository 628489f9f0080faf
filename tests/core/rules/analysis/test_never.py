"""Conditions that no hub fulfils are found, with the parts that clash; nothing is said of those that can hold (NF3)."""

import pytest

from chfw_core.rules.check import check_sources
from tests.core.rules.analysis.support import HEAD, checked_without_errors, codes_found, rules_text

NEVER = (
    'configuration_set == "A" and configuration_set == "B"',
    'configuration_set == "A" and not configuration_set in ["A", "B"]',
    'configuration_set == "AB" and not configuration_set starts with "A"',
    'configuration_set starts with "A" and configuration_set starts with "B"',
    'configuration_set starts with "A" and configuration_set is missing',
    'csp_region == "North" and not (csp_region == "North" or split)',
    "installed_on > 2026-03-01 and installed_on < 2026-03-02",
    "installed_on + 28 days < 2026-03-01 and installed_on > 2026-02-01",
    "installed_on < today - 28 days and installed_on within last 28 days",
    "installed_on is missing and installed_on within last 400 days",
    "installed_on > cutoff and installed_on < cutoff - 1 days",
    "today > 2026-03-01 and today between 2026-01-01 and 2026-02-01",
    'firmware_version < "0D030000" and firmware_version starts with "0D03"',
    'firmware_version < "00000000"',
    'firmware_version > "FFFFFFFF"',
    "firmware_version < release.firmware_version and firmware_version == release.firmware_version",
    'flags has "a" and not flags has any ["a", "b"]',
    'flags has all ["a", "b"] and not flags has "b"',
    "my.a > 5 and my.a < 5",
    "my.a > 5 and my.a is missing",
    'my.b == "x" and my.b == "y"',
    "my.vip and not my.vip",
    'my.c has "x" and my.c is missing',
    'my_role == "both" and split',
    "other_supplier_instructed and not split",
    "my_role is missing",
    "guid is missing",
    "flags is missing",
    'release.severity < "low"',
    'release.severity >= "high" and release.severity <= "medium"',
    'guid == "88-73-84-90-6A-10-02-DB" and guid == "88-73-84-90-6A-10-02-DC"',
    "cutoff < 2026-03-01 and cutoff > 2026-04-01",
    "configuration_set == my.a and my.a is missing",
    'release.id == "R" and release.id == "S"',
    'release.device_models has "433100AC" and not release.device_models has "433100AC"',
)


MAY_BE = (
    "installed_on > today",
    "installed_on > today and installed_on < today + 2 days",
    "installed_on > cutoff - 1 days and installed_on < cutoff",
    'my.a == "1" and my.a == 1',
    'my.a == "1" and my.a != "1.0"',
    "my.d > 2026-03-01 and my.d < 2026-03-02",
    'configuration_set starts with "A" and not configuration_set == "A"',
    'configuration_set starts with "" and not configuration_set in ["A", ""]',
    'configuration_set starts with "o" and not configuration_set starts with "other"',
    'my.e starts with "1" and my.e != "10"',
    "firmware_version != device_model",
    'my.c has any ["a"] and my.c has all ["b"]',
    "installed_on < installed_on + 1 days",
    "my.f within last 3 days and my.f > today",
    "installed_on - 3 hours < 2026-01-01",
    "cutoff + 1 days > 2026-01-01 and cutoff < 2026-01-01",
    "cutoff between 2026-01-01 and 2026-01-01",
    "2026-01-01 + 1 days < installed_on",
    "2026-01-01 + 1 days < 2026-01-01",
    "2026-01-01 + 1 days between 2026-01-01 and installed_on",
    "installed_on < today - 3 hours",
    'guid starts with "88-73" and not guid starts with "88-73-84"',
    "import_supplier == gas_supplier",
    'configuration_set in ["A"] or my.g',
    "today == release.notified_on + 3 days",
    "cutoff == 2026-06-05T08:00:00Z",
    "my.h == 2026-01-01",
    "my.i == 28 days",
    "my.j != true",
    "installed_on in [2026-01-01, 2026-01-02T09:00:00Z]",
    "release.notified_on < release.automatic_on - 300 days",
    'firmware_version between release.firmware_version and "FFFFFFFF"',
)


@pytest.mark.parametrize("when", NEVER)
def test_a_condition_that_never_holds_is_found(when: str) -> None:
    checked = checked_without_errors(
        rules_text(f"'{when}'" if when[0] == '"' else when.join("''") if "[" in when else when, block="exclude")
    )
    assert [problem.code for problem in checked.problems] == ["W309"]
    assert checked.problems[0].span.line == 4
    assert checked.left_open == ()


@pytest.mark.parametrize("when", MAY_BE)
def test_nothing_is_said_of_a_condition_that_can_hold(when: str) -> None:
    owner = "DCC" if "supplier" in when else "NWND"
    block, end = ("hold", "    until: manual\n") if owner == "DCC" else ("exclude", "")
    text = f"rules: v1\nowner: {owner}\n{block}:\n  - id: r\n    because: x\n    when: '{when}'\n{end}"
    checked = checked_without_errors(text)
    assert {problem.code for problem in checked.problems} <= {"W301"}
    assert checked.left_open == ()


def test_the_hint_names_the_two_parts_that_clash() -> None:
    (problem,) = checked_without_errors(
        rules_text("not split and csp_region is not missing and my_role == 'both' and split")
    ).problems
    assert problem.hint == "`not split` and `split` exclude each other"
    (problem,) = checked_without_errors(rules_text("split and guid is missing")).problems
    assert problem.hint == "`guid is missing` alone never holds"
    (problem,) = checked_without_errors(
        rules_text("(split or guid is missing) and not (split or my_role == 'both') and my_role == 'both'")
    ).problems
    assert problem.hint == "`split or guid is missing` and `not (split or my_role == 'both')` exclude each other"
    many = " and ".join(f"(my.a{n} == 1 or my.b{n} == 1)" for n in range(8))
    (problem,) = checked_without_errors(rules_text(f"(split or ({many})) and split and not split")).problems
    assert problem.hint == "`split` and `not split` exclude each other"
    three = "(split or my.a == 1) and (not split or my.a == 2) and my.a == 3"
    (problem,) = checked_without_errors(rules_text(three)).problems
    assert (problem.code, problem.hint) == ("W309", None)


def test_a_comparison_that_never_holds_is_said_once() -> None:
    text = rules_text("installed_on between 2026-03-01 and 2025-03-01", block="exclude")
    assert codes_found(text) == ["W308"]


def test_the_scope_of_the_file_is_part_of_every_condition() -> None:
    scope = 'applies_to: {device_models: ["433100AC"], role: import}\n'
    never = rules_text('device_model == "54311F52"', "my_role == 'gas'").replace("decide:", f"{scope}decide:")
    assert codes_found(never) == ["W309", "W309"]


def test_conditions_of_pilots_and_triggers_are_looked_at() -> None:
    text = (
        HEAD + "pilot:\n  id: p\n  because: x\n  size: 5\n  from: split\n  prefer: guid is missing\n"
        "events:\n  - id: e\n    because: x\n    per: release\n    on: incident_raised\n"
        '    if: event.reason == "a" and event.reason == "b"\n    do: {notify: hello}\n'
    )
    checked = check_sources([("f", text)])
    if checked.has_errors:
        pytest.fail(str([problem.render() for problem in checked.problems]))
    assert [problem.message.split(" never")[0] for problem in checked.problems] == [
        "what `p` prefers",
        "the step of `e` on `incident_raised`",
    ]
