"""Each finding where it belongs, and nowhere else; each example put to the conditions first."""

import pytest

from chfw_core.rules.analysis.subject import Analysis
from chfw_core.rules.check import Checked, check_sources
from tests.core.rules.support import PERIOD

HEAD = "rules: v1\nowner: NWND\n"
REST = "  - {id: rest, because: x, when: otherwise, then: leave_to_dcc}\n"
ALL = Analysis(overlaps=True, release=PERIOD)


def _rules(*whens: str, block: str = "decide") -> str:
    rules = "".join(
        f"  - id: r{number}\n    because: x\n    when: {when}\n"
        + ((f"    then: {'leave_to_dcc' if number % 2 else 'instruct'}\n") if block == "decide" else "")
        for number, when in enumerate(whens)
    )
    return f"{HEAD}{block}:\n{rules}{REST if block == 'decide' else ''}"


def _check(*texts: str, analysis: Analysis | None = None) -> Checked:
    names = [f"{number}0.rules.yaml" for number in range(1, len(texts) + 1)]
    checked = check_sources(list(zip(names, texts, strict=True)), analysis=analysis or Analysis())
    assert not checked.has_errors, [problem.render() for problem in checked.problems]
    return checked


def _found(*texts: str, analysis: Analysis | None = None) -> list[str]:
    return [problem.code for problem in _check(*texts, analysis=analysis).problems]


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
    checked = _check(
        _rules(f"'{when}'" if when[0] == '"' else when.join("''") if "[" in when else when, block="exclude")
    )
    assert [problem.code for problem in checked.problems] == ["W309"]
    assert checked.problems[0].span.line == 4
    assert checked.left_open == ()


@pytest.mark.parametrize("when", MAY_BE)
def test_nothing_is_said_of_a_condition_that_can_hold(when: str) -> None:
    owner = "DCC" if "supplier" in when else "NWND"
    block, end = ("hold", "    until: manual\n") if owner == "DCC" else ("exclude", "")
    text = f"rules: v1\nowner: {owner}\n{block}:\n  - id: r\n    because: x\n    when: '{when}'\n{end}"
    checked = _check(text)
    assert {problem.code for problem in checked.problems} <= {"W301"}
    assert checked.left_open == ()


def test_the_hint_names_the_two_parts_that_clash() -> None:
    (problem,) = _check(_rules("not split and csp_region is not missing and my_role == 'both' and split")).problems
    assert problem.hint == "`not split` and `split` exclude each other"
    (problem,) = _check(_rules("split and guid is missing")).problems
    assert problem.hint == "`guid is missing` alone never holds"
    (problem,) = _check(
        _rules("(split or guid is missing) and not (split or my_role == 'both') and my_role == 'both'")
    ).problems
    assert problem.hint == "`split or guid is missing` and `not (split or my_role == 'both')` exclude each other"
    many = " and ".join(f"(my.a{n} == 1 or my.b{n} == 1)" for n in range(8))
    (problem,) = _check(_rules(f"(split or ({many})) and split and not split")).problems
    assert problem.hint == "`split` and `not split` exclude each other"
    three = "(split or my.a == 1) and (not split or my.a == 2) and my.a == 3"
    (problem,) = _check(_rules(three)).problems
    assert (problem.code, problem.hint) == ("W309", None)


def test_a_comparison_that_never_holds_is_said_once() -> None:
    text = _rules("installed_on between 2026-03-01 and 2025-03-01", block="exclude")
    assert _found(text) == ["W308"]


def test_the_scope_of_the_file_is_part_of_every_condition() -> None:
    scope = 'applies_to: {device_models: ["433100AC"], role: import}\n'
    never = _rules('device_model == "54311F52"', "my_role == 'gas'").replace("decide:", f"{scope}decide:")
    assert _found(never) == ["W309", "W309"]


