from hypothesis import given
from hypothesis import strategies as st

from chfw_app.pieces import in_pieces


@given(st.lists(st.integers(), max_size=30), st.integers(1, 7))
def test_pieces_are_the_items_in_order_and_none_but_the_last_is_short(items: list[int], size: int) -> None:
    pieces = list(in_pieces(iter(items), size))
    assert [item for piece in pieces for item in piece] == items
    assert all(len(piece) == size for piece in pieces[:-1])
    assert all(pieces)
