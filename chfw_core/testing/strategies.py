"""Hypothesis strategies for plans, directed at the corners that plain random draws miss.

A drawn world starts from a few features of `chfw_core.testing.features`, then draws rules for both
Suppliers, and explicit rows whose times lie close around the cut-off, the automatic time and each
other. Most hubs are split, and most split hubs get a row of both: a test asserts the shares.
"""

from datetime import date, datetime, timedelta
from typing import Any

from attrs import evolve
from hypothesis import strategies as st

from chfw_core.consent.model import Instruction, InstructionAction
from chfw_core.model.hubs import CommsHub
from chfw_core.model.parties import Party, is_supplier
from chfw_core.model.windows import Windows
from chfw_core.rules.model import (
    And,
    BatchSpec,
    Condition,
    DateExpr,
    DecideRule,
    DecideThen,
    Duration,
    HoldRule,
    LeafOp,
    Not,
    Or,
    UntilDate,
    UntilEvent,
    UntilFlagCleared,
    UntilManual,
)
from chfw_core.testing.worlds import (
    AUTOMATIC,
    CUTOFF,
    MOMENTS,
    NOTIFIED,
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
    on,
    window,
)

LEAVES: tuple[Condition, ...] = (
    is_("csp_region", "North"),
    is_("configuration_set", "CS-0112"),
    leaf("configuration_set", LeafOp.NE, "CS-0112"),
    leaf("configuration_set", LeafOp.IN, "CS-0112", "CS-0151"),
    leaf("configuration_set", LeafOp.MISSING),
    leaf("configuration_set", LeafOp.STARTS_WITH, "CS-01"),
    leaf("firmware_version", LeafOp.LT, "0D030000"),
    flagged("psr", "own"),
    leaf("flags", LeafOp.HAS_ALL, "defect_triage"),
    leaf("installed_on", LeafOp.WITHIN_LAST, Duration(days=28)),
    leaf("installed_on", LeafOp.BETWEEN, date(2021, 1, 1), date(2026, 1, 20)),
    is_("split", True),
    is_("my_role", "import"),
    is_("other_supplier_instructed", True),
    leaf("release.phase", LeafOp.NE, "mass"),
)
WINDOWS = (
    Windows(),
    window("nights", "0123", 22, 5),
    window("daytime", "123", 10, 15),
    window("weekend", "56", 0, 24),
    window("narrow", "2", 3, 4),
)
DATES: tuple[DateExpr, ...] = (
    on(date(2026, 2, 3)),
    on(date(2026, 3, 29)),
    on(date(2026, 5, 1)),
    on("cutoff", -1),
    on("cutoff"),
    on("today", 30),
    on("release.automatic_on", -2),
    on("release.automatic_on"),
    on("installed_on", 100),
)

HOURS = ("10:00-16:00", "sat sun 09:00-12:00", "mon-wed 22:00-05:00", "fri 12:00-18:00 not on bank_holidays")
"""What an instruction may say of its hours: some of them meet, and some do not."""

_MOMENTS = (*list(MOMENTS.values())[:3] * 3, MOMENTS["in the mass period"])

conditions: st.SearchStrategy[Condition] = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda items: And(items=tuple(items))),
        st.lists(inner, min_size=2, max_size=3).map(lambda items: Or(items=tuple(items))),
        inner.map(lambda item: Not(item=item)),
    ),
    max_leaves=4,
)
batches: st.SearchStrategy[BatchSpec | None] = st.one_of(
    st.none(),
    st.builds(
        BatchSpec,
        size=st.integers(1, 4),
        pause=st.builds(Duration, days=st.integers(0, 5), seconds=st.sampled_from([0, 3600])),
    ),
)


@st.composite
def decide_rules(draw: st.DrawFn, rule: str) -> DecideRule:
    """A rule that mostly instructs, for a period that is mostly to come."""
    if draw(st.integers(0, 4)) == 0:
        return decide(rule, draw(conditions), then=DecideThen.LEAVE_TO_DCC)
    return decide(
        rule,
        draw(st.one_of(st.none(), conditions)),
        opens=draw(st.one_of(st.none(), st.sampled_from(DATES))),
        closes=draw(st.one_of(st.none(), st.none(), st.sampled_from(DATES))),
        windows=draw(st.sampled_from(WINDOWS)),
        batch=draw(batches),
    )


