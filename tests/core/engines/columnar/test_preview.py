"""The columnar preview and diff say of every hub what the owner's rules say of it alone."""

from collections import Counter
from functools import cache
from typing import Any

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings

from chfw_core.engines.columnar import MemoryEstate, axes, reach, sides
from chfw_core.engines.columnar.diff import DIFF_SCHEMA, EXAMPLES, Difference, Transition, diff_columnar
from chfw_core.engines.columnar.preview import PREVIEW_SCHEMA, Preview, preview_columnar
from chfw_core.engines.matching import Matcher
from chfw_core.engines.owned import Known, decide_own
from chfw_core.errors import InputError, UsageError
from chfw_core.model.hubs import CommsHub, PrivateAttributes
from chfw_core.model.parties import DCC
from chfw_core.planning.holds import HoldOver, judge_hold
from chfw_core.planning.model import PlanInputs
from chfw_core.planning.own_decision import ASPECTS, Idle, Outcome, OwnDecision, idle_because, owns
from chfw_core.rules.meaning.evaluate import condition_holds
from chfw_core.rules.model import (
    BatchSpec,
    DecideThen,
    HoldRule,
    LeafOp,
    PriorityRule,
    Rule,
    RuleSet,
    UntilDate,
    UntilFlagCleared,
)
from chfw_core.rules.vocabulary.fields import hub_reader
from chfw_core.testing.features import CS1, CS2, NORTH
from chfw_core.testing.strategies import drawn_worlds
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
    flagged,
    hold,
    is_,
    leaf,
    named_worlds,
    on,
    window,
)
from tests.core.engines.columnar.agreement import Joined, attribute_tables

NAMES = tuple(f"{name}, {moment}" for name in features() for moment in MOMENTS)
Decided = list[tuple[CommsHub, OwnDecision]]
CHUNK = 4
"""So small that some chunks hold no hub of a Supplier's."""


@cache
def worlds() -> dict[str, World]:
    return dict(named_worlds())


def alone(inputs: PlanInputs, owner: str) -> PlanInputs:
    """The inputs with this owner's rules only."""
    return evolve(inputs, rulesets=(inputs.ruleset_of(owner) or RuleSet(owner=owner),))


def attributes_of(hubs: tuple[CommsHub, ...], owner: str) -> dict[str, Any]:
    return {party: table for party, table in attribute_tables(hubs).items() if party == owner}


def previewed(inputs: PlanInputs, hubs: tuple[CommsHub, ...], owner: str) -> Preview:
    source = MemoryEstate(hubs, chunk=CHUNK)
    return preview_columnar(alone(inputs, owner), source, attributes=attributes_of(hubs, owner))


def decisions(inputs: PlanInputs, hubs: tuple[CommsHub, ...], found: Preview) -> Decided:
    """What the reference says of each of the owner's hubs, given who is in a pilot."""
    matcher = Matcher(alone(inputs, found.owner))
    pilot_of = {guid: result.rule for result in found.pilots for guid in result.group.guids}
    mine = [hub for hub in hubs if owns(found.owner, hub)]
    return [(hub, decide_own(matcher, found.owner, hub, Known(pilot=pilot_of.get(hub.guid))).decision) for hub in mine]


def row_of(hub: CommsHub, owner: str, decision: OwnDecision) -> dict[str, Any]:
    return {
        "guid": hub.guid,
        "role": hub_reader(hub, owner)("my_role"),
        "outcome": decision.outcome.value,
        "rule": decision.rule,
        "opens": decision.period and decision.period.opens,
        "closes": decision.period and decision.period.closes,
        "windows": decision.window_names,
        "batch": decision.batch_said,
        "priority": decision.priority,
        "reason": decision.reason,
    }


def assert_previewed(inputs: PlanInputs, hubs: tuple[CommsHub, ...], owner: str) -> Preview:
    """Hub for hub as the reference decides, and every count is that of the hubs."""
    found = previewed(inputs, hubs, owner)
    wanted = decisions(inputs, hubs, found)
    rows = [row for batch in found.batches() for row in batch.to_pylist()]
    assert rows == [row_of(hub, owner, decision) for hub, decision in wanted]
    assert found.hubs == len(wanted)
    assert dict(found.outcomes) == Counter(decision.outcome for _, decision in wanted)
    assert dict(found.sets) == Counter((hub.configuration_set, d.outcome) for hub, d in wanted)
    _assert_rules(inputs, found, wanted)
    return found


