"""What other facts leave open of a condition says all that a field's value has to say."""

from datetime import date

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from chfw_core.engines.matching import Matcher
from chfw_core.model.hubs import CommsHub
from chfw_core.reports.turning import answers_to, turned_by
from chfw_core.rules.meaning.evaluate import condition_holds
from chfw_core.rules.model import And, Condition, Not, Or
from chfw_core.rules.vocabulary.fields import hub_reader
from chfw_core.testing.strategies import conditions
from chfw_core.testing.worlds import A, base, flagged, hubs, is_

DRAFT = base()
HUB = evolve(hubs()[25], flags=frozenset())
CONTEXT = Matcher(DRAFT.inputs).context(DRAFT.inputs.release.automatic_at, HUB)
NINE, PSR = is_("configuration_set", "CS-9"), flagged("psr")
VALUES = {
    "configuration_set": ("CS-0112", "CS-0151", "CS-9", None),
    "installed_on": (date(2020, 1, 1), date(2026, 2, 1), None),
    "firmware_version": ("0D030000", "0D010000"),
}


@given(conditions, st.sampled_from(hubs()), st.sampled_from(sorted(VALUES)))
def test_what_is_left_answers_as_the_whole_condition(whole: Condition, hub: CommsHub, field: str) -> None:
    known = hub_reader(hub, A)
    left = turned_by(field, [whole], known, CONTEXT)
    for value in VALUES[field]:

        def read(name: str, own: object = value) -> object:
            return own if name == field else known(name)

        now = condition_holds(whole, known, CONTEXT)
        assert condition_holds(whole, read, CONTEXT) == (condition_holds(left[0], read, CONTEXT) if left else now)


@given(conditions, st.sampled_from(hubs()), st.sampled_from(sorted(VALUES)))
def test_all_values_at_once_are_answered_as_each_alone(whole: Condition, hub: CommsHub, field: str) -> None:
    known = hub_reader(hub, A)

    def alone(value: object) -> tuple[bool, ...]:
        return (condition_holds(whole, lambda name: value if name == field else known(name), CONTEXT),)

    values = VALUES[field]
    assert answers_to(field, [whole], values, known, CONTEXT) == [alone(value) for value in values]
    assert answers_to(field, [], values, known, CONTEXT) == [()] * len(values)


def test_parts_that_other_facts_settle_are_left_out() -> None:
    def left(condition: Condition) -> tuple[Condition, ...]:
        return turned_by("configuration_set", [condition], hub_reader(HUB, A), CONTEXT)

    assert left(PSR) == left(And(items=(NINE, PSR))) == left(Or(items=(NINE, Not(item=PSR)))) == ()
    assert left(And(items=(NINE, Not(item=PSR)))) == (And(items=(NINE,)),)
    assert left(Not(item=Or(items=(PSR, NINE)))) == (Not(item=Or(items=(NINE,))),)
