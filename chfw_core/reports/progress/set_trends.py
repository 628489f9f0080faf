"""RU2, PR2, PR3: how far the industry has moved on from the configuration sets that one Supplier runs.

A Supplier's industry is all hubs that it does not answer for. A set counts as newer than another where it was first
seen later, and of sets seen at once, where its name is later. What the industry runs is said in whole percent, never
in volumes, and of a set only where enough Parties run it: what fewer run is part of the whole, and of no share (NF7).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from attrs import frozen


@frozen(kw_only=True)
class SetCount:
    """So many hubs run a configuration set for these two Suppliers, as the SMI shows it."""

    configuration_set: str
    import_supplier: str | None
    gas_supplier: str | None
    hubs: int


@frozen(kw_only=True)
class SetTrend:
    """Of a set that a Supplier runs: whole percent of the industry on newer sets, of its own hubs on this or older."""

    configuration_set: str
    industry_on_newer: int
    ours_on_older: int


def set_trends(
    counts: Iterable[SetCount], first_seen: Mapping[str, int], party: str, minimum: int
) -> tuple[SetTrend, ...]:
    """For each set that the Party runs, in order of age; none where fewer than `minimum` others have hubs.

    `first_seen`: when each set was seen first, as any number that grows. `minimum`: Parties, as a parameter says.
    """
    ours: dict[str, int] = defaultdict(int)
    theirs: dict[str, int] = defaultdict(int)
    run_by: dict[str, set[str]] = defaultdict(set)
    for one in counts:
        parties = {name for name in (one.import_supplier, one.gas_supplier) if name is not None}
        if party in parties:
            ours[one.configuration_set] += one.hubs
            continue
        theirs[one.configuration_set] += one.hubs
        run_by[one.configuration_set] |= parties
    others = set[str]().union(*run_by.values())
    if not ours or len(others) < minimum:
        return ()
    industry, own = sum(theirs.values()), sum(ours.values())
    told = {name: hubs for name, hubs in theirs.items() if len(run_by[name]) >= minimum}

    def age(name: str) -> tuple[int, str]:
        return first_seen.get(name, 0), name

    return tuple(
        SetTrend(
            configuration_set=name,
            industry_on_newer=_percent(sum(hubs for other, hubs in told.items() if age(other) > age(name)), industry),
            ours_on_older=_percent(sum(hubs for other, hubs in ours.items() if age(other) <= age(name)), own),
        )
        for name in sorted(ours, key=age)
    )


def _percent(part: int, whole: int) -> int:
    return (200 * part + whole) // (2 * whole)
