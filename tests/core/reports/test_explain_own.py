"""`rules explain`: the story of one owner's rules for one hub; NF7: nothing of the second Supplier."""

from collections import Counter
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from chfw_core.engines.matching import Matcher
from chfw_core.engines.owned import Known, decide_own
from chfw_core.model.hubs import CommsHub
from chfw_core.model.parties import DCC, Party
from chfw_core.planning.model import PlanInputs
from chfw_core.planning.own_decision import Outcome, owns
from chfw_core.reports.explain_own import explain_own
from chfw_core.reports.explain_rules import rule_told
from chfw_core.rules.meaning.evaluate import condition_holds, leaf_holds
from chfw_core.rules.meaning.explain import explain_condition
from chfw_core.rules.model import (
    Always,
    And,
    BatchSpec,
    Condition,
    Duration,
    Leaf,
    Not,
    Or,
    PriorityRule,
    RuleSet,
    UntilDate,
    UntilManual,
)
from chfw_core.rules.vocabulary.fields import hub_reader
from chfw_core.testing.features import CS1
from chfw_core.testing.strategies import conditions, decide_rules, hold_rules
from chfw_core.testing.worlds import (
    MOMENTS,
    A,
    B,
    Draft,
    World,
    base,
    decide,
    exclude,
    features,
    hold,
    hubs,
    inputs,
    named_worlds,
    on,
    pilot,
)

NAMES = tuple(f"{name}, {moment}" for name in features() for moment in MOMENTS)
OTHER = Party("ZZZ")


@cache
def worlds() -> dict[str, World]:
    return dict(named_worlds())


def alone(given_inputs: PlanInputs, owner: str) -> PlanInputs:
    return evolve(given_inputs, rulesets=(given_inputs.ruleset_of(owner) or RuleSet(owner=owner),))


def told(given_inputs: PlanInputs, hub: CommsHub, owner: str, known: Known | None = None) -> str:
    return "\n".join(explain_own(alone(given_inputs, owner), hub, known).lines())


def swapped(hub: CommsHub) -> CommsHub:
    def name(party: Party | None) -> Party | None:
        return OTHER if party == B else party

    return evolve(hub, import_supplier=name(hub.import_supplier), gas_supplier=name(hub.gas_supplier))


@pytest.mark.parametrize("name", NAMES)
def test_the_text_agrees_with_the_decision_and_tells_nothing_of_the_other(name: str) -> None:
    given_inputs, all_hubs, _ = worlds()[name]
    for owner in (A, DCC, "CSP:North"):
        matcher = Matcher(alone(given_inputs, owner))
        for hub in all_hubs[::3]:
            text = told(given_inputs, hub, owner)
            if not owns(owner, hub):
                assert text.splitlines()[2] == "responsible"
                continue
            decision = decide_own(matcher, owner, hub).decision
            said = text.split("decision\n")[1].splitlines()[0].strip()
            assert said == decision.outcome.value + (f" by `{decision.rule}`" if decision.rule else "")
            assert decision.reason in text
            if owner == A:
                assert B not in text
                assert told(given_inputs, swapped(hub), owner) == text


def test_whose_act_is_missing() -> None:
    """BR5.4, for every outcome."""
    seen: Counter[tuple[Outcome, str]] = Counter()
    for given_inputs, all_hubs, _ in worlds().values():
        for owner in (A, DCC):
            matcher = Matcher(alone(given_inputs, owner))
            for hub in all_hubs[::2]:
                if owns(owner, hub):
                    text = told(given_inputs, hub, owner)
                    missing = text.split("missing acts\n")[1].splitlines()[0] if "missing acts" in text else ""
                    words = missing.strip().split(":")[0]
                    seen[decide_own(matcher, owner, hub).decision.outcome, words] += 1
    said = {outcome: {words for kind, words in seen if kind is outcome} for outcome, _ in seen}
    assert said[Outcome.STOPPED] == {"the DCC", "nobody's"}  # a pause, and what is final
    assert said[Outcome.INELIGIBLE] == {""}
    assert said[Outcome.INSTRUCT] >= {"nobody's", "the second Supplier"}
    assert said[Outcome.EXCLUDED] == {"nobody's"}  # BR2.7: on purpose
    assert said[Outcome.LEAVE_TO_DCC] >= {A, "nobody's"}
    assert said[Outcome.HELD] == {A, "the DCC", "the customer system that flags `defect_triage`", "nobody's"}


