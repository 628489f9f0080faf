"""Decisions that both match, shown with a hub that was put to the conditions first (NF3)."""

import pytest

from chfw_core.rules.analysis.subject import Analysis
from tests.core.rules.analysis.support import ALL, checked_without_errors, codes_found, rules_text


def test_two_decisions_that_overlap_are_shown_with_a_hub() -> None:
    text = rules_text("csp_region == 'North'", 'flags has "prepay" and my.a > 5')
    (problem,) = checked_without_errors(text, analysis=ALL).problems
    assert (problem.code, problem.severity.value) == ("N401", "note")
    assert problem.message == "`r0` and `r1` both match such a hub: csp_region North; my.a 6; flags prepay"
    assert problem.hint == "`r0` decides, since it comes first"
    assert codes_found(text) == []


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
    checked = checked_without_errors(rules_text(first, second), analysis=Analysis(overlaps=True))
    found = [problem.message.split("such a hub: ")[1] for problem in checked.problems if problem.code == "N401"]
    if text:
        assert found == [text]
    else:
        assert len(found) + len(checked.left_open) == 1


def test_decisions_with_one_outcome_do_not_contradict_each_other() -> None:
    text = rules_text("split", "csp_region == 'North'").replace("leave_to_dcc\n", "instruct\n", 1)
    assert codes_found(text, analysis=ALL) == []
    batched = text.replace("then: instruct\n", "then: instruct\n    batch: {size: 5}\n", 1)
    assert codes_found(batched, analysis=ALL) == ["N401"]


def test_overlaps_are_told_up_to_a_number() -> None:
    checked = checked_without_errors(rules_text(*(f"my.a{n} == 1" for n in range(30))), analysis=ALL)
    assert len(checked.problems) == 100
    assert checked.left_open == ("whether more than 100 pairs of decisions overlap",)


def test_the_dcc_is_shown_hubs_of_others() -> None:
    text = (
        rules_text("split", "import_supplier == 'EEXX'").replace("NWND", "DCC").replace("instruct", "leave_to_dcc", 1)
    )
    text = text.replace("then: leave_to_dcc", "then: move_automatic_date\n    to: 2026-10-01", 1)
    (problem,) = checked_without_errors(text, analysis=Analysis(overlaps=True)).problems
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
    decisions = rules_text(first, "csp_region == 'North'").replace("NWND", "DCC")
    decided = decisions.replace("then: instruct", "then: move_automatic_date\n    to: 2026-10-01")
    (problem,) = checked_without_errors(decided, analysis=Analysis(overlaps=True)).problems
    assert problem.message.endswith(f"csp_region North; {text}")