def _assert_rules(inputs: PlanInputs, found: Preview, wanted: Decided) -> None:
    owner, matcher = found.owner, Matcher(alone(inputs, found.owner))
    rules = matcher.rules(owner)
    blocks = {
        "exclude": rules.excludes,
        "hold": rules.holds,
        "pilot": rules.pilots,
        "decide": rules.decides,
        "prioritise": rules.priorities,
    }

    def holds(rule: Rule, hub: CommsHub) -> bool:
        context = matcher.context(inputs.release.automatic_at, hub)
        return condition_holds(rule.when, hub_reader(hub, owner), context)

    eligible = [hub for hub, _ in wanted if matcher.ineligible(hub) is None]
    assert sorted((c.block, c.rule) for c in found.rules) == sorted((b, r.id) for b in blocks for r in blocks[b])
    for count in found.rules:
        rule = next(rule for rule in blocks[count.block] if rule.id == count.rule)
        matching = [hub for hub in eligible if holds(rule, hub)]
        assert count.matches == len(matching)
        if count.block == "hold":
            assert count.delays == sum(decision.delayed_by == rule.id for _, decision in wanted)
            assert isinstance(rule, HoldRule)
            assert count.idle_for == _idle(rule, matcher, owner, wanted)
        if count.block != "prioritise":
            assert count.decides == sum(decision.rule == rule.id for _, decision in wanted)
        assert count.idle == (not matching)
    ranked = [count for count in found.rules if count.block == "prioritise"]
    held = {rule.id: rule for rule in rules.priorities}
    best = Counter(
        max(best_of, key=lambda rule: rule.priority).id
        for hub in eligible
        if (best_of := [r for r in held.values() if holds(r, hub)])
    )
    assert {count.rule: count.decides for count in ranked if count.decides} == best


def _idle(rule: HoldRule, matcher: Matcher, owner: str, wanted: Decided) -> Counter[Idle]:
    """Why the hold does nothing to those of its hubs that it neither decides nor delays, hub by hub."""
    found: Counter[Idle] = Counter()
    for hub, decision in wanted:
        context = matcher.context(matcher.inputs.release.automatic_at, hub)
        read = hub_reader(hub, owner)
        if matcher.ineligible(hub) is not None or not condition_holds(rule.when, read, context):
            continue
        excluded = any(condition_holds(x.when, read, context) for x in matcher.rules(owner).excludes)
        state = judge_hold(
            rule, owner=owner, hub_values=read, guid=hub.guid, events_index=matcher.state.events, context=context
        )
        over = state.why if isinstance(state, HoldOver) else None
        cause = Idle.EXCLUDED if excluded else idle_because(rule.id, over, decision, of_the_dcc=owner == DCC)
        if cause is not None:
            found[cause] += 1
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_feature_at_every_moment(name: str) -> None:
    inputs, hubs, _ = worlds()[name]
    for owner in (A, B, DCC, "CSP:North"):
        assert_previewed(inputs, hubs, owner)


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(drawn_worlds())
def test_drawn_worlds(world: World) -> None:
    inputs, hubs, _ = world
    for owner in (A, DCC):
        if any(owns(owner, hub) for hub in hubs):
            assert_previewed(inputs, hubs, owner)


def test_the_worlds_make_every_outcome_happen() -> None:
    seen: Counter[Outcome] = Counter()
    for inputs, hubs, _ in worlds().values():
        for owner in (A, DCC, "CSP:North"):
            seen.update(previewed(inputs, hubs, owner).outcomes)
    assert set(seen) == set(Outcome)


def _private(hub: CommsHub, at: int) -> CommsHub:
    known = PrivateAttributes(flags=frozenset({"own"} if at % 2 else ()), values={"tier": at % 3})
    return evolve(hub, private={A: known, B: known} if at % 4 else {})


def test_private_attributes_and_guids() -> None:
    """Hubs of which something is known one by one are counted once, and nobody else's attributes are read."""
    draft = base()
    draft.hubs = tuple(_private(hub, at) for at, hub in enumerate(draft.hubs))
    draft.add(
        A,
        excludes=(exclude("named", leaf("guid", LeafOp.IN, *(hub.guid for hub in draft.hubs[::5]))),),
        decides=(decide("tier-two", leaf("my.tier", LeafOp.GE, 2)), decide("own", flagged("own"))),
        priorities=(PriorityRule(id="p", because="x", when=flagged("own", "psr"), priority=60),),
    )
    draft.add(DCC, holds=(hold("named", leaf("guid", LeafOp.IN, *draft_guids(draft)), UntilDate(date=on("cutoff"))),))
    found = assert_previewed(draft.inputs, draft.hubs, A)
    assert all(count.decides for count in found.rules if count.rule in {"named", "tier-two", "own", "p"})
    assert_previewed(draft.inputs, draft.hubs, B)
    assert_previewed(draft.inputs, draft.hubs, DCC)


def draft_guids(draft: Draft) -> list[int]:
    return [hub.guid for hub in draft.hubs[::7]]


