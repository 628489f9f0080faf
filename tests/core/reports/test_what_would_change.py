"""What single change of a fact would change a decision: the claims hold, and none of the obvious ones is missing."""

from datetime import date, timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from chfw_core.engines.matching import Matcher
from chfw_core.engines.owned import Known, decide_own
from chfw_core.model.hubs import CommsHub, PrivateAttributes
from chfw_core.model.parties import DCC, Party
from chfw_core.planning.own_decision import OwnDecision, owns
from chfw_core.reports import what_would_change as module
from chfw_core.reports.candidates import Situation, candidates
from chfw_core.reports.what_would_change import what_would_change
from chfw_core.rules.model import (
    And,
    Condition,
    DateExpr,
    Duration,
    ExcludeRule,
    Leaf,
    LeafOp,
    Not,
    Operand,
    PriorityRule,
    UntilDate,
    UntilEvent,
    UntilFlagCleared,
    UntilManual,
)
from chfw_core.testing.features import CS1
from chfw_core.testing.strategies import conditions
from chfw_core.testing.worlds import (
    NOTIFIED,
    OTHER_MODEL,
    PAIRS,
    A,
    B,
    Draft,
    base,
    decide,
    exclude,
    flagged,
    hold,
    hubs,
    is_,
    leaf,
    on,
    pilot,
)

HUB = evolve(hubs()[25], csp_region="North", flags=frozenset(), installed_on=date(2021, 2, 3))
"""A hub of A (import) and B (gas) of the set CS-0112, in the North, eligible."""


def changes(draft: Draft, hub: CommsHub | None = None, owner: str = A, known: Known | None = None) -> str:
    return "\n".join(c.text for c in what_would_change(Matcher(draft.inputs), owner, hub or HUB, known))


def excluding(*conditions_: Condition, **more: Any) -> Draft:
    """A world in which A excludes by rules x0, x1 …"""
    draft = base()
    draft.add(A, excludes=tuple(exclude(f"x{at}", when) for at, when in enumerate(conditions_)), **more)
    return draft


def dated(op: LeafOp, left: DateExpr, *args: DateExpr, fields: tuple[str, ...] = ("installed_on",)) -> Leaf:
    return Leaf(op=op, left=Operand(date=left), args=tuple(Operand(date=a) for a in args), fields=fields, text="x")


def compared(op: LeafOp, right: DateExpr) -> Leaf:
    """`installed_on` compared with a date expression."""
    return Leaf(
        op=op, left=Operand(field="installed_on"), args=(Operand(date=right),), fields=("installed_on",), text="x"
    )


INSTALLED = DateExpr(base="installed_on")


