"""The rules that are measured: the same for the same case, and of every kind that a plan knows.

Rule i belongs to Supplier i mod 40; kinds take turns, so that ten rules already have one of each and
three hundred give every Supplier seven or eight of different kinds. A Supplier has one pilot at most;
its last `decide` has no condition where it has more than one. The DCC has a hold on a date and a
priority of its own; in the case of small batches it goes by them a second apart, so that nearly all have a day.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random

from attrs import evolve

from benchmarks.case import Case
from benchmarks.conditions import (
    MODELS,
    VERSIONS,
    draw_condition,
    draw_narrow_condition,
    draw_sets,
    installed_lately,
)
from chfw_core.model.releases import Blackout, FirmwareRelease
from chfw_core.model.windows import WeeklyWindow, Windows
from chfw_core.planning.model import PlanInputs
from chfw_core.rules.model import (
    BatchSpec,
    Condition,
    DecideRule,
    DecideThen,
    Duration,
    ExcludeRule,
    HoldRule,
    LeafOp,
    PilotRule,
    PriorityRule,
    Rule,
    RuleSet,
    UntilDate,
    UntilFlagCleared,
)
from chfw_core.testing.worlds import decide, exclude, flagged, hold, inputs, leaf, on, pilot, release
from chfw_emulator.estates import supplier_ids
from chfw_emulator.products import MAKERS

KINDS = ("decide", "exclude", "decide", "date hold", "decide", "pilot", "decide", "priority", "decide", "flag hold")
TOO_OLD = frozenset({"000A6900", "010B0000"})
"""Versions from which the release cannot be applied."""

DAYS_FOR_ALL = 75
"""Capacity: so many days would carry the estate, if every hub could go on any day."""

_WINDOWS = (
    ("nights", "01234", 22, 5, False),
    ("long-nights", "0123456", 20, 6, False),
    ("midweek-nights", "123", 23, 4, False),
    ("before-dawn", "0123", 0, 5, False),
    ("office-hours", "01234", 9, 17, True),
    ("weekend", "56", 1, 20, True),
)


def build_inputs(case: Case) -> PlanInputs:
    """Release, rules and capacity of a case."""
    return inputs(release=_release(case), rulesets=(_dcc(case), *_suppliers(case)))


def _release(case: Case) -> FirmwareRelease:
    return release(
        device_models=MODELS,
        upgrade_from=tuple(version for version in VERSIONS if version not in TOO_OLD),
        capacity=_capacity(case.hubs),
        blackouts=(
            Blackout(opens=datetime(2026, 4, 2, 23, 0, tzinfo=UTC), closes=datetime(2026, 4, 6, 23, 0, tzinfo=UTC)),
        ),
    )


def _capacity(hubs: int) -> dict[str, int]:
    """Hubs a day, in proportion to those of the region: it really limits."""
    shares: dict[str, float] = {}
    for maker in MAKERS:
        for region, share in maker.regions:
            shares[region] = shares.get(region, 0.0) + maker.share * share
    return {region: int(hubs * share / DAYS_FOR_ALL) + 1 for region, share in sorted(shares.items())}


def _dcc(case: Case) -> RuleSet:
    held = hold("awaits-a-fix", draw_sets(Random("dcc"), 4), UntilDate(date=on(date(2026, 3, 16))))
    networks = leaf("csp_region", LeafOp.IN, "4G Central", "4G North", "4G South")
    rest: tuple[DecideRule, ...] = ()
    if case.batches:
        batch = BatchSpec(size=case.batches, pause=Duration(seconds=1))
        rest = (decide("rest", then=DecideThen.LEAVE_TO_DCC, batch=batch),)
    return RuleSet(owner="DCC", holds=(held,), decides=rest, priorities=(_priority("new-networks", networks, 70),))


def _suppliers(case: Case) -> Iterator[RuleSet]:
    owners = supplier_ids(case.suppliers)
    dealt: dict[str, list[Rule]] = {owner: [] for owner in owners}
    for number in range(case.rules * (case.suppliers if case.each else 1)):
        turn, place = divmod(number, case.suppliers)
        kind = KINDS[(place + 3 * turn) % len(KINDS)]
        owner = owners[place]
        if kind == "pilot" and any(isinstance(rule, PilotRule) for rule in dealt[owner]):
            kind = "decide"
        dealt[owner].append(_rule(kind, f"{kind.replace(' ', '-')}-{turn + 1}", owner, case.hubs))
    for owner, rules in sorted(dealt.items()):
        if rules:
            yield _rule_set(owner, rules)


def _rule_set(owner: str, rules: list[Rule]) -> RuleSet:
    decides = [rule for rule in rules if isinstance(rule, DecideRule)]
    if len(decides) > 1:
        last = decide("otherwise", then=decides[-1].then)
        decides[-1] = evolve(last, id=decides[-1].id, at=decides[-1].at, batch=decides[-1].batch)
    return RuleSet(
        owner=owner,
        excludes=tuple(rule for rule in rules if isinstance(rule, ExcludeRule)),
        holds=tuple(rule for rule in rules if isinstance(rule, HoldRule)),
        decides=tuple(decides),
        priorities=tuple(rule for rule in rules if isinstance(rule, PriorityRule)),
        pilots=tuple(rule for rule in rules if isinstance(rule, PilotRule)),
    )


def _rule(kind: str, name: str, owner: str, hubs: int) -> Rule:
    draw = Random(f"{owner}/{name}")
    match kind:
        case "exclude":
            return exclude(name, draw_narrow_condition(draw))
        case "date hold":
            if draw.random() < 0.5:
                return hold(name, installed_lately(60), UntilDate(date=on("installed_on", 90)))
            until = on(date(2026, 2, 20) + timedelta(days=draw.randrange(60)))
            return hold(name, draw_sets(draw, 6), UntilDate(date=until))
        case "flag hold":
            flag = draw.choice(("defect_triage", "staff_home"))
            latest = on(date(2026, 5, 1) + timedelta(days=draw.randrange(30)))
            return hold(name, flagged(flag), UntilFlagCleared(flag=flag, at_latest=latest))
        case "pilot":
            spread = ("device_model", "csp_region")
            return pilot(name, draw_condition(draw), 40, spread_by=spread, prefer=draw_condition(draw))
        case "priority":
            return _priority(name, draw_condition(draw), draw.choice((20, 40, 60, 80)))
        case _:
            return _decide(name, owner, draw, hubs)


def _decide(name: str, owner: str, draw: Random, hubs: int) -> DecideRule:
    condition = draw_condition(draw)
    if draw.random() < 0.12:
        return decide(name, condition, then=DecideThen.LEAVE_TO_DCC)
    opens = date(2026, 2, 9) + timedelta(days=7 * draw.randrange(14))
    closes = draw.choice((None, on("cutoff"), on(opens, draw.choice((28, 42, 63)))))
    batch = None
    if draw.random() < 0.2:
        batch = BatchSpec(size=min(50_000, max(50, hubs // 100)), pause=Duration(days=draw.choice((1, 2))))
    windows = _window(draw, owner) if draw.random() < 0.7 else None
    return decide(name, condition, opens=on(opens), closes=closes, windows=windows, batch=batch)


def _window(draw: Random, owner: str) -> Windows:
    name, days, start, end, holidays = draw.choice(_WINDOWS)
    part = WeeklyWindow(
        name=name,
        days=frozenset(int(day) for day in days),
        start=start * 60,
        end=end * 60,
        not_on_bank_holidays=holidays,
        owner=owner,
    )
    return Windows(parts=(part,))


def _priority(name: str, when: Condition, priority: int) -> PriorityRule:
    return PriorityRule(id=name, because=f"because of {name}", when=when, priority=priority)
