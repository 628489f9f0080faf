"""One owner's own decision in words and in columns: what makes a difference, and what a preview shows besides."""

from datetime import UTC, date, datetime, time

from attrs import evolve

from chfw_core.consent.model import Consent
from chfw_core.documents.defaults import bank_holidays
from chfw_core.engines.matching import Matcher
from chfw_core.engines.owned import Known, decide_own
from chfw_core.model.parties import DCC
from chfw_core.model.periods import Period
from chfw_core.model.windows import WeeklyWindow, Windows
from chfw_core.planning.decision import Decision
from chfw_core.planning.own_decision import (
    Outcome,
    OwnDecision,
    named_windows,
    next_openings,
    owns,
    rules_in_order,
    supplier_decision,
)
from chfw_core.rules.meaning.leaves import conditions_of, fields_read
from chfw_core.rules.model import (
    At,
    BatchSpec,
    DecideThen,
    Duration,
    PriorityRule,
    RuleSet,
    Trigger,
    UntilDate,
    UntilManual,
)
from chfw_core.testing.features import CS1, NORTH
from chfw_core.testing.worlds import A, B, base, decide, exclude, flagged, hold, hubs, on, pilot, window

JUNE = Period(opens=datetime(2026, 6, 1, tzinfo=UTC), closes=datetime(2026, 6, 5, tzinfo=UTC))
PLAIN = OwnDecision(
    outcome=Outcome.INSTRUCT,
    reason="r",
    rule="a",
    period=JUNE,
    windows=window("n", "01", 22, 5),
    batch=BatchSpec(size=5),
)


def test_in_what_two_decisions_differ() -> None:
    others = {
        "outcome": evolve(PLAIN, outcome=Outcome.PILOT),
        "rule": evolve(PLAIN, rule="b"),
        "period": evolve(PLAIN, period=None),
        "windows": evolve(PLAIN, windows=Windows()),
        "batch": evolve(PLAIN, batch=BatchSpec(size=5, stop_if={"failed": "> 2%"})),
        "priority": evolve(PLAIN, priority=60),
    }
    for name, other in others.items():
        assert other.differs_in(PLAIN) == (name,)
    assert evolve(PLAIN, batch=None).differs_in(PLAIN) == ("batch",)
    assert evolve(PLAIN, reason="x", windows=window("m", "01", 22, 5, "o"), delayed_by="h").differs_in(PLAIN) == ()


def test_a_decision_in_words() -> None:
    assert PLAIN.words == "instruct by `a`"
    assert evolve(PLAIN, delayed_by="h").words == "instruct by `a`, held by `h`"
    assert OwnDecision(outcome=Outcome.NO_RULE, reason="r").words == "no rule decides"
    both = evolve(PLAIN, windows=PLAIN.windows.merged(window("d", "01", 22, 5)))
    assert both.window_names == "d, n"
    assert OwnDecision(outcome=Outcome.NO_RULE, reason="r").window_names is None
    assert PLAIN.batch_said == "5 hubs"
    said = "1 hub, 2 days apart, stop if failed > 2% or lost wan >= 3 within 48 hours"
    slow = BatchSpec(
        size=1, pause=Duration(days=2), stop_if={"lost_wan": ">= 3", "within": "48 hours", "failed": "> 2%"}
    )
    assert evolve(PLAIN, batch=slow).batch_said == said
    assert evolve(PLAIN, batch=None).batch_said is None


def test_an_explicit_instruction_and_a_withdrawal() -> None:
    rules, consent = RuleSet(owner=A), Consent(period=JUNE, windows=Windows())
    given = Decision(party=A, consent=consent, reason="r", explicit=True)
    assert supplier_decision(rules, given, 50).outcome is Outcome.INSTRUCT
    assert supplier_decision(rules, evolve(given, consent=None), 50).outcome is Outcome.LEAVE_TO_DCC


def test_whose_hub_it_is() -> None:
    hub = hubs()[25]
    assert [owns(owner, hub) for owner in (A, B, "ZZZ", DCC, "CSP:Central", "CSP:North")] == [1, 1, 0, 1, 1, 0]