def test_conditions_of_pilots_and_triggers_are_looked_at() -> None:
    text = (
        HEAD + "pilot:\n  id: p\n  because: x\n  size: 5\n  from: split\n  prefer: guid is missing\n"
        "events:\n  - id: e\n    because: x\n    on: incident_raised\n"
        '    if: event.reason == "a" and event.reason == "b"\n    do: {notify: hello}\n'
    )
    checked = check_sources([("f", text)])
    if checked.has_errors:
        pytest.fail(str([problem.render() for problem in checked.problems]))
    assert [problem.message.split(" never")[0] for problem in checked.problems] == [
        "what `p` prefers",
        "the step of `e` on `incident_raised`",
    ]


@pytest.mark.parametrize(
    ("whens", "by"),
    [
        (("split", "split"), "`r0` takes"),
        (("csp_region in ['North', 'South']".join('""'), "csp_region == 'North'"), "`r0` takes"),
        (("split", "not split", "csp_region == 'North'"), "`r0`, `r1` take"),
        (("split or not split", "csp_region == 'North'"), "`r0` takes"),
        (("installed_on < today", "installed_on < today - 28 days"), "`r0` takes"),
        (('firmware_version < "0D030000"', 'firmware_version starts with "0D02"'), "`r0` takes"),
        (("split or my.a == 1", "my.a == 1 and csp_region == 'North'"), "`r0` takes"),
        (
            ("my.a == 1", "my.a == 2", "my.a == 3", "my.a == 4", '"my.a in [1, 2, 3, 4]"'),
            "`r0`, `r1`, `r2` and 1 more take",
        ),
    ],
)
def test_a_hidden_decision_is_found_with_those_that_hide_it(whens: tuple[str, ...], by: str) -> None:
    (problem,) = _check(_rules(*whens)).problems
    assert problem.code == "W302"
    assert problem.message == f"`r{len(whens) - 1}` is never reached: {by} every hub that it would"


@pytest.mark.parametrize(
    "whens",
    [
        ("split", "csp_region == 'North'"),
        ("csp_region == 'North'", "\"csp_region in ['North', 'South']\""),
        ("installed_on < today - 28 days", "installed_on < today"),
        ("split", "not split"),  # `otherwise` must stand there all the same
        ("my.a > 1", "my.a == 'x'"),
    ],
)
def test_a_decision_that_can_be_reached_is_not_called_hidden(whens: tuple[str, ...]) -> None:
    assert _found(_rules(*whens)) == []


def test_a_rule_that_never_matches_hides_nothing_and_is_not_called_hidden() -> None:
    assert _found(_rules("guid is missing", "guid is missing", "split")) == ["W309", "W309"]


def test_after_otherwise_everything_is_hidden() -> None:
    text = _rules("split") + "  - {id: late, because: x, when: csp_region == 'North', then: instruct}\n"
    (problem,) = _check(text).problems
    assert problem.message == "`late` is never reached: `rest` takes every hub that it would"


def test_many_rules_are_looked_through_by_what_they_have_in_common() -> None:
    whens = [f"configuration_set == 'CS-{number:03}' and csp_region == 'North'" for number in range(150)]
    assert _found(_rules(*whens)) == []
    (problem,) = _check(_rules(*whens, "configuration_set == 'CS-149' and csp_region == 'North' and split")).problems
    assert problem.message.startswith("`r150` is never reached: `r149` takes")
    wide = [f"installed_on < today - {200 - number} days and my.a == {number}" for number in range(100)]
    assert _found(_rules(*wide)) == []
    wider = [f"installed_on < today - {200 - number} days" for number in range(100)]
    assert _found(_rules(*wider)) == []
    assert _found(_rules(*reversed(wider))) == ["W302"] * 99


