"""G5: which hubs go on which day, where a CSP region can carry only so many a day (I5).

Hubs of one region with the same possible days and priority form a class; classes × days are a
min-cost flow. In this order: as many hubs as possible; of those, the ones of higher priority
first; then as early as possible, a day's delay weighing more the higher the priority. (Leaving
out a hub costs more than any rearrangement of the others could, so the three never trade.)

What does not fit gets a proof that a person can recount: a set of days, the hubs that can go on no
other day, and how many those days carry.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from attrs import field, frozen

from chfw_core.errors import InputError, UsageError
from chfw_core.planning.flow import FlowProblem, FlowSolver, Placement
from chfw_core.planning.model import PlanInputs

DEFAULT_PRIORITY = 50
CAPACITY = "capacity: "
"""How the sentence of a proof begins."""


@frozen(kw_only=True)
class DemandClass:
    """So many hubs of one region with the same possible days (ascending, at least one) and priority."""

    days: tuple[date, ...]
    priority: int
    count: int


@frozen(kw_only=True)
class Proof:
    """Why hubs are left out: `demand` hubs can go on no day outside `days`, which carry `capacity`."""

    region: str
    days: tuple[date, ...]
    demand: int
    capacity: int

    @property
    def short(self) -> int:
        """How many hubs too many."""
        return self.demand - self.capacity

    def sentence(self) -> str:
        """The proof in words that a person can check."""
        hubs = "1 hub" if self.demand == 1 else f"{self.demand:,} hubs"
        days = "1 day" if len(self.days) == 1 else f"{len(self.days):,} days"
        return (
            f"{CAPACITY}{hubs} of {self.region} can go on {intervals(self.days)} only "
            f"({days} with room for {self.capacity:,}): {self.short:,} too many"
        )


@frozen(kw_only=True)
class Assignment:
    """Per class, in the order given: (day, hubs) in order of day, hubs left out, and their proof."""

    placed: tuple[tuple[tuple[date, int], ...], ...]
    unplaced: tuple[int, ...]
    proofs: tuple[Proof | None, ...]


def region_capacity(inputs: PlanInputs, region: str, days: Sequence[date]) -> Mapping[date, int] | None:
    """How many hubs each of the days carries; None = no limit, and so is a day that is left out.

    Raises InputError where the release limits regions, but says nothing of this one.
    """
    overrides = {
        day: inputs.capacity_overrides[region, day] for day in days if (region, day) in inputs.capacity_overrides
    }
    limits = inputs.release.capacity
    if limits is None:
        return overrides or None
    if region not in limits:
        raise InputError(
            f"the release gives a capacity, but none for the region `{region}`",
            hint=f"add `{region}` to its `capacity`: the estate has hubs there",
        )
    return {day: overrides.get(day, limits[region]) for day in days}


def assign_days(
    region: str,
    classes: Sequence[DemandClass],
    capacity: Mapping[date, int] | None,
    solver: FlowSolver,
) -> Assignment:
    """Days for every class of one region.

    `capacity`: hubs a day; a day that is left out has no limit. The order of the classes makes no
    difference. Raises UsageError where two classes have the same days and priority.
    """
    if capacity is None or _fits_at_once(classes, capacity):
        return Assignment(
            placed=tuple(((c.days[0], c.count),) if c.count else () for c in classes),
            unplaced=(0,) * len(classes),
            proofs=(None,) * len(classes),
        )
    rank = {days: at for at, days in enumerate(sorted({c.days for c in classes}))}
    keys = [(rank[c.days], -c.priority) for c in classes]
    order = sorted(range(len(classes)), key=keys.__getitem__)
    sorted_classes = [classes[at] for at in order]
    if len(set(keys)) < len(keys):
        raise UsageError("two classes of one region have the same days and priority")
    columns = tuple(sorted({day for days in rank for day in days}))
    total = sum(c.count for c in classes)
    limits = tuple(min(capacity.get(day, total), total) for day in columns)
    problem = flow_problem(sorted_classes, columns, limits)
    placement = solver(problem)
    left = [c.count - sum(n for _, n in p) for c, p in zip(sorted_classes, placement, strict=True)]
    proofs = _proofs(region, problem, placement, left, columns) if any(left) else [None] * len(left)
    back = sorted(range(len(order)), key=order.__getitem__)
    return Assignment(
        placed=tuple([tuple([(columns[column], hubs) for column, hubs in placement[at]]) for at in back]),
        unplaced=tuple([left[at] for at in back]),
        proofs=tuple([proofs[at] for at in back]),
    )


def _fits_at_once(classes: Sequence[DemandClass], capacity: Mapping[date, int]) -> bool:
    """Whether everybody fits on the first possible day: nothing can be earlier, so this is the plan."""
    first: dict[date, int] = {}
    for c in classes:
        first[c.days[0]] = first.get(c.days[0], 0) + c.count
    return all(hubs <= capacity.get(day, hubs) for day, hubs in first.items())


def flow_problem(classes: Sequence[DemandClass], columns: tuple[date, ...], limits: tuple[int, ...]) -> FlowProblem:
    """The flow problem of classes in their canonical order. Costs: see the module's text."""
    place = {day: column for column, day in enumerate(columns)}
    by_days = {days: tuple([place[day] for day in days]) for days in {c.days for c in classes}}
    rank = {p: at for at, p in enumerate(sorted({c.priority for c in classes}), start=1)}
    offsets = tuple((day - columns[0]).days for day in columns)
    # An alternating path visits each class and each day at most once.
    dearest = min(len(classes), len(columns)) * offsets[-1] * len(rank) + 1
    return FlowProblem(
        hubs=tuple(c.count for c in classes),
        columns=tuple(by_days[c.days] for c in classes),
        delay_cost=tuple(rank[c.priority] for c in classes),
        left_out_cost=tuple(dearest * rank[c.priority] for c in classes),
        days=offsets,
        capacity=limits,
    )