def test_the_dcc() -> None:
    draft = base()
    hub = hubs()[25]

    def decided() -> OwnDecision:
        return decide_own(Matcher(draft.inputs), DCC, hub).decision

    assert decided().outcome is Outcome.NO_RULE
    draft.add(DCC, holds=(hold("until", CS1, UntilDate(date=on("cutoff"))),))
    # It keeps Suppliers from going earlier, and puts off nothing of the DCC's own.
    assert (decided().delayed_by, decided().reason) == (
        None,
        "as notified, not before 2026-06-05T08:00:00Z (its hold `until`)",
    )
    draft.add(DCC, holds=(hold("past", CS1, UntilDate(date=on("release.automatic_on", 3))),))
    assert (decided().outcome, decided().delayed_by) == (Outcome.NO_RULE, "past")
    move = decide("move", CS1, then=DecideThen.MOVE_AUTOMATIC_DATE, to=on(date(2026, 10, 1)))
    draft.add(DCC, decides=(move,))
    assert decided().outcome is Outcome.MOVE_AUTOMATIC_DATE
    assert "the DCC: move the automatic date to 2026-09-30T23:00:00Z by `move`" in decided().reason
    draft.add(DCC, decides=(decide("own", CS1, windows=window("n", "01", 22, 5)),))
    assert (decided().outcome, decided().window_names) == (Outcome.INSTRUCT, "n")
    draft.add(DCC, holds=(hold("open", CS1, UntilManual()),))
    assert (decided().outcome, decided().rule) == (Outcome.HELD, "open")


def test_a_pilot_whose_period_is_over_decides_nothing() -> None:
    draft = base()
    draft.add(A, pilots=(pilot("p", CS1, 3, at=At(opens=on(date(2026, 1, 1)), closes=on(date(2026, 1, 9)))),))
    found = decide_own(Matcher(draft.inputs), A, hubs()[25], Known(pilot="p"))
    assert found.decision.words == "instruct by `all-of-ours`"


def test_named_windows_are_those_of_every_block() -> None:
    in_steps = ({"otherwise": {"do": {"instruct": At(windows=window("step", "0", 1, 2))}}, "within": Duration(days=1)},)
    rules = RuleSet(
        owner=A,
        decides=(decide("d", windows=window("nights", "01", 22, 5)), decide("e", then=DecideThen.LEAVE_TO_DCC)),
        pilots=(pilot("p", CS1, 3, at=At(windows=window("days", "1", 9, 17))),),
        triggers=(Trigger(id="t", because="x", when=CS1, body={"steps": in_steps, "count": 1}),),
        region_windows=window("region", "2", 3, 4),
    )
    assert [one.name for one in named_windows(rules)] == ["days", "nights", "region", "step"]


def test_the_next_openings_of_a_window() -> None:
    """Those that open after the moment; a bank holiday of any division is closed; one never open has none."""
    nights = WeeklyWindow(name="n", days=frozenset({0}), start=22 * 60, end=5 * 60, not_on_bank_holidays=True)
    monday = datetime(2026, 3, 30, 21, 0, tzinfo=UTC)  # 22:00 in London: it opens at this very moment
    days = [period.opens.date() for period in next_openings(nights, monday, bank_holidays())]
    assert days == [date(2026, 4, 13), date(2026, 4, 20), date(2026, 4, 27)]  # 6 April is Easter Monday
    assert next_openings(nights, monday, bank_holidays())[0].opens.time() == time(21, 0)
    assert next_openings(evolve(nights, days=frozenset()), monday, bank_holidays()) == ()


def test_rules_in_the_order_in_which_they_are_asked() -> None:
    ranks = tuple(PriorityRule(id=f"p{n}", because="x", when=NORTH, priority=n) for n in (10, 90, 50))
    rules = RuleSet(
        owner=A,
        excludes=(exclude("x", flagged("psr")),),
        holds=(hold("h", CS1, UntilManual()),),
        decides=(decide("d"),),
        pilots=(pilot("p", CS1, 3, prefer=flagged("staff")), pilot("q", CS1, 3)),
        priorities=ranks,
    )
    assert [rule for _, rule in rules_in_order(rules)] == ["x", "h", "p", "q", "d", "p90", "p50", "p10"]
    assert len(list(conditions_of(rules))) == 9
    assert fields_read(rules) == {"flags", "configuration_set", "csp_region"}