def test_a_condition_with_too_many_alternatives_is_left_open() -> None:
    parts = " and ".join(f"(my.a{n} == 1 or my.b{n} == 1)" for n in range(8))
    checked = _check(_rules(parts), analysis=Analysis(overlaps=True))
    assert checked.problems == ()
    assert checked.left_open == ("whether `r0` ever matches",)
    checked = _check(_rules(f"({parts}) and guid is missing"))
    assert [problem.code for problem in checked.problems] == ["W309"]
    whole = _rules(f"split or ({parts})", "csp_region == 'North'", f"({parts}) or my_role is not missing")
    checked = _check(whole, analysis=Analysis(overlaps=True))
    assert [problem.code for problem in checked.problems] == ["N401"]
    assert checked.left_open == ("whether `r0` ever matches", "whether `r0` and `r1` overlap")


# --- gaps


def _scoped(scope: str, *whens: str, otherwise: bool = True, prefix: str = "a") -> str:
    text = _rules(*whens).replace("id: r", f"id: {prefix}")
    text = text if otherwise else text.replace(REST.replace("id: r", f"id: {prefix}"), "")
    return text.replace("decide:", f"applies_to: {scope}\ndecide:") if scope else text


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (_scoped("", "split", otherwise=False), _scoped("{role: gas}", prefix="b")),
        (_scoped("{role: import}", "split", otherwise=False), _scoped("{role: gas}", prefix="b")),
        (
            _scoped('{device_models: ["433100AC"]}', "split", otherwise=False),
            _scoped('{device_models: ["5431*"]}', prefix="b"),
        ),
        (_scoped('{device_models: ["433100AC"]}', "split"), _scoped('{device_models: ["5431*"]}', prefix="b")),
    ],
)
def test_hubs_that_only_an_earlier_file_is_about_are_a_gap(first: str, last: str) -> None:
    problems = [problem for problem in _check(first, last).problems if problem.code != "W307"]
    assert [(problem.code, problem.span.file) for problem in problems] == [("W310", "10.rules.yaml")]
    assert "such as: " in problems[0].message


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (_scoped("{role: import}", "split", otherwise=False), _scoped("", prefix="b")),
        (
            _scoped('{device_models: ["433100AC"]}', "split", otherwise=False),
            _scoped('{device_models: ["43*"]}', prefix="b"),
        ),
        (_scoped("{role: gas}", "split", "not split", otherwise=False), _scoped("{role: import}", prefix="b")),
        (
            _scoped("{role: any}", otherwise=False, prefix="c").replace("decide:\n", "exclude: []\n"),
            _scoped("{role: gas}", prefix="b"),
        ),
    ],
)
def test_hubs_that_only_otherwise_decides_are_no_gap(first: str, last: str) -> None:
    assert _found(first, last) == []


def test_a_gap_that_cannot_be_shown_is_left_open() -> None:
    odd = "my.a within last 3 days"
    first = _scoped("", f"{odd} or not {odd}", otherwise=False)
    assert _check(first, _scoped("{role: gas}", prefix="b")).left_open == ()
    parts = " or ".join(f"(my.a{n} == 1 and my.b{n} == 1 and my.c{n} == 2)" for n in range(7))
    checked = _check(_scoped("", f"not ({parts})", otherwise=False), _scoped("{role: gas}", prefix="b"))
    assert checked.problems == ()
    assert checked.left_open == ("whether `a0` ever matches", "whether 10.rules.yaml leaves a hub undecided")


# --- repeats


@pytest.mark.parametrize(
    ("when", "column"),
    [("split and csp_region == 'North' and split", 47), ("not (split or my.a == 1 or split)", 38)],
)
def test_a_part_that_stands_twice_is_found_where_it_stands(when: str, column: int) -> None:
    (problem,) = _check(_rules(when, block="exclude")).problems
    assert (problem.code, problem.span.line, problem.span.column) == ("W311", 6, column)
    assert problem.message == "`split` stands twice in this condition"