@st.composite
def hold_rules(draw: st.DrawFn, rule: str) -> HoldRule:
    """A hold of any kind; some of its events happen in the features."""
    until = draw(
        st.one_of(
            st.sampled_from(DATES).map(lambda at: UntilDate(date=at)),
            st.sampled_from([None, "configuration_set", "csp_region"]).map(
                lambda per: UntilEvent(type="test_passed", per=per, at_latest=on("cutoff", -5))
            ),
            st.sampled_from(["psr", "defect_triage"]).map(lambda f: UntilFlagCleared(flag=f)),
            st.just(UntilManual()),
        )
    )
    return hold(rule, draw(conditions), until)


@st.composite
def rows_for(draw: st.DrawFn, hub: CommsHub, party: Party, as_of: datetime) -> Instruction:
    """A row whose times lie around the cut-off and the automatic time, mostly a valid one."""
    valid = draw(st.integers(0, 9)) < 7
    received = min(CUTOFF, as_of) - timedelta(days=draw(st.integers(0, 3)))
    opens = AUTOMATIC - timedelta(days=draw(st.integers(1, 40)), hours=draw(st.integers(0, 23)))
    closes: datetime | None = opens + timedelta(days=draw(st.integers(1, 30)))
    changes: dict[str, Any] = {}
    if not valid:
        received = CUTOFF + timedelta(seconds=draw(st.integers(-1, 1)))
        opens = draw(st.sampled_from([AUTOMATIC, AUTOMATIC - timedelta(seconds=1), NOTIFIED, opens]))
        closes = draw(st.sampled_from([None, opens, opens + timedelta(hours=3)]))
        if draw(st.booleans()):
            changes = {"action": InstructionAction.WITHDRAW}
    return Instruction(
        guid=hub.guid,
        party=party,
        role=draw(st.sampled_from(hub.suppliers.roles_of(party))),
        opens=opens,
        closes=closes,
        received_at=received,
        rule=draw(st.sampled_from([None, None, None, "earlier"])),
        window=draw(st.sampled_from([None, None, None, *HOURS])),
        **changes,
    )


@st.composite
def _hubs(draw: st.DrawFn, draft: Draft, *, split_only: bool) -> tuple[CommsHub, ...]:
    """Some of the draft's hubs, most of them eligible and most or all of them split, in any order."""
    places = st.integers(0, len(draft.hubs) - 1)
    result = []
    for place in draw(st.lists(places, min_size=1, max_size=8, unique=True)):
        hub = draft.hubs[place]
        changes: dict[str, Any] = {}
        if split_only or draw(st.integers(0, 9)) < 6:
            one, other = draw(st.permutations([A, B]))
            changes = {"import_supplier": one, "gas_supplier": other}
        if draw(st.integers(0, 9)) < 8:
            changes |= {"device_model": "433100AC", "firmware_version": "0D030000"}
        result.append(evolve(hub, **changes))
    return tuple(result)


@st.composite
def drawn_worlds(draw: st.DrawFn, *, split_only: bool = False, suppliers_only: bool = False) -> World:
    """A world: up to two features, rules of both Suppliers, rows of most responsible Parties.

    `split_only`: every hub has two Suppliers. `suppliers_only`: neither the DCC nor a CSP has rules, so that nothing
    moves the automatic date; acts of the DCC, such as a stop, are still among the events.
    """
    draft = base()
    known = features()
    draft.inputs = evolve(draft.inputs, as_of=draw(st.sampled_from(_MOMENTS)))
    for name in draw(st.lists(st.sampled_from(sorted(known)), max_size=2, unique=True)):
        known[name](draft)
    draft.hubs = draw(_hubs(draft, split_only=split_only))
    if suppliers_only:
        own = tuple(rules for rules in draft.inputs.rulesets if is_supplier(rules.owner))
        draft.inputs = evolve(draft.inputs, rulesets=own)
    for party in (A, B):
        rules = [draw(decide_rules(f"drawn-{at}")) for at in range(draw(st.integers(0, 2)))]
        draft.add(party, decides=tuple(rules))
        if draw(st.integers(0, 3)) == 0:
            draft.add(party, excludes=(exclude("drawn-exclude", draw(conditions)),))
        if draw(st.integers(0, 3)) == 0:
            draft.add(party, holds=(draw(hold_rules("drawn-hold")),))
    for hub in draft.hubs:
        for party in hub.suppliers.parties:
            for _ in range(draw(st.sampled_from([0, 1, 1, 1, 2]))):
                draft.instructions.append(draw(rows_for(hub, party, draft.inputs.as_of)))
    return draft.world()
