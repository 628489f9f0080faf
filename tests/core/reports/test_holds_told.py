"""Holds in explanations: what ends each, when at the latest, whose act it is, and why one is not on."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from attrs import evolve

from chfw_core.model.events import EVENT_TYPES
from chfw_core.model.hubs import CommsHub, PrivateAttributes
from chfw_core.model.parties import DCC
from chfw_core.reports.acts import TELLS
from chfw_core.reports.explain import explain_hub
from chfw_core.reports.explain_own import explain_own
from chfw_core.reports.own_story import OwnStory
from chfw_core.rules.model import DecideThen, HoldRule, Until, UntilDate, UntilEvent, UntilFlagCleared, UntilManual
from chfw_core.testing.features import CS1
from chfw_core.testing.worlds import AUTOMATIC, CUTOFF, MOMENTS, A, B, Draft, base, decide, flagged, hold, hubs, is_, on

HUB = evolve(
    hubs()[25], csp_region="North", flags=frozenset({"triage"}), configuration_set="CS-0112", installed_on=None
)
"""A hub of A (import) and B (gas), eligible, flagged."""

TESTED = UntilEvent(type="test_passed", per="configuration_set", at_latest=on("cutoff", -5))
TRIAGE = UntilFlagCleared(flag="triage")
SETTLE = UntilDate(date=on(date(2026, 3, 1)))


def held(*holds: HoldRule, owner: str = A) -> Draft:
    draft = base()
    draft.inputs = evolve(draft.inputs, rulesets=())
    draft.add(owner, holds=holds)
    return draft


def story(draft: Draft, hub: CommsHub = HUB) -> OwnStory:
    return explain_own(draft.inputs, hub)


def section(draft: Draft, title: str, hub: CommsHub = HUB) -> list[str]:
    return [line for section in story(draft, hub).sections if section.title == title for line in section.lines]


def test_each_hold_says_what_ends_it_and_the_whole_the_latest_end() -> None:
    """Contracts, Holds: a Supplier's ends at the automatic time too. Rules language: the latest end wins."""
    draft = held(hold("tests", CS1, TESTED), hold("ours", CS1, UntilManual()), hold("settle", CS1, SETTLE))
    assert section(draft, "holds") == [
        "`tests` is on until test_passed for its configuration_set, at the latest 2026-05-31T08:00:00Z",
        "`ours` is on until release_resumed, at the latest 2026-07-05T08:00:00Z",
        "`settle` is on until 2026-03-01T00:00:00Z",
        "all must be released: the latest end is 2026-07-05T08:00:00Z",
    ]
    assert section(draft, "decision")[:2] == ["held by `ours`", "until 2026-07-05T08:00:00Z at the latest"]
    assert section(draft, "decision")[-1].startswith("ALFA holds it by `ours` until release_resumed, at the latest")


def test_a_date_that_comes_after_the_open_holds_last_moment_is_the_end_of_the_whole() -> None:
    """Rules language: all must be released; the date of the hold that is named is not the hub's."""
    late = UntilDate(date=on("cutoff", -1))
    draft = held(hold("tests", CS1, TESTED), hold("settle", CS1, late))
    assert story(draft).held_until == datetime(2026, 6, 4, 8, tzinfo=UTC)
    assert "all are over at the latest 2026-06-04T08:00:00Z" in section(draft, "decision")[-1]


def test_a_hold_of_the_dcc_may_have_no_last_date() -> None:
    """Contracts, Holds: a DCC hold reaches past the automatic time."""
    draft = held(hold("stop", CS1, UntilManual()), hold("tests", CS1, TESTED), owner=DCC)
    assert section(draft, "holds")[-1] == "all must be released: no date ends them all"
    assert section(draft, "decision")[1] == "no date ends it"
    assert story(draft).held_until is None