def test_two_rules_that_do_the_same_with_one_condition() -> None:
    assert _found(_rules("split", "split", block="exclude")) == ["W311"]
    prioritise = (
        _rules("split", "split", block="exclude")
        .replace("exclude:", "prioritise:")
        .replace("split\n", "split\n    priority: 60\n")
    )
    assert _found(prioritise) == ["W311"]
    hold = _rules("split", "split", block="exclude").replace("exclude:", "hold:")
    same = hold.replace("split\n", "split\n    until: manual\n")
    assert _found(same) == ["W311"]
    other = same.replace("manual", "{date: cutoff}", 1)
    assert _found(other) == []
    assert _found(_rules("guid is missing", "guid is missing", block="exclude")) == ["W309", "W309"]


def test_a_set_is_looked_up_once_for_all_that_name_it() -> None:
    text = _rules("configuration_set in s and split", "configuration_set in s", "configuration_set in s and my.a == 1")
    (problem,) = _check(text.replace("decide:", "sets: {s: [A, B]}\ndecide:")).problems
    assert problem.message.startswith("`r2` is never reached: `r1` takes")


def test_one_text_in_two_files_may_mean_two_things() -> None:
    first = _rules("configuration_set in s", block="exclude").replace("exclude:", "sets: {s: [A]}\nexclude:")
    second = first.replace("[A]", "[B]").replace("id: r0", "id: other")
    assert _found(first, second) == []


# --- overlaps


def test_two_decisions_that_overlap_are_shown_with_a_hub() -> None:
    text = _rules("csp_region == 'North'", 'flags has "prepay" and my.a > 5')
    (problem,) = _check(text, analysis=ALL).problems
    assert (problem.code, problem.severity.value) == ("N401", "note")
    assert problem.message == "`r0` and `r1` both match such a hub: csp_region North; my.a 6; flags prepay"
    assert problem.hint == "`r0` decides, since it comes first"
    assert _found(text) == []


@pytest.mark.parametrize(
    ("first", "second", "text"),
    [
        ("split", "my_role == 'gas'", "my_role gas; split"),
        ("not split", "not my_role == 'import'", "my_role gas; not split"),
        ("installed_on within last 7 days", "today > 2026-03-01", "installed_on 2026-03-02; today 2026-03-02"),
        ("installed_on > 2026-03-01", "installed_on < today - 30 days", "installed_on 2026-03-02; today 2026-04-02"),
        (
            "firmware_version < release.firmware_version",
            'firmware_version == "0D020000"',
            "firmware_version 0D020000; release.firmware_version 0D020001",
        ),
        ("configuration_set is missing", "installed_on is missing", "configuration_set missing; installed_on missing"),
        ("installed_on == cutoff - 1 days", "cutoff == cutoff", ""),
        ("my.wanted == configuration_set", 'configuration_set == "A"', ""),
        ('my.c has "x"', 'release.device_models has "433100AC"', "my.c x; release.device_models 433100AC"),
        ("my.c is not missing", "my.vip", "my.c 0:00:00.000001; my.vip true"),
        (
            "cutoff > 2026-03-01",
            "guid == '88-73-84-90-6A-10-02-DB'",
            "cutoff 2026-03-01T00:00:00.000002Z; guid 88-73-84-90-6A-10-02-DB",
        ),
        (
            "other_supplier_instructed",
            "csp_region == 'North'",
            "csp_region North; my_role import; split; the other Supplier has instructed",
        ),
        ("han_device_types has 'GPF'", "han_device_types has 'ESME'", "han_device_types ESME, GPF"),
        ("release.id != 'R-1'", "release.severity > 'low'", "release.id other; release.severity medium"),
        ("configuration_set == release.id", "split", ""),
        ("configuration_set != release.id", "split", "my_role import; split"),
        (
            "installed_on is missing and not installed_on < today",
            "split",
            "installed_on missing; my_role import; split",
        ),
    ],
)
def test_the_example_is_a_hub_like_any_other(first: str, second: str, text: str) -> None:
    checked = _check(_rules(first, second), analysis=Analysis(overlaps=True))
    found = [problem.message.split("such a hub: ")[1] for problem in checked.problems if problem.code == "N401"]
    if text:
        assert found == [text]
    else:
        assert len(found) + len(checked.left_open) == 1


