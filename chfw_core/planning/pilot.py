"""Pilot groups (G2, BR2.2): who is in, on counts and keys alone.

Seats go by highest averages twice: between pilots, where together they ask for more than the
release's limit; and between the strata of one pilot. Highest averages give seats one by one, so a
larger size only ever adds hubs; and nothing here depends on the order of rows (I7, I10).
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from heapq import heapify, heappop, heapreplace
from typing import TypeVar

from attrs import evolve, field, frozen

from chfw_core.model.estate import format_set
from chfw_core.model.guid import hash_key, keyed_hash
from chfw_core.planning.pilot_reach import PilotReach
from chfw_core.rules.model import PilotRule

Stratum = tuple[object, ...]
"""A hub's values of the fields of `spread.by`, in their order."""

K = TypeVar("K", bound=Hashable)


@frozen(kw_only=True)
class Seats:
    """Seats per stratum. `shortfall[stratum]` = how many of its `at_least` it did not get."""

    by_stratum: Mapping[Stratum, int]
    shortfall: Mapping[Stratum, int] = field(factory=dict)


@frozen(kw_only=True)
class PilotCandidate:
    """A hub that may be chosen."""

    guid: int
    stratum: Stratum = ()
    preferred: bool = False


@frozen(kw_only=True)
class PilotGroup:
    """The hubs chosen, and the strata that fell short of `at_least`."""

    guids: frozenset[int]
    shortfall: Mapping[Stratum, int] = field(factory=dict)


def share_pilot_limit(asked: Mapping[str, int], limit: int) -> Mapping[str, int]:
    """How many hubs each pilot may take (`asked`: by `pilot_key`), of the release's limit.

    Where the sum passes the limit, each gets its share by highest averages in proportion to the
    size that it asked, ties by hash of the key.
    """
    if sum(asked.values()) <= limit:
        return dict(asked)
    return _highest_averages(asked, dict.fromkeys(asked, 0), limit, {k: hash_key(k) for k in asked})


def pilot_key(party: str, rule: str) -> str:
    """The name of a pilot among all: `NWND.first-250`."""
    return f"{party}.{rule}"


def seats_by_stratum(sizes: Mapping[Stratum, int], size: int, at_least: int, seed: str) -> Seats:
    """Seats for a pilot of `size` over strata of so many hubs each.

    First `at_least` each, the largest stratum first; then highest averages (hubs over twice the
    seats and one); ties by the stratum's keyed hash; no stratum above its hubs.
    """
    rank = {stratum: stratum_rank(stratum, seed) for stratum in sizes}
    seats = dict.fromkeys(sizes, 0)
    left = size
    for stratum in sorted(sizes, key=lambda s: (-sizes[s], rank[s])):
        seats[stratum] = min(at_least, sizes[stratum], left)
        left -= seats[stratum]
    short = {s: at_least - n for s, n in seats.items() if n < at_least}
    return Seats(by_stratum=_highest_averages(sizes, seats, left, rank), shortfall=short)


def stratum_rank(stratum: Stratum, seed: str) -> int:
    """The keyed hash of a stratum, by which ties are broken."""
    text = "\x1f".join(_plain(value) for value in stratum)
    return keyed_hash(hash_key(text), hash_key(seed))


def hub_rank(guid: int, preferred: bool, seed: str) -> tuple[bool, int]:
    """A hub's place within its stratum: those preferred first, then by keyed hash."""
    return (not preferred, keyed_hash(guid, hash_key(seed)))


def select_pilot_group(candidates: Iterable[PilotCandidate], *, size: int, at_least: int, seed: str) -> PilotGroup:
    """The hubs of one pilot, at most `size`, spread over the strata of its candidates."""
    strata: dict[Stratum, list[PilotCandidate]] = {}
    for candidate in candidates:
        strata.setdefault(candidate.stratum, []).append(candidate)
    sizes = {stratum: len(hubs) for stratum, hubs in strata.items()}
    seats = seats_by_stratum(sizes, size, at_least, seed)
    chosen = (
        hub.guid
        for stratum, hubs in strata.items()
        for hub in sorted(hubs, key=lambda h: hub_rank(h.guid, h.preferred, seed))[: seats.by_stratum[stratum]]
    )
    return PilotGroup(guids=frozenset(chosen), shortfall=seats.shortfall)


def _highest_averages(
    weights: Mapping[K, int], held: Mapping[K, int], seats: int, rank: Mapping[K, int]
) -> dict[K, int]:
    """Sainte-Laguë: seat after seat to the highest weight / (2 × seats + 1), none above its weight."""
    result = dict(held)
    keys = list(weights)

    def place(at: int) -> tuple[Fraction, int, int]:
        key = keys[at]
        return (Fraction(-weights[key], 2 * result[key] + 1), rank[key], at)

    heap = [place(at) for at, key in enumerate(keys) if result[key] < weights[key]]
    heapify(heap)
    for _ in range(seats):
        if not heap:
            break
        at = heap[0][2]
        result[keys[at]] += 1
        if result[keys[at]] < weights[keys[at]]:
            heapreplace(heap, place(at))
        else:
            heappop(heap)
    return result


def _plain(value: object) -> str:
    """The text of a value under which its stratum is hashed; missing is like no other text."""
    if value is None:
        return "\x00"
    if isinstance(value, frozenset):
        return format_set(value)
    return value.isoformat() if isinstance(value, date) else str(value)


@frozen(kw_only=True)
class PilotAsk:
    """One pilot rule of one Supplier, and the hubs that it may choose from. `reach`: with none taken before it."""

    party: str
    rule: PilotRule
    candidates: tuple[PilotCandidate, ...]
    reach: PilotReach


@frozen(kw_only=True)
class PilotResult:
    """What a pilot got: its group, how many hubs it asked for, and how many it could choose from.

    `reach`: where it got fewer than it asked for, why.
    """

    party: str
    rule: str
    asked: int
    candidates: int
    group: PilotGroup
    reach: PilotReach | None = None

    @property
    def short(self) -> int:
        """So many hubs fewer than it asked for."""
        return self.asked - len(self.group.guids)


def limit_shared(pilots: Sequence[PilotResult], limit: int) -> int | None:
    """The release's limit, where its pilots ask for more together (I10); else None."""
    return limit if sum(pilot.asked for pilot in pilots if pilot.candidates) > limit else None


def select_pilots(asks: Iterable[PilotAsk], limit: int) -> tuple[PilotResult, ...]:
    """The groups of all pilots of a release, within its limit (I10), in the order given.

    A pilot without any candidate claims no share of the limit. A hub that two pilots of one
    Supplier would choose goes to the first.
    """
    asks = tuple(asks)
    wanted = {pilot_key(a.party, a.rule.id): a.rule.size for a in asks if a.candidates}
    share = share_pilot_limit(wanted, limit)
    taken: dict[str, frozenset[int]] = {}
    results = []
    for ask in asks:
        before = taken.get(ask.party, frozenset())
        group = select_pilot_group(
            (c for c in ask.candidates if c.guid not in before),
            size=share.get(pilot_key(ask.party, ask.rule.id), 0),
            at_least=ask.rule.at_least,
            seed=ask.rule.seed,
        )
        taken[ask.party] = before | group.guids
        result = PilotResult(
            party=ask.party, rule=ask.rule.id, asked=ask.rule.size, candidates=len(ask.candidates), group=group
        )
        if result.short:
            others = sum(candidate.guid in before for candidate in ask.candidates)
            result = evolve(result, reach=evolve(ask.reach, taken=others))
        results.append(result)
    return tuple(results)
