"""Decisions that earlier ones hide, one of them or several together; what is not certain is left open (NF3)."""

import pytest

from chfw_core.rules.analysis.subject import Analysis
from tests.core.rules.analysis.support import checked_without_errors, codes_found, rules_text


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
    (problem,) = checked_without_errors(rules_text(*whens)).problems
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
    assert codes_found(rules_text(*whens)) == []


def test_a_rule_that_never_matches_hides_nothing_and_is_not_called_hidden() -> None:
    assert codes_found(rules_text("guid is missing", "guid is missing", "split")) == ["W309", "W309"]


def test_after_otherwise_everything_is_hidden() -> None:
    text = rules_text("split") + "  - {id: late, because: x, when: csp_region == 'North', then: instruct}\n"
    (problem,) = checked_without_errors(text).problems
    assert problem.message == "`late` is never reached: `rest` takes every hub that it would"


def test_many_rules_are_looked_through_by_what_they_have_in_common() -> None:
    whens = [f"configuration_set == 'CS-{number:03}' and csp_region == 'North'" for number in range(150)]
    assert codes_found(rules_text(*whens)) == []
    (problem,) = checked_without_errors(
        rules_text(*whens, "configuration_set == 'CS-149' and csp_region == 'North' and split")
    ).problems
    assert problem.message.startswith("`r150` is never reached: `r149` takes")
    wide = [f"installed_on < today - {200 - number} days and my.a == {number}" for number in range(100)]
    assert codes_found(rules_text(*wide)) == []
    wider = [f"installed_on < today - {200 - number} days" for number in range(100)]
    assert codes_found(rules_text(*wider)) == []
    assert codes_found(rules_text(*reversed(wider))) == ["W302"] * 99


def test_a_condition_with_too_many_alternatives_is_left_open() -> None:
    parts = " and ".join(f"(my.a{n} == 1 or my.b{n} == 1)" for n in range(8))
    checked = checked_without_errors(rules_text(parts), analysis=Analysis(overlaps=True))
    assert checked.problems == ()
    assert checked.left_open == ("whether `r0` ever matches",)
    checked = checked_without_errors(rules_text(f"({parts}) and guid is missing"))
    assert [problem.code for problem in checked.problems] == ["W309"]
    whole = rules_text(f"split or ({parts})", "csp_region == 'North'", f"({parts}) or my_role is not missing")
    checked = checked_without_errors(whole, analysis=Analysis(overlaps=True))
    assert [problem.code for problem in checked.problems] == ["N401"]
    assert checked.left_open == ("whether `r0` ever matches", "whether `r0` and `r1` overlap")