def test_rules_without_a_hub_and_rules_that_are_hidden() -> None:
    draft = base()
    draft.inputs = evolve(draft.inputs, rulesets=())
    draft.add(
        A, decides=(decide("first", CS1), decide("never", is_("configuration_set", "CS-9")), decide("second", CS1))
    )
    found = assert_previewed(draft.inputs, draft.hubs, A)
    said = {count.rule: (count.idle, count.hidden) for count in found.rules}
    assert said == {"first": (False, False), "never": (True, False), "second": (False, True)}


def test_a_hold_on_a_flag_that_its_hubs_do_not_bear_is_said_to_be_that() -> None:
    """RU5, NF1: it is not another rule that comes before it."""
    draft = base()
    draft.hubs = tuple(evolve(hub, flags=frozenset()) for hub in draft.hubs)
    draft.add(A, holds=(hold("sick", CS1, UntilFlagCleared(flag="defect")),))
    (count,) = (one for one in assert_previewed(draft.inputs, draft.hubs, A).rules if one.rule == "sick")
    assert count.matches > 3
    assert (count.hidden, dict(count.idle_for)) == (True, {Idle.NO_FLAG: count.matches})


def test_a_batch_with_a_stop() -> None:
    """`stop_if` is a part of the decision, though it acts in the roll-out alone."""
    old, new = base(), base()
    for draft, limit in ((old, "> 2%"), (new, "> 3%")):
        draft.add(A, decides=(decide("d", CS1, batch=BatchSpec(size=3, stop_if={"failed": limit})),))
        assert_previewed(draft.inputs, draft.hubs, A)
    found = assert_compared(old.inputs, new.inputs, old.hubs, A)
    assert {tuple(one.differs_in) for one in found.transitions} == {("batch",)}
    (row, *_) = [row for batch in found.batches() for row in batch.to_pylist()]
    stops = ["3 hubs, stop if failed > 2%", "3 hubs, stop if failed > 3%"]
    assert [row["old_batch"], row["new_batch"]] == stops
    assert {(one.old_batch, one.new_batch) for one in found.transitions} == {tuple(stops)}


def test_the_road_for_many_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where tables would grow too large, distinct codes are sorted instead."""
    monkeypatch.setattr(sides, "DIRECT_CODES", 0)
    monkeypatch.setattr(reach, "FEW_CODES", 0)
    monkeypatch.setattr(axes, "BLOCK", 3)
    for name in ("pilots, early", "hold until a date, early", "priorities, early"):
        inputs, hubs, _ = worlds()[name]
        for owner in (A, DCC):
            assert_previewed(inputs, hubs, owner)


def test_only_own_hubs_are_seen() -> None:
    """NF7: whatever the rows of others hold, the preview is the same."""
    inputs, hubs, _ = worlds()["plain, early"]
    mine = tuple(hub for hub in hubs if A in hub.suppliers.parties)
    for seen in (hubs, mine):
        found = previewed(inputs, seen, A)
        assert found.hubs == len(mine)
    with pytest.raises(InputError, match="no usable hub of `ZZZ`"):
        previewed(inputs, hubs, "ZZZ")


def test_a_guid_that_stands_twice_is_left_out_even_where_the_other_row_is_somebody_elses() -> None:
    inputs, hubs, _ = worlds()["plain, early"]
    theirs = next(hub for hub in hubs if A not in hub.suppliers.parties)
    mine = next(hub for hub in hubs if A in hub.suppliers.parties)
    source = Joined((MemoryEstate(hubs, chunk=CHUNK), MemoryEstate((evolve(theirs, guid=mine.guid),))))
    found = preview_columnar(alone(inputs, A), source, attributes=attributes_of(hubs, A))
    assert found.duplicates == (mine.guid,)
    assert found.hubs == previewed(inputs, hubs, A).hubs - 1


def test_columns() -> None:
    inputs, hubs, _ = worlds()["plain, early"]
    assert next(previewed(inputs, hubs, A).batches()).schema == PREVIEW_SCHEMA


# --- diff ---


def compared(old: PlanInputs, new: PlanInputs, hubs: tuple[CommsHub, ...], owner: str) -> Difference:
    source = MemoryEstate(hubs, chunk=CHUNK)
    return diff_columnar(alone(old, owner), alone(new, owner), source, attributes=attributes_of(hubs, owner))


def _pair(line: Transition) -> tuple[str, str | None, str, str | None]:
    return (line.old_outcome, line.old_rule, line.new_outcome, line.new_rule)


def assert_compared(old: PlanInputs, new: PlanInputs, hubs: tuple[CommsHub, ...], owner: str) -> Difference:
    """Exactly the hubs that the two previews decide differently."""
    found = compared(old, new, hubs, owner)
    before = decisions(old, hubs, previewed(old, hubs, owner))
    after = decisions(new, hubs, previewed(new, hubs, owner))
    both = [(hub, one, other) for (hub, one), (_, other) in zip(before, after, strict=True)]
    wanted = [(hub, one, other) for hub, one, other in both if one.meaning != other.meaning]
    rows = [row for batch in found.batches() for row in batch.to_pylist()]
    assert [row["guid"] for row in rows] == [hub.guid for hub, _, _ in wanted]
    for row, (hub, one, other) in zip(rows, wanted, strict=True):
        assert row["differs_in"] == ", ".join(other.differs_in(one))
        for side, decision in (("old", one), ("new", other)):
            told = row_of(hub, owner, decision)
            assert all(row[f"{side}_{name}"] == told[name] for name in told if name not in {"guid", "role"})
    assert found.changed == len(wanted)
    # NF2: one line for each (old rule → new rule), however the hubs differ besides.
    assert [_pair(line) for line in found.transitions] == list(dict.fromkeys(map(_pair, found.transitions)))
    assert {_pair(line) for line in found.transitions} == {(a.outcome, a.rule, b.outcome, b.rule) for _, a, b in wanted}
    for line in found.transitions:
        of = [both for both in wanted if (both[1].outcome, both[1].rule, both[2].outcome, both[2].rule) == _pair(line)]
        assert line.hubs == len(of)
        assert {(one.batch_said, other.batch_said) for _, one, other in of} == {(line.old_batch, line.new_batch)}
        assert list(line.examples) == sorted(hub.guid for hub, _, _ in of)[:EXAMPLES]
        assert line.differs_in == Counter(aspect for _, a, b in of for aspect in b.differs_in(a))
        assert list(line.differs_in) == [aspect for aspect in ASPECTS if aspect in line.differs_in]
    return found


@pytest.mark.parametrize("name", [name for name in features() if name != "plain"])
def test_the_difference_that_a_feature_makes(name: str) -> None:
    """The rules of each world against the plain ones, both ways, with the world's events in both."""
    inputs, hubs, _ = worlds()[f"{name}, early"]
    plain = evolve(inputs, rulesets=worlds()["plain, early"][0].rulesets)
    for owner in (A, DCC):
        assert_compared(plain, inputs, hubs, owner)
        assert_compared(inputs, plain, hubs, owner)