@pytest.mark.parametrize(
    ("when", "hub", "said"),
    [
        (flagged("psr"), {}, "excluded by `x0` if flag `psr` is added"),
        (flagged("psr"), {"flags": frozenset({"psr"})}, "instruct by `all-of-ours` if flag `psr` is removed"),
        (is_("configuration_set", "CS-9"), {}, "excluded by `x0` if `configuration_set` is CS-9"),
        (CS1, {}, "instruct by `all-of-ours` if `configuration_set` is one that no rule names"),
        (leaf("configuration_set", LeafOp.MISSING), {}, "excluded by `x0` if `configuration_set` is missing"),
        (
            leaf("configuration_set", LeafOp.IN, *(f"CS-{n}" for n in range(9))),
            {},
            "excluded by `x0` if `configuration_set` is CS-0, CS-1, CS-2, CS-3 or 5 more that the rules name",
        ),
        (leaf("firmware_version", LeafOp.GT, "0D030000"), {}, "excluded by `x0` if `firmware_version` is 0D030001"),
        (leaf("firmware_version", LeafOp.LT, "0D030000"), {}, "excluded by `x0` if `firmware_version` is 0D02FFFF"),
        (leaf("firmware_version", LeafOp.GT, "FFFFFFFE"), {}, "excluded by `x0` if `firmware_version` is FFFFFFFF"),
        (leaf("firmware_version", LeafOp.STARTS_WITH, "0E"), {}, "excluded by `x0` if `firmware_version` is 0E000000"),
        (leaf("configuration_set", LeafOp.STARTS_WITH, "X-"), {}, "excluded by `x0` if `configuration_set` is X-"),
        (leaf("firmware_version", LeafOp.LE, "00000000"), {}, "excluded by `x0` if `firmware_version` is 00000000"),
        (
            Leaf(
                op=LeafOp.GE,
                left=Operand(field="firmware_version"),
                args=(Operand(field="release.firmware_version"),),
                fields=("firmware_version",),
            ),
            {},
            "leave to the DCC by `all-of-ours`",
        ),
        (is_("csp_region", "Central"), {}, "excluded by `x0` if `csp_region` is Central"),
        (leaf("han_device_types", LeafOp.HAS_ANY, "IHD"), {}, "excluded by `x0` if HAN device `IHD` is added"),
        (is_("smi_status", "Pending"), {}, "not eligible if `smi_status` is Pending"),
        (is_("split", False), {}, "excluded by `x0` if ALFA becomes Gas Supplier too; or if there is no Gas Supplier"),
        (is_("my_role", "both"), {}, "excluded by `x0` if ALFA becomes Gas Supplier too"),
        (
            is_("split", True),
            {"gas_supplier": A},
            "x0` if a second Supplier becomes Import Supplier; or if a second Supplier becomes Gas Supplier",
        ),
        (is_("split", True), {"gas_supplier": None}, "excluded by `x0` if a second Supplier becomes Gas Supplier"),
        (
            is_("my_role", "gas"),
            {"gas_supplier": A},
            "excluded by `x0` if a second Supplier becomes Import Supplier; or if there is no Import Supplier",
        ),
        (is_("release.phase", "mass"), {}, "excluded by `x0` if the phase `mass` is opened"),
        (is_("release.severity", "critical"), {}, "excluded by `x0` if `release.severity` is critical"),
        (And(items=(leaf("release.device_models", LeafOp.HAS_ANY, "X"), CS1)), {}, "leave to the DCC by `all-of-ours`"),
        (
            is_("other_supplier_instructed", True),
            {},
            "excluded by `x0` if an instruction of the second Supplier is on record",
        ),
        (
            leaf("installed_on", LeafOp.LT, date(2020, 1, 1)),
            {"installed_on": date(2021, 2, 3)},
            "excluded by `x0` if `installed_on` is 2019-12-31",
        ),
        (
            leaf("installed_on", LeafOp.LT, date(2020, 1, 1)),
            {"installed_on": None},
            "excluded by `x0` if `installed_on` is 2019-12-31",
        ),
        (compared(LeafOp.LT, on("today", -180)), {"installed_on": date(2026, 1, 1)}, "if `installed_on` is 2025-08-05"),
        (
            dated(LeafOp.LT, on("installed_on", 28), on("today")),
            {"installed_on": date(2026, 1, 20)},
            "if `installed_on` is 2026-01-04; or if nothing happens until 2026-02-18",
        ),
        (
            leaf("installed_on", LeafOp.WITHIN_LAST, Duration(days=28)),
            {"installed_on": date(2026, 1, 20)},
            "or if nothing happens until 2026-02-18T00:00:00Z",
        ),
        (
            dated(LeafOp.GE, on("today"), on(date(2026, 3, 1)), fields=()),
            {},
            "excluded by `x0` if nothing happens until 2026-03-01T00:00:00Z",
        ),
    ],
)
def test_the_facts_that_a_leaf_asks_for(when: Condition, hub: dict[str, Any], said: str) -> None:
    draft = excluding(when)
    assert said in changes(draft, evolve(HUB, **hub))


def test_private_facts() -> None:
    draft = excluding(leaf("my.score", LeafOp.GE, 40), is_("my.tier", "gold"), is_("my.ours", True), flagged("own"))
    own: dict[str, PrivateAttributes] = {A: PrivateAttributes(flags=frozenset({"own"}), values={"ours": True})}
    text = changes(draft)
    for said in (
        "x0` if `my.score` is 40",
        "x1` if `my.tier` is gold",
        "x2` if `my.ours` is True",
        "x3` if flag `own` is a",
    ):
        assert said in text
    hub = evolve(HUB, private=own)
    assert "excluded by `x3` if `my.ours` is False or one that no rule names" in changes(draft, hub)
    assert "flag `own`" not in changes(draft, hub)
    only = evolve(hub, private={A: evolve(own[A], values={})})
    assert "instruct by `all-of-ours` if flag `own` is removed" in changes(draft, only)