def test_decisions_with_one_outcome_do_not_contradict_each_other() -> None:
    text = _rules("split", "csp_region == 'North'").replace("leave_to_dcc\n", "instruct\n", 1)
    assert _found(text, analysis=ALL) == []
    batched = text.replace("then: instruct\n", "then: instruct\n    batch: {size: 5}\n", 1)
    assert _found(batched, analysis=ALL) == ["N401"]


def test_overlaps_are_told_up_to_a_number() -> None:
    checked = _check(_rules(*(f"my.a{n} == 1" for n in range(30))), analysis=ALL)
    assert len(checked.problems) == 100
    assert checked.left_open == ("whether more than 100 pairs of decisions overlap",)


def test_the_dcc_is_shown_hubs_of_others() -> None:
    text = _rules("split", "import_supplier == 'EEXX'").replace("NWND", "DCC").replace("instruct", "leave_to_dcc", 1)
    text = text.replace("then: leave_to_dcc", "then: move_automatic_date\n    to: 2026-10-01", 1)
    (problem,) = _check(text, analysis=Analysis(overlaps=True)).problems
    assert "split" in problem.message
    assert "NWND" not in problem.message


@pytest.mark.parametrize(
    ("first", "text"),
    [
        ("import_supplier == gas_supplier", "gas_supplier GASS; import_supplier GASS"),
        (
            "import_supplier is not missing and gas_supplier is not missing and not import_supplier == gas_supplier",
            "gas_supplier GASS; import_supplier IMPT",
        ),
    ],
)
def test_two_suppliers_are_one_or_two(first: str, text: str) -> None:
    decisions = _rules(first, "csp_region == 'North'").replace("NWND", "DCC")
    decided = decisions.replace("then: instruct", "then: move_automatic_date\n    to: 2026-10-01")
    (problem,) = _check(decided, analysis=Analysis(overlaps=True)).problems
    assert problem.message.endswith(f"csp_region North; {text}")


# --- periods


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
        ("{from: cutoff - 1 days, to: cutoff - 3 days}", "W312", "before it opens"),
        ("{from: 2026-03-02, to: 2026-03-05, window: nights}", "W305", "no window of `r` opens"),
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
    problems = [p for p in _check(text, analysis=Analysis(release=PERIOD)).problems if p.code != "W304"]
    if code in ("", "W304"):
        assert problems == []
    else:
        ((found, message),) = [(problem.code, problem.message) for problem in problems]
        assert found == code
        assert says in message
        assert "release R-1" in message
    assert {problem.code for problem in _check(text).problems} <= {"W304"}


def test_windows_that_are_shut_anyway_are_said_once() -> None:
    analysis = Analysis(release=PERIOD)
    both = _check(_at("{window: [nights, noon]}", WINDOWS), analysis=analysis)
    assert sorted(problem.code for problem in both.problems) == ["W304", "W305", "W305"]
    none = _check(_at("{window: none}", WINDOWS), analysis=analysis)
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
    assert _found(text, analysis=Analysis(release=PERIOD)) == codes


def test_the_period_of_a_pilot_is_looked_at() -> None:
    text = f"{HEAD}pilot: {{id: p, because: x, size: 5, from: split, at: {{from: 2026-06-20}}}}\n"
    assert _found(text, analysis=Analysis(release=PERIOD)) == ["W312"]


def test_nothing_is_looked_for_where_nobody_asks() -> None:
    assert check_sources([("f", _rules("guid is missing"))], analysis=None).problems == ()


def test_a_csp_has_no_decisions_to_be_looked_at() -> None:
    text = "rules: v1\nowner: CSP:North\nprioritise:\n  - {id: a, because: x, when: split, priority: 3}\n"
    assert _found(text, analysis=ALL) == []
