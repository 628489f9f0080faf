"""The examples of the language page: what is broken is all found in one run, the rest is clean (NF3)."""

from datetime import date
from pathlib import Path

import pytest

from chfw_core.model.windows import WeeklyWindow
from chfw_core.rules.check import Checked, check_sources
from chfw_core.rules.model import (
    And,
    BatchSpec,
    DateExpr,
    DecideThen,
    Duration,
    LeafOp,
    RuleSet,
    UntilDate,
    UntilEvent,
    UntilFlagCleared,
)
from chfw_core.rules.problems.formats import as_text

EXAMPLES = Path(__file__).parents[4] / "shared" / "rules-examples"
GOLDEN = Path(__file__).parent / "golden"

pytestmark = pytest.mark.skipif(
    not EXAMPLES.is_dir(), reason="the examples of the language page are not beside this repository"
)


def _check(*names: str) -> Checked:
    return check_sources([(name, (EXAMPLES / name).read_text()) for name in names])


def _rules(*names: str) -> RuleSet:
    checked = _check(*names)
    assert checked.problems == ()
    (rules,) = checked.rulesets
    return rules


def test_every_problem_of_the_broken_file_is_found_in_one_run() -> None:
    checked = _check("broken.rules.yaml")
    assert checked.rulesets == ()
    assert as_text(checked.problems) == (GOLDEN / "broken.txt").read_text()


@pytest.mark.parametrize(
    "names",
    [
        ["northwind.rules.yaml"],
        ["northwind.pilot.rules.yaml"],
        ["northwind.events.rules.yaml"],
        ["dcc.emergency.rules.yaml"],
        ["northwind.rules.yaml", "northwind.pilot.rules.yaml", "northwind.events.rules.yaml"],
    ],
)
def test_the_sound_examples_are_clean(names: list[str]) -> None:
    _rules(*names)


def test_an_error_of_one_owner_leaves_the_other_its_rules() -> None:
    checked = _check("broken.rules.yaml", "dcc.emergency.rules.yaml")
    assert [rules.owner for rules in checked.rulesets] == ["DCC"]
    assert checked.has_errors


def test_configuration_sets_are_approved_or_waited_for_until_a_cut_off() -> None:
    """RU1."""
    rules = _rules("northwind.rules.yaml")
    prepay, approved, rest = rules.decides
    assert [rule.then for rule in rules.decides] == [DecideThen.INSTRUCT, DecideThen.INSTRUCT, DecideThen.LEAVE_TO_DCC]
    assert (prepay.otherwise, rest.otherwise) == (False, True)
    assert approved.batch == BatchSpec(
        size=50_000, pause=Duration(days=2), stop_if={"failed": "> 2%", "within": "48 hours"}
    )
    assert approved.at is not None
    assert approved.at.opens == DateExpr(base=date(2026, 3, 2), text="2026-03-02")
    assert approved.at.closes == DateExpr(base="cutoff", text="cutoff")
    assert approved.at.windows.parts == (
        WeeklyWindow(name="nights", days=frozenset({0, 1, 2, 3}), start=22 * 60, end=5 * 60, owner="NWND"),
    )
    waiting = rules.holds[0].until
    assert waiting == UntilEvent(
        type="test_passed",
        per="configuration_set",
        at_latest=DateExpr(base="cutoff", offset=Duration(days=-5), text="cutoff - 5 days"),
    )


def test_new_installs_are_left_alone() -> None:
    """RU4."""
    rule = _rules("northwind.rules.yaml").holds[1]
    offset = Duration(days=28)
    assert rule.until == UntilDate(date=DateExpr(base="installed_on", offset=offset, text="installed_on + 28 days"))


def test_a_window_leaves_out_bank_holidays_and_dates() -> None:
    at = _rules("northwind.rules.yaml").decides[0].at
    assert at is not None
    (daytime,) = at.windows.parts
    assert (daytime.not_on, daytime.not_on_bank_holidays) == (frozenset({date(2026, 4, 1)}), True)


def test_the_files_scope_is_part_of_every_rule() -> None:
    rules = _rules("northwind.rules.yaml")
    for rule in (*rules.excludes, *rules.holds, *rules.decides[:2], *rules.priorities):
        assert isinstance(rule.when, And)
        assert rule.when.items[0] == rules.decides[2].when


def test_the_dcc_holds_moves_dates_and_stops_bursts() -> None:
    """RU5, RU7."""
    rules = _rules("dcc.emergency.rules.yaml")
    incident, triage = rules.holds
    assert incident.tell == ("affected_suppliers",)
    assert isinstance(incident.until, UntilEvent)
    assert incident.until.ref == "INC-20931"
    assert triage.until == UntilFlagCleared(flag="defect_triage")
    moved = rules.decides[0]
    assert (moved.then, moved.to) == (
        DecideThen.MOVE_AUTOMATIC_DATE,
        DateExpr(base=date(2026, 10, 1), text="2026-10-01"),
    )
    (burst,) = rules.triggers
    assert burst.body["per"] == ("release", "csp_region")
    assert (burst.body["count"], burst.body["within"]) == (25, Duration(seconds=6 * 3600))
    assert burst.body["do"] == {"hold": "everything", "raise": "incident", "priority": "high"}


def test_a_pilot_says_whom_it_takes_and_what_follows() -> None:
    (pilot,) = _rules("northwind.pilot.rules.yaml").pilots
    assert (pilot.size, pilot.seed, pilot.at_least) == (250, "2026-spring", 3)
    assert pilot.spread_by == ("csp_region", "device_model", "configuration_set")
    assert pilot.prefer is not None
    assert [then["do"] for then in pilot.then] == [
        {"open": "safe_launch"},
        {"hold": "everything", "raise": "incident", "priority": "high"},
    ]


def test_hubs_are_taken_through_steps() -> None:
    """RU3, RU6."""
    steps_then, change, fresh, moved_on = _rules("northwind.events.rules.yaml").triggers
    steps = steps_then.body["steps"]
    assert isinstance(steps, tuple)
    assert [step["on"] for step in steps] == ["meter_firmware_activated", "meter_read_received"]
    assert steps[1]["within"] == Duration(days=7)
    assert set(steps[1]["otherwise"]) == {"notify", "hold"}
    assert change.body["do"] == {
        "hold": UntilEvent(
            type="change_of_supplier_completed",
            at_latest=DateExpr(base="event.at", offset=Duration(days=35), text="35 days"),
        )
    }
    do = fresh.body["do"]
    assert isinstance(do, dict)
    assert do["hold"].date.base == "event.at"
    assert moved_on.body["at_most"] == Duration(days=30)


def test_a_leaf_keeps_its_own_text_and_place() -> None:
    rule = _rules("northwind.rules.yaml").excludes[0]
    assert isinstance(rule.when, And)
    own = rule.when.items[1]
    assert isinstance(own, And)
    flags, phase = own.items
    assert getattr(flags, "op", None) is LeafOp.HAS_ANY
    assert getattr(phase, "text", None) == 'release.phase != "mass"'
    span = getattr(phase, "span", None)
    assert span is not None
    assert (span.line, span.column) == (15, 48)