@pytest.mark.parametrize("name", NAMES[:24])
def test_no_difference(name: str) -> None:
    inputs, hubs, _ = worlds()[name]
    found = compared(inputs, inputs, hubs, A)
    assert (found.changed, found.transitions) == (0, ())


def test_versions_that_read_different_fields() -> None:
    """One estate serves both: each version reads fields that the other does not."""
    old, new = base(), base()
    old.add(A, decides=(decide("by-date", leaf("installed_on", LeafOp.LT, on("today")), then=DecideThen.LEAVE_TO_DCC),))
    new.add(
        A,
        excludes=(exclude("by-flag", flagged("psr")),),
        decides=(decide("region", NORTH, opens=on("installed_on", 9)),),
    )
    found = assert_compared(old.inputs, new.inputs, old.hubs, A)
    assert found.changed > 10


def test_one_line_for_each_pair_of_rules_says_how_many_hubs_differ_in_what() -> None:
    """NF2: the same rules on both sides, and three ways in which the hubs of that one line differ."""
    old, new = base(), base()
    old.add(A, decides=(decide("d", CS1),))
    new.add(
        A,
        decides=(decide("d", CS1, batch=BatchSpec(size=3)),),
        priorities=(PriorityRule(id="p", because="x", when=NORTH, priority=70),),
    )
    found = assert_compared(old.inputs, new.inputs, old.hubs, A)
    lines = [line for line in found.transitions if line.old_rule == line.new_rule == "d"]
    assert len(lines) == 1
    assert lines[0].differs_in["batch"] == lines[0].hubs > lines[0].differs_in["priority"] > 0


def test_a_window_renamed_is_no_difference_but_its_hours_are() -> None:
    def of(name: str, start: int, rule: str = "r") -> Draft:
        draft = base()
        draft.add(A, decides=(decide(rule, CS2, windows=window(name, "012", start, 5)),))
        return draft

    hubs = base().hubs
    assert assert_compared(of("nights", 22).inputs, of("dark", 22).inputs, hubs, A).changed == 0
    hours = assert_compared(of("nights", 22).inputs, of("nights", 23).inputs, hubs, A)
    assert {tuple(one.differs_in) for one in hours.transitions} == {("windows",)}
    named = assert_compared(of("nights", 22).inputs, of("nights", 22, "s").inputs, hubs, A)
    assert {tuple(one.differs_in) for one in named.transitions} == {("rule",)}
    assert next(named.batches()).schema == DIFF_SCHEMA


def test_two_owners_are_not_compared() -> None:
    inputs, hubs, _ = worlds()["plain, early"]
    with pytest.raises(UsageError, match="two owners"):
        diff_columnar(alone(inputs, A), alone(inputs, B), MemoryEstate(hubs))