HUB = evolve(hubs()[25], csp_region="North", flags=frozenset())
"""A hub of A (import) and B (gas) of the set CS-0112, eligible."""


def story(draft: Draft, owner: str = A, known: Known | None = None) -> str:
    return told(draft.inputs, HUB, owner, known)


def test_the_story_of_a_hub() -> None:
    """A golden text: excluded by nothing, held by nothing, decided by the second rule."""
    draft = base()
    draft.inputs = evolve(draft.inputs, rulesets=())
    batch = BatchSpec(size=5000, pause=Duration(days=2))
    draft.add(
        A,
        excludes=(exclude("north", Not(item=Or(items=(CS1, Always())))),),
        decides=(decide("second", opens=on("cutoff", -30), batch=batch),),
        priorities=(PriorityRule(id="first-set", because="x", when=CS1, priority=70),),
    )
    draft.add(A, decides=(decide("first", Not(item=CS1)),))
    assert story(draft).splitlines() == GOLDEN.strip().splitlines()


GOLDEN = """
hub 88-73-84-90-00-03-05-57

decision
  instruct by `second`
  2026-05-06T08:00:00Z to 2026-07-05T08:00:00Z
  in batches of 5,000, 2 days apart
  priority 70
  ALFA instructs by `second`

why
  decide `second` applies: because of second

why not an earlier rule
  exclude `north` does not apply
    `configuration_set == CS-0112` holds: configuration_set is CS-0112
  decide `first` does not apply
    `configuration_set == CS-0112` holds: configuration_set is CS-0112

missing acts
  the second Supplier: an instruction of its own by 2026-06-05T08:00:00Z

what would change it
  instruct by `first` if `configuration_set` is one that no rule names
  leave to the DCC by `second` if nothing happens until 2026-06-05T08:00:01Z

what the rules read of the hub
  configuration_set: CS-0112
"""


def test_pilots_and_windows_and_csps() -> None:
    draft = base()
    features()["windows"](draft)
    assert "windows nights" in story(draft)
    draft.add(A, pilots=(pilot("p", CS1, 3), pilot("q", Not(item=CS1), 3)))
    text = story(draft)
    assert text.count("whether it is chosen depends on all hubs") == 1
    assert "pilot by `p`" in story(draft, known=Known(pilot="p"))
    assert "instruct by `by-night`" in story(draft, known=Known(pilot="q"))
    draft.add("CSP:North", priorities=(PriorityRule(id="own", because="x", when=CS1, priority=70),))
    assert "prioritised by `own`" in story(draft, "CSP:North")
    assert "CSP:South does not serve this hub" in story(draft, "CSP:South")


def test_why_a_pilot_has_not_got_a_hub_of_its_kind() -> None:
    """NF1: a held hub is no candidate, and a pilot that is over chooses nobody."""
    draft = base()
    later = hold("settle", CS1, UntilDate(date=on(date(2026, 3, 1))))
    draft.add(A, pilots=(pilot("p", CS1, 3),), holds=(later,))
    assert "a hub that is held is never chosen for a pilot" in story(draft)
    draft = base()
    draft.add(A, pilots=(pilot("p", CS1, 3),))
    draft.inputs = evolve(draft.inputs, as_of=datetime(2026, 4, 1, tzinfo=UTC))
    assert "it chooses nobody: its period was over at 2026-03-14T00:00:00Z" in story(draft)


