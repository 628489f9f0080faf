"""What the analysis calls impossible is impossible: held against real hubs, with values missing everywhere."""

import pytest

from chfw_core.rules.analysis.boxes import boxes_of, contains, intersect, remaining
from chfw_core.rules.analysis.examples import Chosen, example_of
from chfw_core.rules.analysis.formula import Every, formulas_of
from chfw_core.rules.analysis.subject import Analysis
from chfw_core.rules.check import check_sources
from chfw_core.rules.meaning.evaluate import condition_holds
from chfw_core.rules.vocabulary.fields import hub_reader
from chfw_core.testing.conditions import Dice, condition_text, context_of, hub_of
from chfw_core.testing.worlds import A
from tests.core.rules.analysis.cells import cells_of, true_in
from tests.core.rules.support import condition


def _check(seed: int, conditions: int = 20, hubs: int = 40) -> tuple[int, int]:
    """Every hub lies in cells that say of each condition, and of its boxes, what `condition_holds` says."""
    dice = Dice(seed)
    drawn = [condition(condition_text(dice), owner=A) for _ in range(conditions)]
    formulas = formulas_of(drawn, is_supplier=True)
    found = [formulas.formula(one) for one in drawn]
    contrary = [formulas.formula(one, positive=False) for one in drawn]
    boxes = [boxes_of(formula, formulas.variables) for formula in found]
    context = context_of(dice)
    shown = asked = 0
    for _ in range(hubs):
        hub, told = hub_of(dice)
        read = hub_reader(hub, A, other_supplier_instructed=told)
        cells = cells_of(formulas, read, context)
        for one, formula, no, own in zip(drawn, found, contrary, boxes, strict=True):
            holds = condition_holds(one, read, context)
            assert true_in(formula, cells) is holds
            assert true_in(no, cells) is not holds
            assert own is None or any(contains(box, cells) for box in own) is holds
    for one, own in zip(drawn, boxes, strict=True):
        example = own and example_of(Chosen(cells=own[0]), formulas, A)
        asked += bool(own)
        shown += bool(example and example.fulfils([one]))
    return shown, asked


@pytest.mark.parametrize("seed", range(12))
def test_a_hub_lies_in_cells_that_mean_what_it_means(seed: int) -> None:
    _check(seed)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(1_000, 1_200))
def test_many_hubs_lie_in_cells_that_mean_what_they_mean(seed: int) -> None:
    _check(seed, hubs=200)


def test_most_boxes_have_an_example_that_stands_the_check() -> None:
    shown, asked = map(sum, zip(*(_check(seed, hubs=0) for seed in range(20)), strict=True))
    assert shown > 0.8 * asked


@pytest.mark.parametrize("seed", range(20))
def test_what_is_left_of_boxes_is_what_the_others_leave(seed: int) -> None:
    dice = Dice(seed)
    drawn = [condition(condition_text(dice, depth=2), owner=A) for _ in range(4)]
    formulas = formulas_of(drawn, is_supplier=True)
    mine, *others = (boxes_of(formulas.formula(one), formulas.variables) for one in drawn)
    flat = [box for boxes in others for box in boxes or ()]
    left = remaining(mine or (), flat, formulas.variables)
    context = context_of(dice)
    for _ in range(60):
        hub, told = hub_of(dice)
        cells = cells_of(formulas, hub_reader(hub, A, other_supplier_instructed=told), context)
        inside = any(contains(box, cells) for box in mine or ())
        outside = not any(contains(box, cells) for box in flat)
        assert left is None or any(contains(box, cells) for box in left) is (inside and outside)
    for one in left or ():
        assert all(intersect(one, box) is None for box in flat)


def test_a_formula_and_its_contrary_exclude_each_other() -> None:
    dice = Dice(7)
    drawn = [condition(condition_text(dice, depth=1), owner=A) for _ in range(100)]
    formulas = formulas_of(drawn, is_supplier=True)
    for one in drawn:
        both = Every((formulas.formula(one), formulas.formula(one, positive=False)))
        assert boxes_of(both, formulas.variables) in ([], None)


def _claims(seed: int, hubs: int) -> int:
    """A rule that is said to be hidden or never to match decides no hub at all."""
    dice = Dice(seed)
    whens = [condition_text(dice, depth=dice.number(3)) for _ in range(25)]
    rules = "".join(
        f"  - id: r{n}\n    because: x\n    when: |-\n      {when}\n    then: {('instruct', 'leave_to_dcc')[n % 2]}\n"
        for n, when in enumerate(whens)
    )
    end = "  - {id: rest, because: x, when: otherwise, then: leave_to_dcc}\n"
    checked = check_sources([("f", f"rules: v1\nowner: {A}\ndecide:\n{rules}{end}")], analysis=Analysis(overlaps=True))
    (ruleset,) = checked.rulesets
    said = {problem.span for problem in checked.problems if problem.code in ("W302", "W309")}
    for _ in range(hubs):
        hub, told = hub_of(dice)
        context = context_of(dice)
        read = hub_reader(hub, A, other_supplier_instructed=told)
        decided = next(rule for rule in ruleset.decides if condition_holds(rule.when, read, context))
        assert decided.span not in said
    return len(said)


def test_a_rule_that_is_said_to_do_nothing_does_nothing() -> None:
    assert sum(_claims(seed, hubs=150) for seed in range(8)) > 8


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(500, 560))
def test_many_rules_that_are_said_to_do_nothing_do_nothing(seed: int) -> None:
    _claims(seed, hubs=2_000)