def test_a_swap_of_both_roles_is_no_single_fact() -> None:
    """NF1: on a split hub one role may change hands, never both at once."""
    draft = excluding(is_("my_role", "gas"))
    assert "x0" not in changes(draft)
    assert "second Supplier becomes" not in changes(excluding(is_("my_role", "both")))


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("owner", [A, DCC, "CSP:North"])
def test_one_role_changes_hands_at_a_time_and_the_hub_stays_its_owners(
    owner: str, pair: tuple[Party | None, Party | None]
) -> None:
    draft = base()
    draft.inputs = evolve(draft.inputs, rulesets=())
    priority = PriorityRule(id="p", because="x", when=is_("split", True), priority=70)
    draft.add(owner, priorities=(priority,))
    hub = evolve(HUB, import_supplier=pair[0], gas_supplier=pair[1])
    if not owns(owner, hub):
        return
    now = Situation(inputs=draft.inputs, hub=hub, known=Known(other_instructed=hub.suppliers.split))
    base_match = decide_own(Matcher(draft.inputs), owner, hub, now.known)
    seen = set()
    for candidate in candidates(owner, now, base_match, frozenset()):
        near = candidate.situation.hub
        roles = (near.import_supplier, near.gas_supplier)
        if roles != pair:
            assert (roles[0] == pair[0]) != (roles[1] == pair[1])
            assert owns(owner, near)
            assert not candidate.situation.known.other_instructed or near.suppliers.split
            assert B not in candidate.subject
            seen.add(near.suppliers.split)
    # Wherever the number of Suppliers can become another by one change of hands, it is offered.
    assert ((not hub.suppliers.split) in seen) is (pair != (None, None))


def test_the_second_supplier_is_asked_about_only_where_there_is_one() -> None:
    draft = excluding(is_("other_supplier_instructed", True))
    alone = evolve(HUB, gas_supplier=A)
    assert "second Supplier" not in changes(draft, alone)
    told = changes(draft, known=Known(other_instructed=True))
    assert "instruct by `all-of-ours` if the second Supplier withdraws its instruction" in told


@pytest.mark.parametrize(
    ("until", "said"),
    [
        (UntilManual(), "instruct by `all-of-ours` if the event `release_resumed` comes"),
        (UntilManual(), "leave to the DCC by `all-of-ours` if nothing happens until 2026-07-05T08:00:00Z"),
        (UntilFlagCleared(flag="f"), "if flag `f` is cleared"),
        (UntilEvent(type="test_passed", at_latest=on("cutoff")), "if the event `test_passed` comes"),
        (
            UntilEvent(type="test_passed", per="configuration_set", ref="T-1", at_latest=on("cutoff")),
            "if the event `test_passed` with ref T-1 for configuration_set CS-0112 comes",
        ),
        (
            UntilEvent(type="meter_read_received", per="hub", at_latest=on("cutoff")),
            "if the event `meter_read_received` for the hub comes",
        ),
        (UntilDate(date=on(date(2026, 3, 4))), "is removed; or if nothing happens until 2026-03-04T00:00:00Z"),
    ],
)
def test_what_ends_a_hold(until: Any, said: str) -> None:
    draft = base()
    draft.add(A, holds=(hold("h", flagged("f"), until), hold("not-here", flagged("g"), UntilManual())))
    draft.tell("test_passed", day=1, configuration_set="CS-9")
    hub = evolve(HUB, flags=frozenset({"f"}))
    assert said in changes(draft, hub)


def test_the_dcc_and_hubs_that_are_stopped_or_not_eligible() -> None:
    draft = base()
    draft.add(DCC, holds=(hold("h", is_("gas_supplier", "ZZZ"), UntilManual()),))
    draft.add(DCC, holds=(hold("i", CS1, UntilManual()),))
    text = changes(draft, owner=DCC)
    assert "no rule decides if the event `release_resumed` comes" in text
    sold = evolve(HUB, configuration_set=None)
    assert "held by `h` if `gas_supplier` is ZZZ" in changes(draft, sold, DCC)
    draft.tell("release_paused", day=1)
    assert "instruct by `all-of-ours` if the event `release_resumed` comes" in changes(draft)
    draft.release(upgrade_from=("0D020000",))
    other = evolve(HUB, firmware_version="0D010000")
    plain = base()
    plain.release(upgrade_from=("0D020000",))
    assert "instruct by `all-of-ours` if `firmware_version` is 0D020000" in changes(plain, other)


