"""Pilot groups: G2, BR2.2, I7, I10."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from chfw_core.planning.pilot import (
    PilotAsk,
    PilotCandidate,
    seats_by_stratum,
    select_pilot_group,
    select_pilots,
    share_pilot_limit,
    stratum_rank,
)
from chfw_core.planning.pilot_reach import Barred, PilotReach
from chfw_core.rules.model import Always, PilotRule

strata = st.dictionaries(
    st.tuples(st.sampled_from(["North", "Central", None]), st.sampled_from(["a", "b", "c"])),
    st.integers(1, 40),
    min_size=1,
)
candidates = st.lists(
    st.builds(
        PilotCandidate,
        guid=st.integers(0, 2**64 - 1),
        stratum=st.tuples(st.sampled_from(["North", "Central"]), st.sampled_from([None, "x"])),
        preferred=st.booleans(),
    ),
    unique_by=lambda candidate: candidate.guid,
    max_size=40,
)


@given(strata, st.integers(0, 120), st.integers(0, 5))
def test_seats_fill_the_pilot_and_no_stratum_has_more_than_its_hubs(
    sizes: dict[tuple[object, ...], int], size: int, at_least: int
) -> None:
    seats = seats_by_stratum(sizes, size, at_least, "spring")
    assert sum(seats.by_stratum.values()) == min(size, sum(sizes.values()))
    for stratum, hubs in sizes.items():
        assert 0 <= seats.by_stratum[stratum] <= hubs
    if size >= sum(min(at_least, hubs) for hubs in sizes.values()):
        for stratum, hubs in sizes.items():
            assert seats.by_stratum[stratum] >= min(at_least, hubs)
            assert seats.shortfall.get(stratum, 0) == max(0, at_least - hubs)


@given(strata, st.integers(0, 60), st.integers(0, 4))
def test_one_seat_more_only_adds(sizes: dict[tuple[object, ...], int], size: int, at_least: int) -> None:
    one = seats_by_stratum(sizes, size, at_least, "s").by_stratum
    more = seats_by_stratum(sizes, size + 1, at_least, "s").by_stratum
    assert all(one[stratum] <= more[stratum] for stratum in sizes)


@given(candidates, st.integers(0, 30), st.integers(0, 3))
def test_a_larger_pilot_only_adds_hubs_and_the_order_of_rows_never_counts(
    hubs: list[PilotCandidate], size: int, at_least: int
) -> None:
    small = select_pilot_group(hubs, size=size, at_least=at_least, seed="s")
    large = select_pilot_group(hubs, size=size + 3, at_least=at_least, seed="s")
    assert small.guids <= large.guids
    assert len(small.guids) == min(size, len(hubs))
    turned = select_pilot_group(reversed(hubs), size=size, at_least=at_least, seed="s")
    assert turned == small


@given(candidates)
def test_preferred_hubs_come_first_within_their_stratum(hubs: list[PilotCandidate]) -> None:
    chosen = select_pilot_group(hubs, size=len(hubs) // 2, at_least=0, seed="s").guids
    for hub in hubs:
        if hub.preferred and hub.guid not in chosen:
            same = [h for h in hubs if h.stratum == hub.stratum and h.guid in chosen]
            assert all(h.preferred for h in same)


def test_seats_follow_sainte_lague() -> None:
    """The textbook example: 53, 24 and 23 of 100 share 7 seats as 3, 2, 2."""
    sizes: dict[tuple[object, ...], int] = {("a",): 53, ("b",): 24, ("c",): 23}
    assert seats_by_stratum(sizes, 7, 0, "s").by_stratum == {("a",): 3, ("b",): 2, ("c",): 2}


def test_at_least_goes_to_the_largest_stratum_first_and_says_what_is_short() -> None:
    sizes: dict[tuple[object, ...], int] = {("a",): 2, ("b",): 50, ("c",): 9}
    seats = seats_by_stratum(sizes, 5, 3, "s")
    assert seats.by_stratum == {("a",): 0, ("b",): 3, ("c",): 2}
    assert seats.shortfall == {("a",): 3, ("c",): 1}


def test_ties_fall_by_the_seed_and_not_by_the_name() -> None:
    sizes: dict[tuple[object, ...], int] = {(name,): 10 for name in "abcdef"}
    winners = Counter(
        next(s for s, n in seats_by_stratum(sizes, 1, 0, str(seed)).by_stratum.items() if n) for seed in range(60)
    )
    assert len(winners) == 6


def test_a_missing_value_is_a_stratum_of_its_own() -> None:
    values = [None, "", "x", frozenset[str](), frozenset({"x", "y"}), 3]
    ranks = {stratum_rank((value,), "s") for value in values[:3] + values[4:]}
    assert len(ranks) == 5


@given(
    st.dictionaries(st.sampled_from(["A.p", "A.q", "B.p", "C.r"]), st.integers(0, 400)),
    st.integers(0, 300),
)
def test_shares_never_pass_the_limit_nor_what_was_asked(asked: dict[str, int], limit: int) -> None:
    """I10, G2."""
    shares = share_pilot_limit(asked, limit)
    assert sum(shares.values()) == min(limit, sum(asked.values()))
    assert all(shares[key] <= asked[key] for key in asked)
    for one in asked:  # in proportion: who asked for more never gets less
        for other in asked:
            if asked[one] > asked[other]:
                assert shares[one] >= shares[other]


def test_pilots_share_the_limit_and_never_a_hub_of_one_supplier() -> None:
    hubs = tuple(PilotCandidate(guid=guid) for guid in range(20))

    def ask(party: str, rule: str, size: int, own: tuple[PilotCandidate, ...] = hubs) -> PilotAsk:
        pilot = PilotRule(id=rule, because="x", when=Always(), size=size, seed="s")
        reach = PilotReach(hubs=30, excluded=4, met=len(own) + 2, barred={Barred.HELD: 2}, taken=0)
        return PilotAsk(party=party, rule=pilot, candidates=own, reach=reach)

    asks = [ask("A", "one", 6), ask("A", "two", 6), ask("B", "one", 6), ask("C", "over", 90, ())]
    first, second, third, over = select_pilots(asks, 12)
    assert [len(r.group.guids) for r in (first, second, third, over)] == [4, 4, 4, 0]
    assert first.group.guids.isdisjoint(second.group.guids)
    assert (over.asked, over.short) == (90, 90)
    assert first.reach is not None
    assert second.reach is not None
    assert [(one.candidates, one.taken) for one in (first.reach, second.reach)] == [(20, 0), (20, 4)]
    unlimited = select_pilots(asks[:3], 300)
    assert [len(r.group.guids) for r in unlimited] == [6, 6, 6]
    assert [one.reach for one in unlimited] == [None, None, None]
