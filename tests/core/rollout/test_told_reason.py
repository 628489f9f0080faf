"""What a Supplier may be told of why its hub is as it is (BR4.4, NF7)."""

from attrs import evolve

from chfw_core.rollout.handover.commands import ExcludeHubs, HoldHubs
from chfw_core.rollout.telling import told_reason
from tests.core.rollout.worlds import SOLE, SPLIT, hand_over, publish, rolling_out, row, some

BOTH = "rules ALPHA/early and BETA/late"


def test_the_reason_of_a_plan_which_names_both_suppliers_rules_is_never_told() -> None:
    story = rolling_out()
    publish(story, evolve(row(SPLIT), reason=BOTH))
    assert story.hub(SPLIT).reason == BOTH
    assert told_reason(story.hub(SPLIT)) is None
    hand_over(story, SPLIT)
    assert story.hub(SPLIT).reason == BOTH  # it lies in the record until the CSP answers
    assert told_reason(story.hub(SPLIT)) is None


def test_what_the_dcc_says_of_a_hub_that_is_held_or_excluded_is_told() -> None:
    story = rolling_out()
    story.do(HoldHubs, reason="defect in triage", guids=some(SOLE))
    assert told_reason(story.hub(SOLE)) == "defect in triage"
    story.do(ExcludeHubs, reason="recovered", guids=some(SOLE))
    assert told_reason(story.hub(SOLE)) == "recovered"