def test_later_facts_do_not_exist() -> None:
    """As of (glossary): an act that is recorded but not yet there is not foretold by letting time pass."""
    early, late = base(), base()
    for draft in (early, late):
        draft.add(A, holds=(hold("h", CS1, UntilDate(date=on(date(2026, 4, 1)))),))
    late.tell("release_stopped", day=120)
    late.tell("flag_cleared", day=120, guid=HUB.guid, flag="psr")
    late.instruct(HUB, A, received_at=NOTIFIED + timedelta(days=110))
    assert late.inputs.events[0].at > late.inputs.as_of
    told = changes(early)
    assert "if nothing happens until" in told
    assert changes(late, known=Known(rows=late.instructions)) == told


def test_what_a_device_is_does_not_change() -> None:
    """NF1: a hub of another model becomes eligible by the release, never by another model of its own."""
    text = changes(base(), evolve(HUB, device_model=OTHER_MODEL))
    assert "`device_model`" not in text
    assert f"instruct by `all-of-ours` if the release is for device model {OTHER_MODEL}" in text
    narrow = base()
    narrow.release(upgrade_from=("0D020000",))  # which the hub does not run: the model alone is not enough
    assert "device model" not in changes(narrow, evolve(HUB, device_model=OTHER_MODEL))


def test_a_hub_in_a_pilot_leaves_it_where_it_could_not_be_chosen() -> None:
    draft = base()
    draft.add(A, pilots=(pilot("p", And(items=(CS1, Not(item=flagged("psr")))), 3, prefer=flagged("staff")),))
    text = changes(draft, known=Known(pilot="p"))
    assert "one that no rule names; or if flag `psr` is added; or if nothing happens until 2026-03-14T00:00:00Z" in text


def test_no_more_is_tried_than_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    draft = excluding(leaf("flags", LeafOp.HAS_ANY, *(f"f{n}" for n in range(50))))
    assert changes(draft).count("flag `") == 50
    monkeypatch.setattr(module, "TRIED", 7)
    assert changes(draft).count("flag `") == 7


def _brute(hub: CommsHub) -> list[CommsHub]:
    """Hubs that differ in one fact that the drawn conditions can ask for."""
    found = [evolve(hub, flags=hub.flags ^ {flag}) for flag in ("psr", "own", "defect_triage")]
    found += [evolve(hub, configuration_set=name) for name in ("CS-0112", "CS-0151", None, "CS-01")]
    found += [evolve(hub, csp_region=name) for name in ("North", "Central")]
    found += [evolve(hub, import_supplier=who) for who in (A, B, None)]
    found += [evolve(hub, gas_supplier=who) for who in (A, B, None)]
    found = [near for near in found if A in near.suppliers.parties]
    return found + [evolve(hub, installed_on=date(2026, 2, 2) - timedelta(days=n)) for n in (0, 28, 29, 2000)]


def _key(decision: OwnDecision) -> tuple[object, ...]:
    return decision.outcome, decision.rule


@given(conditions, conditions, st.data())
def test_no_obvious_change_is_missed(one: Condition, other: Condition, data: st.DataObject) -> None:
    """Every decision that a change of one fact of the hub leads to is among those told, but for missing values."""
    draft = base()
    draft.add(A, excludes=(ExcludeRule(id="x", because="x", when=one),), decides=(decide("d", other),))
    hub = data.draw(st.sampled_from([hub for hub in draft.hubs if A in hub.suppliers.parties]))
    matcher = Matcher(draft.inputs)
    now = decide_own(matcher, A, hub).decision
    told = {_key(change.decision) for change in what_would_change(matcher, A, hub)}
    assert _key(now) not in told
    for near in _brute(hub):
        then = decide_own(matcher, A, near).decision
        assert _key(then) == _key(now) or _key(then) in told