@pytest.mark.parametrize(
    ("owner", "until", "actor", "by"),
    [
        (A, UntilManual(), A, CUTOFF),
        (A, TESTED, A, datetime(2026, 5, 31, 8, tzinfo=UTC)),
        (A, TRIAGE, "the customer system that flags `triage`", CUTOFF),
        (A, UntilEvent(type="incident_closed", at_latest=on("cutoff")), "the DCC", CUTOFF),
        (A, UntilEvent(type="hub_lost_wan", at_latest=on("cutoff")), "CSP:North", CUTOFF),
        (A, UntilEvent(type="change_of_supplier_completed", at_latest=on("cutoff")), "the DCC", CUTOFF),
        (A, UntilEvent(type="of_a_plug_in", at_latest=on("cutoff")), "whoever tells of `of_a_plug_in`", CUTOFF),
        (A, UntilDate(date=on("installed_on", 28)), "the DCC", CUTOFF),
        (A, UntilDate(date=on("my.visit", 28)), A, CUTOFF),
        (DCC, UntilManual(), "the DCC", AUTOMATIC),
        (DCC, TESTED, "a responsible Supplier", datetime(2026, 5, 31, 8, tzinfo=UTC)),
    ],
)
def test_whose_act_ends_a_hold_and_by_when(owner: str, until: Until, actor: str, by: datetime) -> None:
    """BR5.4: after the cut-off no act helps a Supplier's instruction. NF7: no other Supplier is named."""
    draft = held(hold("wait", CS1, until), owner=owner)
    act = story(draft).acts[0]
    assert (act.actor, act.by, act.hold) == (actor, by, "wait")
    assert B not in act.text


def test_the_dcc_has_as_long_as_its_own_rules_give_it() -> None:
    """BR1.3, BR5.4: where it moves the hub's date, its act is due by the moved one."""
    draft = base()
    move = decide("move", CS1, then=DecideThen.MOVE_AUTOMATIC_DATE, to=on(date(2026, 10, 1)))
    draft.add(DCC, holds=(hold("wait", CS1, UntilManual()),), decides=(move,))
    moved = datetime(2026, 9, 30, 23, tzinfo=UTC)
    alone = evolve(draft.inputs, rulesets=tuple(rules for rules in draft.inputs.rulesets if rules.owner == DCC))
    assert [act.by for act in explain_own(alone, HUB).acts] == [moved]
    acts: Any = explain_hub(draft.inputs, HUB, (), None, None).as_dict()["missing_acts"]
    assert [(act["actor"], act["by"]) for act in acts] == [("the DCC", "2026-09-30T23:00:00Z")]


def test_a_flag_of_its_own_is_the_owners_to_clear() -> None:
    hub = evolve(HUB, flags=frozenset(), private={A: PrivateAttributes(flags=frozenset({"triage"}))})
    act = story(held(hold("wait", CS1, TRIAGE)), hub).acts[0]
    assert act.text == "ALFA: to clear its own flag `triage` by 2026-06-05T08:00:00Z, which ends the hold `wait`"


def test_after_the_cut_off_nobodys_act_helps() -> None:
    draft = held(hold("wait", CS1, UntilManual()))
    draft.inputs = evolve(draft.inputs, as_of=MOMENTS["after the cut-off"])
    assert section(draft, "missing acts") == ["nobody's: the cut-off was at 2026-06-05T08:00:00Z"]


def test_it_is_known_who_tells_of_every_event() -> None:
    assert set(TELLS) == set(EVENT_TYPES)


def test_the_true_cause_why_a_hold_is_not_on() -> None:
    """RU5: it ends when the flag is cleared, so a hub without the flag is never held by it."""
    draft = held(hold("sick", CS1, UntilFlagCleared(flag="defect")))
    draft.add(A, holds=(hold("sick", CS1, UntilFlagCleared(flag="defect")),), decides=(decide("rest"),))
    cause = "it is on while the hub bears the flag `defect`, which it does not"
    assert f"`sick` is not on: {cause}" in section(draft, "holds")
    assert f"  {cause}" in section(draft, "why not an earlier rule")


def test_it_is_said_where_nothing_alone_would_change_it() -> None:
    draft = held()
    draft.add(A, decides=(decide("model", is_("manufacturer", "FFFF")),))
    hub = evolve(HUB, manufacturer="0000")
    draft.inputs = evolve(draft.inputs, as_of=MOMENTS["after the cut-off"])
    assert section(draft, "what would change it", hub) == ["no single fact of those that the rules ask for"]


