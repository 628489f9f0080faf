"""What no test has reached is named with its place, and the figure is rounded down (NF3)."""

from chfw_core.reports.trials.coverage import Coverage, cover
from chfw_core.reports.trials.coverage_formats import coverage_as_text, coverage_as_value
from chfw_core.rules.check import check_sources
from chfw_core.rules.model import RuleSet
from tests.core.reports.trials.support import CSP, DCC, SUPPLIER, one_test, ran

TRIGGER = "events:\n  - {id: t, because: x, on: hub_lost_wan, do: {notify: us}}\n"


def rules(text: str) -> RuleSet:
    (found,) = check_sources([("0.rules.yaml", text)]).rulesets
    return found


def covered(text: str, *tests: str) -> Coverage:
    checks = [check for test in tests for result in ran(test, text) for check in result.checks]
    return cover([rules(text)], checks)


def missing(coverage: Coverage) -> dict[str, str]:
    return {one.text: one.missing for one in coverage.uncovered}


def test_nothing_is_reached_without_a_test() -> None:
    coverage = covered(SUPPLIER)
    assert (coverage.rules, coverage.rules_reached, coverage.leaves_reached, coverage.percent) == (9, 0, 0, 0)
    assert set(missing(coverage).values()) == {"determined no outcome", "never asked"}
    assert [one.span.line for one in coverage.uncovered] == sorted(one.span.line for one in coverage.uncovered)


def test_a_leaf_must_be_seen_both_ways() -> None:
    register = one_test("{outcome: excluded}", hub="{flags: [psr]}")
    plain = one_test("{outcome: leave_to_dcc}")
    assert missing(covered(SUPPLIER, register))['flags has "psr"'] == "never false"
    assert missing(covered(SUPPLIER, plain))['flags has "psr"'] == "never true"
    assert 'flags has "psr"' not in missing(covered(SUPPLIER, register, plain))


def test_rules_after_the_one_that_settles_it_are_not_asked() -> None:
    def unasked(hub: str, expect: str = "{priority: 50}") -> set[str]:
        found = missing(covered(SUPPLIER, one_test(expect, hub=hub)))
        return {text for text, what in found.items() if what == "never asked"}

    role, pilot = 'my_role == "gas"', "my.pilot"
    assert {role, pilot, 'flags has "by_hand"'} <= unasked("{flags: [psr]}")
    assert {role, pilot} <= unasked("{flags: [by_hand]}")
    assert {role} <= unasked("{split: true, other_supplier_instructed: true}")
    assert role in unasked("{my.pilot: true}", "{outcome: pilot}")
    assert pilot in unasked("{installed_on: 2026-01-10}")
    assert role not in unasked("{installed_on: 2026-01-10}")
    assert unasked("{}") == {'flags has "staff"'}
    assert unasked("{my.pilot: true}") == set()


def test_a_stopped_release_asks_for_the_priority_only() -> None:
    stopped = one_test("{outcome: held}", given="[{at: 2026-01-06, event: release_stopped}]")
    coverage = covered(SUPPLIER, stopped)
    assert missing(coverage)['firmware_version < "0D030000"'] == "never true"
    assert missing(coverage)['flags has "psr"'] == "never asked"


def test_a_rule_counts_when_it_determined_something() -> None:
    put_off = one_test("{outcome: instruct}", hub='{configuration_set: "CS-0112", installed_on: 2026-02-10}')
    late = put_off.replace("as_of: 2026-01-15", "as_of: 2026-02-20")
    assert {"settle", "approved"} & set(missing(covered(SUPPLIER, late))) == set()
    chosen = one_test("{outcome: pilot}", hub='{my.pilot: true, firmware_version: "0C000000"}')
    assert {"sample", "old"} & set(missing(covered(SUPPLIER, chosen))) == set()


def test_the_dcc_decides_the_date_of_hubs_that_it_holds() -> None:
    held = one_test("{outcome: held}", hub='{configuration_set: "CS-0140"}')
    assert missing(covered(DCC, held))['csp_region == "South"'] == "never true"


def test_a_csp_is_asked_in_its_region() -> None:
    away = one_test("{priority: 50}", hub="{csp_region: South, installed_on: 2017-01-01}")
    assert covered(CSP, away).percent == 0
    home = [one_test("{priority: 60}", hub="{installed_on: 2017-01-01}"), one_test("{priority: 50}")]
    assert covered(CSP, *home).percent == 100


def test_the_figure_is_rounded_down() -> None:
    figures = {"rules": 2, "leaves": 1, "left_out": 0, "uncovered": ()}
    assert Coverage(rules_reached=2, leaves_reached=0, **figures).percent == 66  # type: ignore[arg-type]
    assert Coverage(rules=0, leaves=0, rules_reached=0, leaves_reached=0, left_out=0, uncovered=()).percent == 100


def test_what_the_roll_out_runs_is_left_out_and_said() -> None:
    coverage = covered(CSP + TRIGGER)
    assert coverage.left_out == 1
    assert coverage_as_text(coverage) == (
        "0.rules.yaml:7:10: the rule `old` determined no outcome\n"
        "0.rules.yaml:7:43: `installed_on < 2018-01-01` was never asked\n"
        "not counted, since the roll-out runs them: 1 (rules of `events`, `then` of a pilot)\n"
        "0%: 0 of 1 rules, 0 of 1 conditions\n"
    )
    assert coverage_as_value(coverage) == {
        "percent": 0,
        "rules": {"total": 1, "reached": 0},
        "leaves": {"total": 1, "reached": 0},
        "not_counted": 1,
        "uncovered": [
            {
                "kind": "rule",
                "text": "old",
                "missing": "determined no outcome",
                "file": "0.rules.yaml",
                "line": 7,
                "column": 10,
            },
            {
                "kind": "leaf",
                "text": "installed_on < 2018-01-01",
                "missing": "never asked",
                "file": "0.rules.yaml",
                "line": 7,
                "column": 43,
            },
        ],
    }


def test_a_pilot_that_leads_to_something_is_counted_as_left_out_once() -> None:
    then = SUPPLIER.replace("size: 10\n", "size: 10\n    then: [{when: pilot.failed > 2%, do: {hold: everything}}]\n")
    assert cover([rules(then), rules(then)], []).left_out == 1
    assert coverage_as_text(covered(DCC)).endswith("0%: 0 of 5 rules, 0 of 5 conditions\n")