def test_a_pilot_that_is_over_or_held_gives_way() -> None:
    draft = base()
    draft.add(A, pilots=(pilot("p", CS1, 3),))
    draft.inputs = evolve(draft.inputs, as_of=MOMENTS["at the cut-off"])
    assert "instruct by `all-of-ours`" not in story(draft, known=Known(pilot="p"))
    assert "leave_to_dcc by `all-of-ours`" in story(draft, known=Known(pilot="p"))
    draft = base()
    draft.add(A, pilots=(pilot("p", CS1, 3),), holds=(hold("h", CS1, UntilManual()),))
    assert "held by `h`" in story(draft, known=Known(pilot="p"))


# --- explanations of conditions, on random ones


def _with(condition: Condition, answers: dict[int, bool], place: list[int]) -> bool:
    """The condition with these answers of its leaves, by their place in the text."""
    match condition:
        case And() | Or():
            said = [_with(item, answers, place) for item in condition.items]  # every leaf is counted
            return all(said) if isinstance(condition, And) else any(said)
        case Not():
            return not _with(condition.item, answers, place)
        case Always():
            return True
        case Leaf():
            place[0] += 1
            return answers[place[0] - 1]


@given(conditions, st.sampled_from(hubs()), st.data())
def test_the_decisive_leaves_alone_make_the_condition_what_it_is(
    condition: Condition, hub: CommsHub, data: st.DataObject
) -> None:
    """Whatever the leaves that are not decisive said, the condition would be the same."""
    read, context = hub_reader(hub, A), Matcher(inputs()).context(inputs().release.automatic_at, hub)
    results = explain_condition(condition, read, context)
    for result in results:
        assert result.holds == leaf_holds(result.leaf, tuple(read(n) for n in result.leaf.fields), context)
        assert (" holds" in result.text) == result.holds
    answers = {at: r.holds if r.decisive else data.draw(st.booleans()) for at, r in enumerate(results)}
    assert _with(condition, answers, [0]) == condition_holds(condition, read, context)


@given(conditions, st.sampled_from(hubs()))
def test_a_rule_is_said_to_apply_where_its_condition_holds(condition: Condition, hub: CommsHub) -> None:
    read, context = hub_reader(hub, A), Matcher(inputs()).context(inputs().release.automatic_at, hub)
    said = rule_told("exclude", exclude("r", condition), read, context).lines()[0]
    assert said.startswith("exclude `r` applies") == condition_holds(condition, read, context)


@given(st.data())
def test_the_decision_of_random_rules_is_the_one_that_is_told(data: st.DataObject) -> None:
    """The first rule in order that is said to apply is the one that is said to decide."""
    draft = base()
    rules: dict[str, Any] = {
        "excludes": (exclude("x", data.draw(conditions)),),
        "holds": (data.draw(hold_rules("h")),),
        "decides": (data.draw(decide_rules("d1")), data.draw(decide_rules("d2"))),
    }
    draft.add(A, **rules)
    draft.inputs = evolve(draft.inputs, as_of=data.draw(st.sampled_from(list(MOMENTS.values()))))
    hub = data.draw(st.sampled_from([hub for hub in draft.hubs if A in hub.suppliers.parties]))
    text = told(draft.inputs, hub, A)
    found = decide_own(Matcher(alone(draft.inputs, A)), A, hub)
    if found.decision.outcome is Outcome.INELIGIBLE:
        return
    why = text.split("\nwhy\n")[1].split("\n\n")[0]
    assert f"`{found.decision.rule}` applies" in why
    before = text.split("why not an earlier rule\n")[1].split("\n\n")[0] if "why not an" in text else ""
    for kind, rule in (("exclude", "x"), ("decide", "d1"), ("decide", "d2"), ("decide", "all-of-ours")):
        if f"{kind} `{rule}` " in before:
            assert f"{kind} `{rule}` does not apply" in before