@given(conditions, conditions, st.sampled_from([None, on("installed_on", 30)]), st.data())
def test_values_that_no_condition_tells_apart_are_alike(
    one: Condition, other: Condition, opens: DateExpr | None, data: st.DataObject
) -> None:
    """Told is what would be told if every value were decided alone."""
    draft = base()
    until = UntilDate(date=on("installed_on", 90) if opens is None else on("cutoff"))
    draft.add(
        A,
        excludes=(ExcludeRule(id="x", because="x", when=one),),
        holds=(hold("h", leaf("installed_on", LeafOp.GE, date(2025, 12, 1)), until),),
        decides=(decide("d", other, opens=opens),),
    )
    hub = data.draw(st.sampled_from([hub for hub in draft.hubs if A in hub.suppliers.parties]))
    with pytest.MonkeyPatch.context() as patch:
        told = what_would_change(Matcher(draft.inputs), A, hub)
        patch.setattr(module, "candidates", lambda *args: (evolve(one, alike=None) for one in candidates(*args)))
        assert told == what_would_change(Matcher(draft.inputs), A, hub)


def test_of_a_long_list_only_values_that_can_turn_a_condition_are_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules of which another fact says that they do not hold are no reason to decide anew."""
    draft, decided = base(), list[str | None]()
    lists = [leaf("configuration_set", LeafOp.IN, *(f"CS-{n}" for n in range(at, at + 40))) for at in range(30)]
    draft.add(
        A,
        excludes=tuple(exclude(f"x{n}", And(items=(own, flagged("psr")))) for n, own in enumerate(lists)),
        decides=(decide("d0", is_("configuration_set", "CS-9")), decide("d1")),
    )
    decide_one = module._decided

    def counted(*args: Any) -> Any:
        decided.append(args[-1].hub.configuration_set)
        return decide_one(*args)

    monkeypatch.setattr(module, "_decided", counted)
    assert "instruct by `d0` if `configuration_set` is CS-9" in changes(draft)
    assert len([name for name in decided if name != HUB.configuration_set]) == 2  # CS-9, and any other


def test_a_version_from_which_the_hub_is_not_eligible_is_told_apart() -> None:
    draft = excluding(And(items=(leaf("firmware_version", LeafOp.IN, "0D020000", "0D01AAAA"), flagged("psr"))))
    draft.release(upgrade_from=(HUB.firmware_version, "0D020000"))
    assert "not eligible if `firmware_version` is 0D01AAAA" in changes(draft)


def test_configuration_sets_on_the_same_lists_are_decided_once() -> None:
    draft = base()
    lists = [("CS-0112", "CS-1", "CS-2", "CS-4"), ("CS-1", "CS-3", "CS-4"), ("CS-0113", "CS-2")]
    named = [leaf("configuration_set", LeafOp.IN, *own) for own in lists]
    draft.add(
        A,
        excludes=(exclude("x", And(items=(named[0], flagged("psr")))),),
        holds=(hold("h", named[1], UntilDate(date=on(NOTIFIED.date(), 40))),),
        decides=tuple(decide(f"d{number}", condition) for number, condition in enumerate(named)),
    )
    matcher, tried, kinds = Matcher(draft.inputs), 0, 0
    for hub in (hub for hub in hubs() if hub.suppliers.roles_of(A)):
        now = Situation(inputs=draft.inputs, hub=hub, known=Known())
        decisions: dict[object, set[object]] = {}
        for candidate in candidates(A, now, decide_own(matcher, A, hub), frozenset()):
            if candidate.alike is not None:
                tried += 1
                decisions.setdefault(candidate.alike, set()).add(
                    decide_own(matcher, A, candidate.situation.hub).decision
                )
        kinds += len(decisions)
        assert all(len(found) == 1 for found in decisions.values())
    assert kinds < tried


def test_where_an_event_is_about_configuration_sets_each_is_decided_alone() -> None:
    draft = base()
    until = UntilEvent(type="test_passed", per="configuration_set", ref="T-1", at_latest=on("cutoff"))
    draft.add(A, holds=(hold("tests", leaf("configuration_set", LeafOp.IN, "CS-0112", "CS-9"), until),))
    draft.tell("test_passed", day=1, ref="T-1", configuration_set="CS-9")
    assert "if `configuration_set` is CS-9" in changes(draft)
