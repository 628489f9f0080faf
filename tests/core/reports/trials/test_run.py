"""What comes out of a trial is what the planner's own parts say; and where it differs, why (NF1, NF3)."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chfw_core.planning.own_decision import Outcome
from chfw_core.reports.trials.keys import OUTCOMES
from tests.core.reports.trials.support import CSP, DCC, SUPPLIER, one_check

PASSED = ("2026-02-01", "2026-05-01")


@pytest.mark.parametrize(
    ("hub", "expect"),
    [
        ('{configuration_set: "CS-0112"}', "{outcome: instruct, by: approved, window: nights, batch: 500}"),
        ('{configuration_set: "CS-0112"}', "{opens: 2026-03-02, closes: 2026-05-29, pilot: none, priority: 50}"),
        ('{configuration_set: "CS-0112"}', "{opens: 2026-03-02T00:00:00Z, closes: 2026-05-29T23:00:00Z}"),
        ("{flags: [psr]}", "{outcome: excluded, by: register, window: []}"),
        ("{flags: psr|prepay}", "{outcome: excluded}"),
        ("{}", "{outcome: leave_to_dcc, by: rest, reason: leaves it to the DCC}"),
        ('{firmware_version: "0c000001"}', "{priority: 60}"),
        ("{my_role: gas}", "{outcome: instruct}"),
        ("{my_role: gas, split: true}", "{outcome: instruct}"),
        ("{split: true}", "{outcome: leave_to_dcc}"),
        ("{split: true, other_supplier_instructed: true}", "{outcome: instruct, by: agreed, opens: 2026-01-16}"),
        ("{flags: [by_hand]}", "{outcome: held, by: by-hand}"),
        ('{configuration_set: "CS-0112", installed_on: 2026-01-10}', "{outcome: instruct, until: 2026-02-07}"),
        ("{my.pilot: true}", "{outcome: pilot, by: sample, opens: 2026-02-02, closes: 2026-02-13}"),
        ("{my.pilot: true}", "{outcome: leave_to_dcc, by: rest, pilot: sample}"),
        ("{my.pilot: true, flags: [psr]}", "{outcome: excluded, pilot: none}"),
    ],
)
def test_a_supplier(hub: str, expect: str) -> None:
    check = one_check(expect, hub=hub)
    assert check.passed, check.rows
    assert check.why == ()


@pytest.mark.parametrize(
    ("hub", "expect"),
    [
        ('{configuration_set: "CS-0140"}', "{outcome: held, by: INC-1, until: 2026-05-20}"),
        (
            "{csp_region: South}",
            "{outcome: move_automatic_date, by: later, automatic_on: 2026-10-01, opens: 2026-10-01}",
        ),
        ("{split: true}", "{outcome: instruct, by: shared, window: weekdays, batch: 9, opens: 2026-07-05}"),
        (
            "{split: true, import_supplier: AAAA, csp_region: North}",
            "{outcome: leave_to_dcc, automatic_on: 2026-07-05}",
        ),
        ("{split: true, csp_region: North}", "{outcome: instruct, opens: 2026-08-01, until: 2026-08-01}"),
        ("{gas_supplier: AAAA}", "{outcome: leave_to_dcc, window: []}"),
    ],
)
def test_the_dcc(hub: str, expect: str) -> None:
    check = one_check(expect, DCC, hub=hub)
    assert check.passed, check.rows


@pytest.mark.parametrize(
    ("hub", "expect"),
    [
        ("{installed_on: 2017-03-01}", "{window: no-sundays, batch: 20, priority: 60}"),
        ("{installed_on: 2017-03-01}", "{outcome: prioritised, by: old, reason: Weak radios}"),
        ("{}", "{priority: 50, outcome: no_rule, window: no-sundays}"),
        ("{installed_on: 2017-03-01, csp_region: South}", "{outcome: no_rule, reason: no rule of the CSP}"),
        ("{installed_on: 2017-03-01, csp_region: South}", "{window: [], priority: 50}"),
    ],
)
def test_a_csp(hub: str, expect: str) -> None:
    check = one_check(expect, CSP, hub=hub)
    assert check.passed, check.rows


def test_the_dcc_without_a_rule_leaves_it_as_notified() -> None:
    check = one_check("{outcome: leave_to_dcc, reason: as notified}", DCC[: DCC.index("decide:")])
    assert check.passed, check.rows
    assert check.got.by is None


@pytest.mark.parametrize(("written", "holds"), [("no_rule", True), ("leave_to_dcc", True), ("held", False)])
@pytest.mark.parametrize("rules", ["rules: v1\nowner: NWND\n", "rules: v1\nowner: DCC\n"])
def test_a_hub_that_no_rule_decides(rules: str, written: str, holds: bool) -> None:
    """It is said as preview, diff and explain say it; whoever expects that the DCC has it is right as well."""
    check = one_check(f"{{outcome: {written}}}", rules)
    assert check.passed is holds
    assert check.rows[0].got == "no_rule"


@pytest.mark.parametrize(("written", "holds"), [("stopped", True), ("held", True), ("no_rule", False)])
@pytest.mark.parametrize("rules", [SUPPLIER, DCC])
def test_a_release_that_is_paused(rules: str, written: str, holds: bool) -> None:
    check = one_check(f"{{outcome: {written}}}", rules, given="[{at: 2026-01-06, event: release_paused}]")
    assert check.passed is holds
    assert check.rows[0].got == "stopped"


def test_leaving_a_hub_to_the_dcc_is_not_having_no_rule() -> None:
    assert not one_check("{outcome: no_rule}").passed
    assert not one_check("{outcome: stopped}", hub="{flags: [by_hand]}").passed


def test_the_words_of_outcomes_are_those_of_preview_diff_and_explain() -> None:
    """NF3: one word for one thing, in one place of the documentation."""
    assert set(OUTCOMES) == {outcome.value for outcome in Outcome} - {"ineligible"}
    page = Path(__file__).parents[4] / "docs" / "reference" / "rule-language.md"
    section = page.read_text(encoding="utf-8").split("\n## What becomes of a hub\n")[1].split("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == [outcome.value for outcome in Outcome]


def test_a_csp_without_batches() -> None:
    assert one_check("{priority: 50}", CSP.replace("batch: {size: 20}\n", "")).got.batch is None


def test_an_event_counts_from_its_time_on() -> None:
    given = "[{at: 2026-02-10T12:00:00Z, event: test_passed}]"
    hub = '{configuration_set: "CS-0151"}'
    assert one_check("{as_of: 2026-02-10, outcome: held, by: tested, until: 2026-05-31}", hub=hub, given=given).passed
    assert one_check("{as_of: 2026-02-11, outcome: instruct, by: approved}", hub=hub, given=given).passed


def test_a_paused_release_is_held_by_nobody() -> None:
    check = one_check("{outcome: held}", given="[{at: 2026-01-06, event: release_paused, reason: see below}]")
    assert check.passed
    assert (check.got.by, check.got.priority) == (None, 50)


def test_a_phase_of_the_release_is_open_until_another_is_opened() -> None:
    more = "    release: {phase: mass}\n"
    assert one_check("{outcome: leave_to_dcc}", hub="{flags: [psr]}", more=more).passed
    given = "[{at: 2026-01-10, event: phase_opened, phase: pilot}]"
    assert one_check("{outcome: excluded}", hub="{flags: [psr]}", more=more, given=given).passed


def test_a_phase_that_is_opened_for_a_region_is_open_there_alone() -> None:
    given = "[{at: 2026-01-10, event: phase_opened, phase: mass, csp_region: North}]"
    for region, outcome in (("North", "leave_to_dcc"), ("Central", "excluded")):
        hub = f"{{flags: [psr], csp_region: {region}}}"
        assert one_check(f"{{outcome: {outcome}}}", hub=hub, given=given).passed


def test_eligibility_is_not_evaluated() -> None:
    hub = (
        '{device_model: "00000000", firmware_version: "0D050002", smi_status: Suspended, configuration_set: "CS-0112"}'
    )
    assert one_check("{outcome: instruct}", hub=hub).passed


def test_a_failure_shows_both_sides_and_the_leaf_with_its_value() -> None:
    expect = "{outcome: instruct, by: approved, window: nights, opens: 2026-03-02, until: 2026-03-02, batch: 500}"
    check = one_check(expect, hub='{configuration_set: "CS-0199"}')
    assert [(row.what, row.expected, row.got) for row in check.rows] == [
        ("outcome", "instruct", "leave_to_dcc"),
        ("by", "approved", "rest"),
        ("window", "nights", "none"),
        ("opens", "2026-03-02", "none"),
        ("until", "2026-03-02", "none"),
        ("batch", "500", "none"),
    ]
    assert check.why == (
        "NWND leaves it to the DCC by `rest`: The DCC's date",
        "`rest` matches",
        "`approved` does not match",
        '  `configuration_set in ["CS-0112", "CS-0151"]` does not hold: configuration_set is CS-0199',
        '  `my_role == "gas"` does not hold: my_role is both',
    )


def test_a_time_that_differs_is_shown_in_the_form_that_was_expected() -> None:
    check = one_check("{opens: 2026-03-03, closes: 2026-05-28}", hub='{configuration_set: "CS-0112"}')
    assert [row.got for row in check.rows] == ["2026-03-02", "2026-05-29"]
    check = one_check("{opens: 2026-03-03T10:00:00Z}", hub='{configuration_set: "CS-0112"}')
    assert [(row.expected, row.got) for row in check.rows] == [("2026-03-03T10:00:00Z", "2026-03-02T00:00:00Z")]
    check = one_check("{automatic_on: 2026-07-06}", DCC, more="    release: {automatic_on: 2026-07-05T09:00:00Z}\n")
    assert [row.got for row in check.rows] == ["2026-07-05T09:00:00Z"]
    assert check.got.automatic_at == datetime(2026, 7, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hub", "expect", "line"),
    [
        (
            '{configuration_set: "CS-0112", flags: [by_hand]}',
            "{by: rest}",
            "`rest` matches, but another comes before it",
        ),
        (
            '{configuration_set: "CS-0151"}',
            "{as_of: 2026-06-02, by: tested}",
            "`tested` matches, but it is over or was released",
        ),
        ('{configuration_set: "CS-0151", flags: [by_hand]}', "{by: tested}", "`tested` matches"),
        ("{}", "{outcome: pilot}", "`sample` does not match"),
        ("{my.pilot: true, flags: [psr]}", "{pilot: sample}", "`sample` matches, but another comes before it"),
        ("{}", "{priority: 60}", "`old` does not match"),
    ],
)
def test_why_it_is_not_as_expected(hub: str, expect: str, line: str) -> None:
    check = one_check(expect, hub=hub)
    assert not check.passed
    assert line in check.why


def test_why_a_csp_does_not_rank_a_hub() -> None:
    assert one_check("{priority: 60}", CSP).why == (
        "no rule of the CSP names it",
        "`old` does not match",
        "  `installed_on < 2018-01-01` does not hold: installed_on is missing",
    )


EVENTS = """
rules: v1
owner: NWND
events:
  - id: flagged-and-cleared
    because: A flag that stays for a week is looked at
    steps:
      - on: defect_flagged
        if: event.flag == "x"
      - on: flag_cleared
        within: 7 days
        otherwise: {notify: service-desk}
    do: {notify: service-desk}
  - id: not-these-models
    because: Another one
    on: defect_flagged
    if: device_model != "433100AC"
    do: {notify: service-desk}
