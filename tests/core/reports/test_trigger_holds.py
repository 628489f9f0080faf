"""Holds of triggers in explanations: many bear one id, and only those that are about the hub are told (NF1, BR5.4)."""

from datetime import UTC, date, datetime

from attrs import evolve

from chfw_core.model.guid import Guid
from chfw_core.model.parties import DCC, Party
from chfw_core.model.periods import london_midnight
from chfw_core.planning.model import PlanInputs
from chfw_core.planning.trigger_records import TriggerHold, TriggerRecords, with_triggers
from chfw_core.reports.explain import explain_hub
from chfw_core.reports.explain_own import explain_own
from chfw_core.testing.worlds import A, Draft, base, decide, hubs

HUB = evolve(hubs()[25], csp_region="North", gas_supplier=Party(A))
"""An eligible hub of A alone."""

OTHERS = [Guid(HUB.guid + away) for away in (-2, -1, 1, 2)]


def on(guid: int, day: int, *, owner: str = A, **fields: object) -> TriggerHold:
    """Fired on that day of January, for as long as an upload lasts, unless `fields` say otherwise."""
    said: dict[str, object] = {
        "owner": owner,
        "trigger": "upload",
        "version": "abcdef0123",
        "because": "read through the hub",
        "since": datetime(2026, 1, day, 10, tzinfo=UTC),
        "ends": "event",
        "awaits": "data_upload_finished",
        "until": london_midnight(date(2026, 6, 1)),
        "guid": guid,
    }
    return TriggerHold(**{**said, **fields})  # type: ignore[arg-type]


def held(*holds: TriggerHold, owner: str = A) -> PlanInputs:
    """The inputs, with the holds of other hubs before and after those given."""
    draft: Draft = base()
    draft.inputs = evolve(draft.inputs, rulesets=())
    draft.add(owner, decides=() if owner == DCC else (decide("rest"),))
    # By the day of the firing: some rules of the one id come first, some last.
    around = [on(guid, day, owner=owner) for guid, day in zip(OTHERS, (2, 3, 29, 30), strict=True)]
    rulesets = with_triggers(draft.inputs.rulesets, TriggerRecords(holds=(*around, *holds)))
    assert len(rulesets[0].holds) == len(around) + len(holds)
    return evolve(draft.inputs, rulesets=rulesets)


def acts(inputs: PlanInputs) -> list[str]:
    """As `explain` tells them, and `rules explain` too where it is a Supplier's."""
    text = explain_hub(inputs, HUB, (), None, None)
    told = [line for section in text.sections if section.title == "missing acts" for line in section.lines]
    own = [act.text for act in explain_own(inputs, HUB).acts]
    assert own == told
    return told


def test_the_missing_act_is_the_one_that_ends_this_hubs_hold() -> None:
    """BR5.4: not that of the last rule of the same id, which is about another hub."""
    (act,) = acts(held(on(HUB.guid, 12)))
    assert act.startswith("ALFA: the event `data_upload_finished` after 2026-01-12 by 2026-05-31T23:00:00Z, ")
    assert act.endswith("which ends the hold `trigger:upload`")


def test_of_two_holds_of_one_trigger_each_has_its_own_act() -> None:
    found = acts(held(on(HUB.guid, 12), on(HUB.guid, 14, ref="R-1")))
    assert [act.split("`data_upload_finished` ")[1].split(" by ")[0] for act in sorted(found)] == [
        "after 2026-01-12",
        "with ref R-1 after 2026-01-14",
    ]


def test_a_flag_is_called_one_and_a_manual_hold_is_cleared_by_the_triggers_name() -> None:
    """RU5: that is what ends it in the roll-out; `trigger:` is how a plan calls it."""
    (flagged,) = acts(held(on(HUB.guid, 12, ends="flag_cleared", awaits="defect")))
    assert "the event `flag_cleared` with flag defect after 2026-01-12 by" in flagged
    (manual,) = acts(held(on(HUB.guid, 12, ends="released", awaits=None, until=None)))
    assert "`flag_cleared` with flag upload by" in manual


def test_the_dccs_holds_of_one_trigger_are_told_apart() -> None:
    (act,) = acts(held(on(HUB.guid, 12, owner=DCC), owner=DCC))
    assert act.startswith("a responsible Supplier: the event `data_upload_finished` after 2026-01-12 by")


def test_what_triggers_hold_elsewhere_is_not_told() -> None:
    """NF1: every line of the story is about this hub."""
    for owner in (A, DCC):
        inputs = held(on(HUB.guid, 12, owner=owner), owner=owner)
        lines = [line for part in explain_hub(inputs, HUB, (), None, None).sections for line in part.lines]
        assert [line for line in lines if "`trigger:upload` applies" in line] == [
            line for line in lines if line.startswith("hold `trigger:")
        ]
        assert [line for line in lines if line.startswith("  it is on until")] == [
            "  it is on until data_upload_finished after 2026-01-12, at the latest 2026-05-31T23:00:00Z"
        ]
        own = explain_own(inputs, HUB)
        assert [rule.applies for rule in (*own.above, *own.determining) if rule.rule == "trigger:upload"] == [True]


def test_a_hub_that_no_trigger_holds_hears_of_none() -> None:
    inputs = held()
    assert "trigger:" not in repr(explain_hub(inputs, HUB, (), None, None).as_dict())
    assert "trigger:" not in repr(explain_own(inputs, HUB).as_dict())
