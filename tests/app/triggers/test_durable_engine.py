"""durable_rules says what the oracle says, and remembers what the automaton remembers (rule language, Events)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from chfw_app.triggers.choosing import Stepper, durable_version, engines
from chfw_app.triggers.durable.engine import DurableEngine
from chfw_app.triggers.durable.host import DurableHost
from chfw_core.testing.trigger_oracle import foretold
from chfw_core.testing.trigger_streams import Case, cases, compiled
from chfw_core.triggers.automaton import expire, is_stateless, step
from chfw_core.triggers.engine import Automaton, Engine
from chfw_core.triggers.model import CompiledTrigger, Moment, Seen
from chfw_core.triggers.seeing import arrival_at
from chfw_core.triggers.state import State
from tests.core.triggers.runs import run_over
from tests.core.triggers.support import START, file_of
from tests.core.triggers.test_meaning import BURST, SELDOM, STEPS

pytestmark = pytest.mark.skipif(durable_version()[0] is None, reason=f"durable_rules: {durable_version()[1]}")


@given(cases())
def test_durable_rules_says_what_the_oracle_says(case: Case) -> None:
    made: list[DurableEngine] = []

    def durable(trigger: CompiledTrigger) -> Engine:
        made.append(DurableEngine(trigger=trigger))
        return made[-1]

    told = run_over(case, durable)
    for what in sorted({one.what.partition(" ")[0] for one in told}) or ["nothing"]:
        event(what)
    assert told == foretold(case.trigger, case.ledger)
    automaton = Automaton(trigger=case.trigger)
    run_over(case, lambda _: automaton)
    assert {key: made[0].state(key) for key in automaton.states} == automaton.states
    assert len(made[0].keys()) == len(automaton.states)


@given(cases(), st.data())
def test_either_engine_goes_on_where_the_other_was(case: Case, data: st.DataObject) -> None:
    """The store's state is the truth: another process, an undone transaction, an engine that failed."""
    stepper, trigger = Stepper(use_durable=True), case.trigger
    states: dict[str, State | None] = {}
    for item in case.ledger:
        if data.draw(st.integers(0, 4)) == 0:
            stepper = Stepper(use_durable=data.draw(st.booleans()))
        if isinstance(item, Moment):
            for key, state in states.items():
                if state is not None:
                    now = stepper.expire(trigger, key, state, item)
                    assert now == expire(trigger, key, state, item)
                    states[key] = now.state
            continue
        arrival = arrival_at(trigger, item)
        if arrival is not None:
            now = stepper.step(arrival, states.get(arrival.key))
            assert now == step(arrival, states.get(arrival.key))
            if data.draw(st.integers(0, 4)):  # else the transaction is undone
                states[arrival.key] = now.state
    assert stepper.failures == 0


def test_threads_take_turns() -> None:
    """One writer: services of several ledgers may share a process."""
    (trigger,) = compiled(file_of(BURST, owner="DCC")).triggers
    stepper = Stepper(use_durable=True)
    fired: list[int] = []

    def work(thread: int) -> None:
        state: State | None = None
        for number in range(300):
            fields = {"csp_region": f"R{thread % 2}"}
            at = START + timedelta(minutes=number)
            seen = Seen(
                seq=number + 1,
                id=f"{thread}/{number}",
                at=at,
                type="hub_update_failed",
                private=False,
                fields=fields,
            )
            arrival = arrival_at(trigger, seen)
            assert arrival is not None
            outcome = stepper.step(arrival, state)
            state = outcome.state
            fired.extend(len(firing.chain) for firing in outcome.firings)

    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(work, thread) for thread in range(4)]:
            done.result()
    assert fired == [3] * 400
    assert stepper.failures == 0


def test_durable_rules_runs_small_scopes_and_the_automaton_each_hub() -> None:
    texts = [BURST, BURST.replace("per: csp_region", "per: [hub, release]"), STEPS, SELDOM]
    triggers = [compiled(file_of(text)).triggers[0] for text in texts]
    made = engines()
    assert [type(made(trigger)) for trigger in triggers] == [DurableEngine, Automaton, Automaton, Automaton]
    assert isinstance(engines(durable=False)(triggers[0]), Automaton)


def test_triggers_of_one_version_share_a_host() -> None:
    text = file_of(BURST, BURST.replace("id: t", "id: u"))
    one, other = compiled(text).triggers
    made = engines()
    first, second = made(one), made(other)
    assert isinstance(first, DurableEngine)
    assert isinstance(second, DurableEngine)
    assert first.host is second.host
    third = made(compiled(text + "\n").triggers[0])
    assert isinstance(third, DurableEngine)
    assert third.host is not first.host


def test_a_single_event_with_at_most_needs_no_meeting() -> None:
    (trigger,) = compiled(file_of(SELDOM.replace("on:", "per: csp_region\n    on:"))).triggers
    assert not is_stateless(trigger)
    assert isinstance(engines()(trigger), Automaton)


def test_a_rule_set_has_so_many_pairs_and_no_more() -> None:
    with pytest.raises(Exception, match="101 pairs of steps are more than a rule set carries"):
        DurableHost().open_meeting(101)