"""
FLAGGED = "{at: 2026-02-02T09:00:00Z, event: defect_flagged, flag: x}"
CLEARED = "{at: 2026-02-05T09:00:00Z, event: flag_cleared, flag: x}"


@pytest.mark.parametrize(
    ("given", "expect"),
    [
        ("[]", "{as_of: 2026-02-20, fired: []}"),
        (f"[{FLAGGED}]", "{as_of: 2026-02-09, fired: []}"),
        (f"[{FLAGGED}]", "{as_of: 2026-02-10, fired: flagged-and-cleared}"),
        (f"[{FLAGGED}, {CLEARED}]", "{as_of: 2026-02-04, fired: []}"),
        (f"[{FLAGGED}, {CLEARED}]", "{as_of: 2026-02-06, fired: [flagged-and-cleared]}"),
        (f"[{FLAGGED.replace(': x', ': y')}]", "{as_of: 2026-03-06, fired: []}"),
    ],
)
def test_which_triggers_have_fired(given: str, expect: str) -> None:
    """RU6: by the moment that is asked about, of what was given until then."""
    assert one_check(expect, EVENTS, given=given).passed


def test_a_trigger_that_was_expected_in_vain_is_told() -> None:
    check = one_check("{as_of: 2026-02-03, fired: flagged-and-cleared}", EVENTS, given=f"[{FLAGGED}]")
    assert [(row.what, row.expected, row.got, row.holds) for row in check.rows] == [
        ("fired", "flagged-and-cleared", "none", False)
    ]
