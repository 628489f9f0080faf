"""The same part twice in a condition, and the same condition in two rules that do the same (NF3)."""

import pytest

from tests.core.rules.analysis.support import checked_without_errors, codes_found, rules_text


@pytest.mark.parametrize(
    ("when", "column"),
    [("split and csp_region == 'North' and split", 47), ("not (split or my.a == 1 or split)", 38)],
)
def test_a_part_that_stands_twice_is_found_where_it_stands(when: str, column: int) -> None:
    (problem,) = checked_without_errors(rules_text(when, block="exclude")).problems
    assert (problem.code, problem.span.line, problem.span.column) == ("W311", 6, column)
    assert problem.message == "`split` stands twice in this condition"


def test_two_rules_that_do_the_same_with_one_condition() -> None:
    assert codes_found(rules_text("split", "split", block="exclude")) == ["W311"]
    prioritise = (
        rules_text("split", "split", block="exclude")
        .replace("exclude:", "prioritise:")
        .replace("split\n", "split\n    priority: 60\n")
    )
    assert codes_found(prioritise) == ["W311"]
    hold = rules_text("split", "split", block="exclude").replace("exclude:", "hold:")
    same = hold.replace("split\n", "split\n    until: manual\n")
    assert codes_found(same) == ["W311"]
    other = same.replace("manual", "{date: cutoff}", 1)
    assert codes_found(other) == []
    assert codes_found(rules_text("guid is missing", "guid is missing", block="exclude")) == ["W309", "W309"]


def test_a_set_is_looked_up_once_for_all_that_name_it() -> None:
    text = rules_text(
        "configuration_set in s and split", "configuration_set in s", "configuration_set in s and my.a == 1"
    )
    (problem,) = checked_without_errors(text.replace("decide:", "sets: {s: [A, B]}\ndecide:")).problems
    assert problem.message.startswith("`r2` is never reached: `r1` takes")


def test_one_text_in_two_files_may_mean_two_things() -> None:
    first = rules_text("configuration_set in s", block="exclude").replace("exclude:", "sets: {s: [A]}\nexclude:")
    second = first.replace("[A]", "[B]").replace("id: r0", "id: other")
    assert codes_found(first, second) == []