def test_a_hold_that_ends_before_the_opening_is_no_reason() -> None:
    draft = base()
    draft.inputs = evolve(draft.inputs, rulesets=())
    late = decide("late", opens=on("cutoff", -30))
    draft.add(A, holds=(hold("settle", CS1, SETTLE),), decides=(late,))
    assert section(draft, "why") == ["decide `late` applies: because of late"]
    assert "  it ends at 2026-03-01T00:00:00Z, which puts nothing off" in section(draft, "why not an earlier rule")


def test_the_object_of_a_held_hub() -> None:
    """NF1 for programs: every value by its own key, and nothing to be parsed."""
    draft = held(hold("gone", is_("csp_region", "North"), UntilFlagCleared(flag="defect")))
    draft.inputs = evolve(draft.inputs, rulesets=())
    draft.add(
        A,
        holds=(hold("tests", flagged("triage"), TESTED), hold("gone", CS1, UntilFlagCleared(flag="defect"))),
        decides=(decide("rest"),),
    )
    made = story(draft).as_dict()
    assert json.loads(json.dumps(made)) == made
    assert (made["guid"], made["owner"], made["release"]) == ("88-73-84-90-00-03-05-57", A, "R-2026-1")
    decision: Any = made["decision"]
    assert decision == {
        "outcome": "held",
        "rule": "tests",
        "delayed_by": None,
        "opens": None,
        "closes": None,
        "windows": [],
        "batch": None,
        "priority": 50,
        "reason": story(draft).why,
        "held_until": "2026-05-31T08:00:00Z",
    }
    assert made["determining_rule"] == {
        "block": "hold",
        "rule": "tests",
        "because": "because of tests",
        "applies": True,
        "leaves": [{"condition": "flags has any triage", "holds": True, "values": {"flags": ["triage"]}}],
        "but": None,
    }
    assert made["holds"] == [
        {
            "rule": "tests",
            "because": "because of tests",
            "on": True,
            "ends": None,
            "awaits": "test_passed for its configuration_set",
            "over_by": "2026-05-31T08:00:00Z",
            "over_because": None,
            "text": "on until test_passed for its configuration_set, at the latest 2026-05-31T08:00:00Z",
        },
        {
            "rule": "gone",
            "because": "because of gone",
            "on": False,
            "ends": None,
            "awaits": None,
            "over_by": None,
            "over_because": "no_flag",
            "text": "it is on while the hub bears the flag `defect`, which it does not",
        },
    ]
    acts: Any = made["missing_acts"]
    assert [(act["actor"], act["by"], act["hold"]) for act in acts] == [
        (A, "2026-05-31T08:00:00Z", "tests"),
        ("the second Supplier", "2026-06-05T08:00:00Z", None),
    ]
    changes: Any = made["changes"]
    assert {"outcome": "instruct", "rule": "rest", "delayed_by": None} in [one["decision"] for one in changes]
    assert all(one["facts"] and one["text"] for one in changes)
    assert made["hub"] == {"configuration_set": "CS-0112", "flags": ["triage"]}


def test_the_object_of_a_hub_that_is_instructed_and_of_one_of_somebody_else() -> None:
    draft = base()
    draft.inputs = evolve(draft.inputs, rulesets=())
    draft.add(
        A,
        holds=(hold("settle", CS1, SETTLE),),
        decides=(decide("old", is_("installed_on", date(2020, 1, 1))), decide("rest")),
    )
    made = story(draft).as_dict()
    rule: Any = made["delaying_hold"]
    assert rule["rule"] == "settle"
    above: Any = made["rules_above"]
    assert [one["rule"] for one in above] == ["old"]
    assert above[0]["leaves"][0]["values"] == {"installed_on": None}  # missing, and no text that says so
    assert made["no_missing_act"] is None
    alone: Any = story(draft, evolve(HUB, gas_supplier=A)).as_dict()
    assert [(act["actor"], act["by"], act["hold"]) for act in alone["missing_acts"]] == [
        (A, "2026-03-01T00:00:00Z", "settle")
    ]
    assert alone["no_missing_act"] is None
    at_once = story(draft, evolve(HUB, gas_supplier=A, configuration_set="CS-9")).as_dict()
    assert (at_once["no_missing_act"], at_once["missing_acts"]) == ("ALFA alone decides", [])
    other = story(draft, evolve(HUB, import_supplier=B)).as_dict()
    assert (other["responsible"], other["why"]) == (False, "ALFA is not responsible for this hub")
    assert "decision" not in other
