"""What a solver says: impossible is believed, possible only with a hub that stands the check."""

from collections.abc import Sequence
from datetime import date

import pytest
from attrs import define, field

from chfw_core.rules.analysis.examples import Chosen
from chfw_core.rules.analysis.formula import Formula
from chfw_core.rules.analysis.prover import Proof, Session, Verdict
from chfw_core.rules.analysis.subject import Analysis
from chfw_core.rules.analysis.variables import Variable
from chfw_core.rules.check import Checked, check_sources
from tests.core.rules.analysis.support import HEAD, REST, rules_text, scoped_text

MANY = " and ".join(f"(my.a{n} == 1 or my.b{n} == 1)" for n in range(8))


@define
class Parrot:
    """Gives the same answer to every question; what it claims to have chosen is anything."""

    proof: Proof
    asked: list[Formula] = field(factory=list)
    assumed: list[Formula] = field(factory=list)

    def session(self, _: Sequence[Variable]) -> Session:
        return self

    def assume(self, formula: Formula) -> None:
        self.assumed.append(formula)

    def ask(self, formula: Formula) -> Proof:
        self.asked.append(formula)
        return self.proof


def _check(text: str | list[tuple[str, str]], verdict: Verdict, chosen: Chosen | None = None) -> tuple[Checked, Parrot]:
    parrot = Parrot(Proof(verdict=verdict, chosen=chosen))
    sources = [("f", text)] if isinstance(text, str) else text
    checked = check_sources(sources, analysis=Analysis(overlaps=True, prover=parrot))
    assert not checked.has_errors
    return checked, parrot


def test_what_is_impossible_is_said() -> None:
    checked, parrot = _check(rules_text(MANY), Verdict.IMPOSSIBLE)
    assert [problem.code for problem in checked.problems] == ["W309"]
    assert checked.problems[0].hint is None
    assert checked.left_open == ()
    assert len(parrot.asked) == 1


@pytest.mark.parametrize("chosen", [None, Chosen(cells={})])
def test_what_is_unknown_or_cannot_be_shown_is_left_open(chosen: Chosen | None) -> None:
    verdict = Verdict.UNKNOWN if chosen is None else Verdict.POSSIBLE
    checked, _ = _check(rules_text(MANY, "split"), verdict, chosen)
    assert checked.problems == ()
    assert checked.left_open == (
        "whether `r0` ever matches",
        "whether `r0` is ever reached",
        "whether `r0` and `r1` overlap",
    )


def test_what_an_example_shows_is_not_asked() -> None:
    checked, parrot = _check(rules_text("split", "csp_region == 'North'"), Verdict.UNKNOWN)
    assert [problem.code for problem in checked.problems] == ["N401"]
    assert parrot.asked == []
    assert len(parrot.assumed) == 3


def test_an_overlap_that_the_solver_excludes_is_none() -> None:
    checked, parrot = _check(rules_text("my.x within last 3 days", "my.y within last 3 days"), Verdict.UNKNOWN)
    assert "whether `r0` and `r1` overlap" in checked.left_open
    assert len(parrot.asked) == 5

    @define
    class Third(Parrot):
        def ask(self, formula: Formula) -> Proof:
            self.asked.append(formula)
            return Proof(verdict=Verdict.IMPOSSIBLE if len(self.asked) == 5 else Verdict.UNKNOWN)

    analysis = Analysis(overlaps=True, prover=Third(Proof(verdict=Verdict.UNKNOWN)))
    text = rules_text("my.x within last 3 days", "my.y within last 3 days")
    assert "whether `r0` and `r1` overlap" not in check_sources([("f", text)], analysis=analysis).left_open


def test_days_that_a_solver_chose_are_taken_as_they_are() -> None:
    text = rules_text("installed_on < today", f"split and ({MANY})")
    day = 2 * date(2026, 3, 1).toordinal()
    chosen = Chosen(cells={}, lines={"installed_on": day, "today": day + 2})
    checked, _ = _check(text, Verdict.POSSIBLE, chosen)
    assert "whether `r1` ever matches" in checked.left_open


def test_a_rule_whose_example_cannot_be_made_is_asked_about() -> None:
    parrot = Parrot(Proof(verdict=Verdict.IMPOSSIBLE))
    hidden = rules_text("split and my.x == 1", "not split", "my.x > 0 and configuration_set == my.y")
    checked = check_sources([("f", hidden)], analysis=Analysis(prover=parrot))
    assert [problem.code for problem in checked.problems] == ["W309"], "no example of it can be made"


def test_the_reason_names_the_first_that_hide_it() -> None:
    """Possible at first, then no longer: the third answer is about what is left after the others."""

    @define
    class Second(Parrot):
        def ask(self, formula: Formula) -> Proof:
            self.asked.append(formula)
            verdict = Verdict.IMPOSSIBLE if self.assumed else Verdict.UNKNOWN
            return Proof(verdict=verdict)

    parrot = Second(Proof(verdict=Verdict.UNKNOWN))
    text = rules_text("split", f"csp_region == 'North' and ({MANY})")
    checked = check_sources([("f", text)], analysis=Analysis(prover=parrot))
    (problem,) = checked.problems
    assert problem.message == "`r1` is never reached: `r0` takes every hub that it would"
    assert checked.left_open == ("whether `r1` ever matches",)


@pytest.mark.parametrize(("verdict", "left_open"), [(Verdict.UNKNOWN, 2), (Verdict.IMPOSSIBLE, 0)])
def test_a_gap_is_asked_where_the_boxes_do_not_tell(verdict: Verdict, left_open: int) -> None:
    parts = " or ".join(f"(my.a{n} == 1 and my.b{n} == 1 and my.c{n} == 2)" for n in range(7))
    first = ("10", scoped_text("", f"not ({parts})", otherwise=False))
    checked, _ = _check([first, ("20", scoped_text("{role: gas}", prefix="b"))], verdict)
    gap = "whether 10 leaves a hub undecided"
    assert (gap in checked.left_open) is bool(left_open)
    assert not any(problem.code == "W310" for problem in checked.problems)


def test_a_step_of_a_trigger_has_no_hub_to_be_shown() -> None:
    text = (
        f"{HEAD}events:\n  - id: e\n    because: x\n    per: release\n    on: incident_raised\n"
        '    if: event.reason == "a"\n    do: {notify: hello}\n'
    )
    checked, parrot = _check(text, Verdict.UNKNOWN)
    assert checked.left_open == ()
    assert checked.problems == ()
    assert len(parrot.asked) == 1
    assert REST not in text
