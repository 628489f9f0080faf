"""What a plan is asked with: nothing that was given is passed over in silence."""

from datetime import date
from typing import Any

import pytest
from attrs import evolve

from chfw_core.errors import UsageError
from chfw_core.rules.check import check_sources
from chfw_core.testing.worlds import A, B, base

HEAD = "rules: v1\nowner: NWND\n"
EXCLUDE = "exclude: [{id: vulnerable, because: x, when: 'flags has any [\"psr\"]'}]\n"
DECIDE = "decide: [{id: all, because: x, when: otherwise, then: instruct, at: {from: 2026-03-02}}]\n"


def test_two_rule_sets_of_one_owner_are_refused() -> None:
    """An exclude in the one and a decision in the other: whichever counted alone would send a home early (RU5)."""
    inputs = base().inputs
    apart = [check_sources([(f"{number}.yaml", HEAD + text)]) for number, text in enumerate((DECIDE, EXCLUDE))]
    for order in (apart, apart[::-1]):
        with pytest.raises(UsageError, match="there are two rule sets of `NWND`") as told:
            evolve(inputs, rulesets=tuple(rules for checked in order for rules in checked.rulesets))
        assert told.value.hint == "give all of its files to one `check_sources`"
    together = check_sources([("1.yaml", HEAD + DECIDE), ("2.yaml", HEAD + EXCLUDE)]).rulesets
    (rules,) = evolve(inputs, rulesets=together).rulesets
    assert (len(rules.excludes), len(rules.decides)) == (1, 1)


def test_rule_sets_may_come_in_whatever_holds_them() -> None:
    inputs = base().inputs
    sets = tuple(rules for rules in inputs.rulesets if rules.owner in (A, B))
    assert evolve(inputs, rulesets=iter(sets)).rulesets == sets


@pytest.mark.parametrize("given", [{"NWND": None}, ["rules: v1"], [check_sources([])], "rules: v1"])
def test_what_is_no_rule_set_is_named(given: Any) -> None:
    with pytest.raises(UsageError, match="is given as a rule set") as told:
        evolve(base().inputs, rulesets=given)
    assert "check_sources" in (told.value.hint or "")


@pytest.mark.parametrize("at", ["2026-01-15", date(2026, 1, 15), None])
def test_an_instant_that_is_none_is_named(at: Any) -> None:
    with pytest.raises(UsageError, match="is not a datetime"):
        evolve(base().inputs, as_of=at)


@pytest.mark.parametrize("sources", ["rules: v1", {"a.yaml": HEAD}, [HEAD], [("a.yaml", HEAD.encode())], [("a.yaml",)]])
def test_rule_files_are_pairs_of_name_and_text(sources: Any) -> None:
    with pytest.raises(UsageError, match="a rule file is given as") as told:
        check_sources(sources)
    assert "pairs of its name and its text" in (told.value.hint or "")
    assert check_sources({"a.yaml": HEAD + DECIDE}.items()).rulesets
