"""PR3: which shares of the industry a Supplier may be shown."""

from hypothesis import given
from hypothesis import strategies as st

from chfw_core.reports.progress.trends import OTHER, disclosed_shares

NAMES = st.sampled_from(["a", "b", "c", "d"])


def test_a_product_is_named_only_where_enough_parties_run_it() -> None:
    found = disclosed_shares({"a": 60, "b": 30, "c": 10}, {"a": 5, "b": 4, "c": 5}, 6, 5)
    assert found == {"a": 60, "c": 10, OTHER: 30}


def test_nothing_is_shown_where_too_few_parties_are_in_it() -> None:
    assert disclosed_shares({"a": 60}, {"a": 4}, 4, 5) is None
    assert disclosed_shares({}, {}, 9, 5) is None


@given(st.dictionaries(NAMES, st.integers(1, 10**7), min_size=1), st.dictionaries(NAMES, st.integers(0, 9)))
def test_no_volume_can_be_read_from_it(hubs: dict[str, int], parties: dict[str, int]) -> None:
    """Ten times as many hubs, the same shares."""
    tenfold = {name: 10 * count for name, count in hubs.items()}
    assert disclosed_shares(hubs, parties, 9, 5) == disclosed_shares(tenfold, parties, 9, 5)


@given(st.dictionaries(NAMES, st.integers(1, 10**7), min_size=1), st.dictionaries(NAMES, st.integers(0, 9)))
def test_shares_are_of_the_whole(hubs: dict[str, int], parties: dict[str, int]) -> None:
    found = disclosed_shares(hubs, parties, 9, 5)
    assert found is not None
    assert abs(sum(found.values()) - 100) <= len(found)
    assert all(parties.get(name, 0) >= 5 for name in found if name != OTHER)
