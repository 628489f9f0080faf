"""W313: a hold on a flag whose condition does not imply that the hub bears it (RU5)."""

import pytest

from chfw_core.rules.check import Checked, check_sources

IMPLIED = (
    'flags has "x"',
    'flags has "x" and split',
    'split and (installed_on < today and flags has "x")',
    'flags has any ["x"]',
    'flags has all ["x", "y"]',
    'flags has all ["y", "x"] or flags has "x"',
    '(split and flags has "x") or (not split and flags has all ["x", "z"])',
    'not (not flags has "x")',
    'not (split or not flags has "x")',
    'flags has any ["x", "y"] and not flags has "y"',
    'flags has any ["x", "y"] and (flags has "x" or not flags has "y")',
)
NOT_IMPLIED = (
    "split",
    'flags has any ["x", "y"]',
    'flags has "y"',
    'flags has "x" or split',
    'not flags has all ["x", "y"]',
    'flags has "x" or configuration_set in ["A", "B"]',
    'my.sick == "yes"',
    'han_device_types has "x"',
)


def check(when: str, until: str = "{flag_cleared: x}", head: str = "") -> Checked:
    text = f"rules: v1\nowner: NWND\n{head}hold:\n  - id: sick\n    because: x\n{when}    until: {until}\n"
    checked = check_sources([("a.rules.yaml", text)])
    assert not checked.has_errors, [problem.render() for problem in checked.problems]
    return checked


def codes(when: str, **more: str) -> list[str]:
    return [problem.code for problem in check(f"    when: {when}\n", **more).problems]


@pytest.mark.parametrize("when", IMPLIED)
def test_nothing_is_said_where_the_flag_is_implied(when: str) -> None:
    assert codes(when) == []
    assert codes(when, until="{flag_cleared: x, at_latest: cutoff}") == []


@pytest.mark.parametrize("when", NOT_IMPLIED)
def test_a_hub_without_the_flag_is_never_held(when: str) -> None:
    assert codes(when) == ["W313"]
    assert codes(when, until="{date: cutoff}") == []
    assert codes(when, until="manual") == []


def test_a_hold_without_a_condition() -> None:
    (problem,) = check("").problems
    assert problem.code == "W313"
    assert problem.span is not None
    assert problem.span.line == 4


def test_the_message_has_a_hub_and_a_cure() -> None:
    (problem,) = check('    when: configuration_set == "A"\n').problems
    assert problem.message == (
        "`sick` never holds a hub without the flag `x`, which ends it, such as: configuration_set A"
    )
    assert problem.hint == 'add `flags has "x"` to its condition, or give it another end'
    (never,) = check('    when: not flags has "x"\n').problems
    assert never.message == "`sick` never holds a hub: it ends when `x` is cleared, and its hubs never bear that flag"


def test_the_scope_of_the_file_counts() -> None:
    when = 'flags has "x" or my_role == "gas"'
    assert codes(when) == ["W313"]
    assert codes(when, head="applies_to: {role: import}\n") == []


def test_of_a_condition_that_never_holds_only_that_is_said() -> None:
    assert codes('configuration_set == "A" and configuration_set == "B"') == ["W309"]


def test_too_many_alternatives_are_left_open_and_not_guessed() -> None:
    many = " and ".join(f'(my.a{n} == "1" or my.b{n} == "2")' for n in range(8))
    checked = check(f"    when: {many}\n")
    assert [problem.code for problem in checked.problems] in ([], ["W313"])
    plain = check(f'    when: flags has "x" and {many}\n')
    assert plain.problems == ()
    assert not any("flag" in question for question in plain.left_open)
