"""Distinct rows are numbered alike however they are found: by a table, by hashing, or in more than one go."""

import numpy as np
import pytest

from chfw_core.engines.columnar import records, vocabulary
from chfw_core.engines.columnar.records import distinct_columns, renumber
from chfw_core.engines.columnar.vocabulary import Mixer, mix_rows

SIZES = (7, 90, 3, 400)


def _columns(count: int) -> list[np.ndarray[tuple[int], np.dtype[np.int64]]]:
    draw = np.random.default_rng(5)
    return [draw.integers(0, size, count) for size in SIZES]


@pytest.mark.parametrize("room", [1 << 62, 1 << 12, 1])
def test_distinct_columns(room: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "ROOM", room)
    columns = [column - 3 for column in _columns(5_000)]
    sample, of = distinct_columns(columns, 5_000)
    rows = list(zip(*(column.tolist() for column in columns), strict=True))
    first = {row: at for at, row in reversed(list(enumerate(rows)))}
    assert sample.tolist() == sorted(first.values())
    assert [rows[at] for at in sample[of].tolist()] == rows


@pytest.mark.parametrize(("limit", "room"), [(1 << 20, 1 << 62), (1 << 9, 1 << 62), (0, 1 << 62), (0, 1 << 10)])
def test_mixed_rows(limit: int, room: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "TABLE_LIMIT", limit)
    monkeypatch.setattr(vocabulary, "ROOM", room)
    columns = _columns(5_000)
    mixed = mix_rows(columns, SIZES)
    for column, known in zip(columns, mixed.columns, strict=True):
        assert (known[mixed.rows] == column).all()
    assert len(mixed.columns[0]) == len(set(zip(*(column.tolist() for column in columns), strict=True)))


@pytest.mark.parametrize("limit", [1 << 20, 0])
def test_a_column_that_few_rows_have_leaves_no_combination_behind(limit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """All rows of one combination get something more: what they were before occurs no longer."""
    monkeypatch.setattr(vocabulary, "TABLE_LIMIT", limit)
    mixer = Mixer(np.array([0, 1, 1, 2, 0]), 3)
    mixer.add(np.zeros(5, dtype=np.int64), 1)
    mixer.add_sparse(np.array([1, 2]), np.array([7, 8]), 9)
    mixer.compact()
    first, nothing, sparse = (known[mixer.rows].tolist() for known in mixer.known)
    assert (first, nothing, sparse) == ([0, 1, 1, 2, 0], [0] * 5, [0, 7, 8, 0, 0])
    assert len(mixer.known[0]) == 4


def test_classes_change_in_place() -> None:
    classes = [np.array([0, 2, 1], dtype=np.int32), np.array([2], dtype=np.int32)]
    renumber(classes, np.array([5, 6, 5], dtype=np.int32), threads=2)
    assert [own.tolist() for own in classes] == [[5, 5, 6], [5]]