@frozen(kw_only=True)
class _Residual:
    """Sets of days as bits of a number: which classes use a day, and what else those could use."""

    masks: list[int]
    users: list[int] = field(factory=list)

    def closure(self, mask: int) -> int:
        """All days that a hub could free by moving others, starting from the days of `mask`."""
        reached, ahead = 0, mask
        while ahead:
            low = ahead & -ahead
            reached |= low
            ahead = (ahead | self.users[low.bit_length() - 1]) & ~reached
        return reached


def _proofs(
    region: str,
    problem: FlowProblem,
    placement: Placement,
    left: Sequence[int],
    columns: tuple[date, ...],
) -> list[Proof | None]:
    """The minimum cut seen from each class that is left out: its days are full, all of them.

    From a full day one reaches the hubs on it, and the other days that those could take. If one of
    these had room, one more hub would fit; so none has, and the hubs that can go on no other day
    are more than the days carry.
    """
    mask_of = {days: sum(1 << column for column in days) for days in set(problem.columns)}
    masks = [mask_of[days] for days in problem.columns]
    users = [0] * len(columns)
    for mask, placed in zip(masks, placement, strict=True):
        for column, _ in placed:
            users[column] |= mask
    residual = _Residual(masks=masks, users=users)
    reached_from = {mask: residual.closure(mask) for mask in {m for m, hubs in zip(masks, left, strict=True) if hubs}}
    proof_of = {reached: _proof(region, problem, masks, reached, columns) for reached in set(reached_from.values())}
    return [proof_of[reached_from[mask]] if hubs else None for mask, hubs in zip(masks, left, strict=True)]


def _proof(region: str, problem: FlowProblem, masks: list[int], reached: int, columns: tuple[date, ...]) -> Proof:
    inside = [column for column in range(len(columns)) if reached >> column & 1]
    return Proof(
        region=region,
        days=tuple(columns[column] for column in inside),
        demand=sum(n for n, mask in zip(problem.hubs, masks, strict=True) if not mask & ~reached),
        capacity=sum(problem.capacity[column] for column in inside),
    )


def intervals(days: Sequence[date]) -> str:
    """Days in order as text: `2026-03-02 to 2026-03-05, 2026-03-09`."""
    runs: list[list[date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1][1:] = [day]
        else:
            runs.append([day])
    return ", ".join(" to ".join(str(day) for day in run) for run in runs)
