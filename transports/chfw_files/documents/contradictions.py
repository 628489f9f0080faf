"""Rows of one file that say different things of the same hub: there is no telling which was meant, so none counts."""

from collections.abc import Hashable, Sequence

import numpy as np
import numpy.typing as npt

from chfw_files.documents.alike import Places


def contradicting(
    places: Sequence[Places], about: Sequence[Hashable], saying: Sequence[Hashable]
) -> dict[int, dict[int, int]]:
    """By the place of a group of rows that are alike: its rows that another contradicts, each with the other's place.

    Groups that are `about` the same must be `saying` the same of a hub. Of several others the first is named.
    """
    if len(set(about)) == len(about):
        return {}
    sizes = [len(one.guids) for one in places]
    guids = np.concatenate([one.guids for one in places])
    if len(np.unique(guids)) == len(guids):
        return {}
    rows = np.concatenate([one.rows for one in places])
    group = np.repeat(np.arange(len(places)), sizes)
    sides, said = np.repeat(_codes(about), sizes), np.repeat(_codes(saying), sizes)
    order = np.lexsort((rows, sides, guids))
    guids, rows, group, sides, said = (one[order] for one in (guids, rows, group, sides, said))
    starts = np.flatnonzero(np.r_[True, (guids[1:] != guids[:-1]) | (sides[1:] != sides[:-1])])
    differ = np.minimum.reduceat(said, starts) != np.maximum.reduceat(said, starts)
    ends = np.r_[starts[1:], len(rows)]
    found: dict[int, dict[int, int]] = {}
    for start, end in zip(starts[differ].tolist(), ends[differ].tolist(), strict=True):
        other = int(np.flatnonzero(said[start:end] != said[start])[0]) + start
        for at in range(start, end):
            named = other if said[at] == said[start] else start
            found.setdefault(int(group[at]), {})[int(rows[at])] = int(rows[named])
    return found


def _codes(values: Sequence[Hashable]) -> npt.NDArray[np.int64]:
    known: dict[Hashable, int] = {}
    return np.array([known.setdefault(value, len(known)) for value in values], dtype=np.int64)
