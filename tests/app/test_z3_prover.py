"""The solver against the boxes and against real hubs: it never calls impossible what some hub fulfils."""

from typing import Any

import pytest

from chfw_app.workbench.z3_prover import Z3Prover, line_names, runs, z3_is_here
from chfw_core.rules.analysis.boxes import boxes_of
from chfw_core.rules.analysis.examples import example_of
from chfw_core.rules.analysis.formula import formulas_of
from chfw_core.rules.analysis.prover import Verdict
from chfw_core.rules.analysis.subject import Analysis
from chfw_core.rules.check import Checked, check_sources
from chfw_core.rules.meaning.evaluate import condition_holds
from chfw_core.rules.vocabulary.fields import hub_reader
from chfw_core.testing.conditions import Dice, condition_text, context_of, hub_of
from chfw_core.testing.worlds import A
from tests.core.rules.support import condition

pytestmark = pytest.mark.skipif(not z3_is_here(), reason="z3 is not installed: pip install 'chfw[analysis]'")

HEAD = "rules: v1\nowner: NWND\ndecide:\n"
REST = "  - {id: rest, because: x, when: otherwise, then: leave_to_dcc}\n"


def _rules(*whens: str) -> str:
    rules = (
        f"  - id: r{number}\n    because: x\n    when: {when}\n    then: {('instruct', 'leave_to_dcc')[number % 2]}\n"
        for number, when in enumerate(whens)
    )
    return HEAD + "".join(rules) + REST


def _check(text: str, **more: Any) -> Checked:
    checked = check_sources([("f", text)], analysis=Analysis(prover=Z3Prover(), **more))
    assert not checked.has_errors, [problem.render() for problem in checked.problems]
    return checked


def _sound(seed: int, hubs: int) -> tuple[int, int]:
    dice = Dice(seed)
    drawn = [condition(condition_text(dice), owner=A) for _ in range(12)]
    formulas = formulas_of(drawn, is_supplier=True)
    session = Z3Prover().session(formulas.variables)
    proofs = [session.ask(formulas.formula(one)) for one in drawn]
    for one, proof in zip(drawn, proofs, strict=True):
        if boxes_of(formulas.formula(one), formulas.variables) == []:
            assert proof.verdict is Verdict.IMPOSSIBLE
    context = context_of(dice)
    for _ in range(hubs):
        hub, told = hub_of(dice)
        read = hub_reader(hub, A, other_supplier_instructed=told)
        for one, proof in zip(drawn, proofs, strict=True):
            assert not (proof.verdict is Verdict.IMPOSSIBLE and condition_holds(one, read, context))
    chosen = [example_of(proof.chosen, formulas, A) if proof.chosen else None for proof in proofs]
    shown = [bool(example and example.fulfils([one])) for one, example in zip(drawn, chosen, strict=True)]
    return sum(shown), sum(proof.verdict is Verdict.POSSIBLE for proof in proofs)


def test_nothing_that_a_hub_fulfils_is_called_impossible() -> None:
    counts = [_sound(seed, hubs=40) for seed in range(6)]
    shown, possible = map(sum, zip(*counts, strict=True))
    assert shown > 0.7 * possible


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(100, 160))
def test_nothing_that_any_of_many_hubs_fulfils_is_called_impossible(seed: int) -> None:
    _sound(seed, hubs=300)


def test_days_hang_together() -> None:
    """Each of the two parts alone can be; only the arithmetic of three days shows that both cannot."""
    never = "installed_on > today and installed_on < release.notified_on and today > release.notified_on"
    assert check_sources([("f", _rules(never))]).problems == ()
    checked = _check(_rules(never))
    assert [problem.code for problem in checked.problems] == ["W309"]
    assert checked.left_open == ()


def test_versions_hang_together() -> None:
    never = 'firmware_version > release.firmware_version and release.firmware_version > "0D050000"'
    checked = _check(_rules(f'{never} and firmware_version < "0D050000"'))
    assert [problem.code for problem in checked.problems] == ["W309"]
    assert _check(_rules(never)).problems == ()


def test_a_decision_hidden_by_many_alternatives_is_found() -> None:
    parts = [f"(my.a{n} == 1 or my.b{n} == 1)" for n in range(8)]
    text = _rules(
        " or ".join(f"not {part}" for part in parts), "split", "not split and " + " and ".join(parts), "my.z == 1"
    )
    assert check_sources([("f", text)]).left_open == ("whether `r2` ever matches",)
    (problem,) = _check(text).problems
    assert problem.code == "W302"
    assert problem.message.startswith("`r3` is never reached: `r0`, `r1`, `r2`")


def test_a_gap_that_the_boxes_cannot_show_is_shown() -> None:
    scoped = _rules("split").replace("id: r", "id: b").replace("decide:", "applies_to: {role: gas}\ndecide:")
    parts = " or ".join(f"(my.a{n} == 1 and my.b{n} == 1 and my.c{n} == 2)" for n in range(7))
    sources = [("10", _rules(f"not ({parts})").replace(REST, "")), ("20", scoped)]
    checked = check_sources(sources, analysis=Analysis(prover=Z3Prover()))
    assert [problem.code for problem in checked.problems] == ["W310"]
    assert checked.left_open == ()


def test_what_takes_too_long_is_unknown() -> None:
    """A puzzle of pigeons and holes, which no solver of this kind does in no time at all."""
    holes = range(9)
    each = [" or ".join(f'my.p{bird} == "h{hole}"' for hole in holes) for bird in range(10)]
    alone = [
        f'not (my.p{one} == "h{hole}" and my.p{other} == "h{hole}")'
        for hole in holes
        for one in range(10)
        for other in range(one)
    ]
    puzzle = " and ".join([*(f"({part})" for part in each), *alone])
    when = condition(puzzle)
    formulas = formulas_of([when], is_supplier=True)
    proof = Z3Prover(milliseconds=5).session(formulas.variables).ask(formulas.formula(when))
    assert proof.verdict is Verdict.UNKNOWN


def test_sessions_keep_apart() -> None:
    when = condition("split")
    formulas = formulas_of([when], is_supplier=True)
    prover = Z3Prover()
    one, other = prover.session(formulas.variables), prover.session(formulas.variables)
    one.assume(formulas.formula(when, positive=False))
    assert one.ask(formulas.formula(when)).verdict is Verdict.IMPOSSIBLE
    assert other.ask(formulas.formula(when)).verdict is Verdict.POSSIBLE


def test_a_moment_and_a_day_hang_together() -> None:
    when = "cutoff > installed_on and installed_on > today and today > cutoff"
    assert [problem.code for problem in _check(_rules(when)).problems] == ["W309"]
    (variable, *_) = formulas_of([condition("installed_on < cutoff")], is_supplier=True).variables
    assert line_names(variable) in (("cutoff", "installed_on"), ("installed_on",))


def test_runs_of_cells() -> None:
    assert list(runs(0b1011_0110)) == [(1, 2), (4, 5), (7, 7)]
    assert list(runs(0)) == []
