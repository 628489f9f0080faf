"""From one row to another: in what the two differ, and what becomes of the day."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from chfw_core.engines.schedules.kinds import Row
from chfw_core.engines.schedules.looked_up import Changed

ASPECTS: Mapping[str, tuple[str, ...]] = {
    "status": ("status",),
    "basis": ("basis",),
    "rule": ("import_rule", "gas_rule", "rule"),
    "day": ("day",),
    "window": ("window_opens", "window_closes"),
    "batch": ("batch_id",),
    "reason": ("reason",),
}


class Move(StrEnum):
    """What becomes of a hub's day."""

    EARLIER = "earlier"
    LATER = "later"
    SAME_DAY = "same_day"
    GETS_A_DAY = "gets_a_day"
    LOSES_ITS_DAY = "loses_its_day"
    NO_DAY = "no_day"
    ONLY_IN_NEW = "only_in_new"
    ONLY_IN_OLD = "only_in_old"


@frozen(kw_only=True)
class Outcome:
    """What a row comes to: its status, its basis, and the rules that decided, whichever role's they are (I3)."""

    status: str
    basis: str | None
    rules: tuple[str, ...]

    @property
    def words(self) -> str:
        """`planned BOTH_SUPPLIERS by nights, otherwise`."""
        by = f" by {', '.join(self.rules)}" if self.rules else ""
        return f"{self.status}{f' {self.basis}' if self.basis else ''}{by}"


@frozen(kw_only=True)
class Step:
    """From one row to another. `days`: by how many the day moves, where both have one."""

    old: Outcome | None
    new: Outcome | None
    differs_in: tuple[str, ...]
    move: Move
    days: int | None


@frozen(kw_only=True, eq=False)
class Steps:
    """The different steps of all hubs, and `of`: the number of each hub's, shape (hubs,)."""

    steps: Sequence[Step]
    of: NDArray[np.int64]

    @classmethod
    def of_all(cls, changed: Changed) -> "Steps":
        """Look at every pair of rows once."""
        count = len(changed.views.rows)
        known, of = np.unique(changed.pairs.old.astype(np.int64) * count + changed.pairs.new, return_inverse=True)
        columns, rows = changed.views.columns, changed.views.rows
        return cls(steps=[_step(columns, rows[key // count], rows[key % count]) for key in known.tolist()], of=of)


def _step(columns: Sequence[str], old: Row, new: Row) -> Step:
    one, other = dict(zip(columns, old, strict=True)), dict(zip(columns, new, strict=True))
    differs = [aspect for aspect, names in ASPECTS.items() if any(one.get(n) != other.get(n) for n in names)]
    if "status" in differs:
        differs = ["status"]
    elif "day" in differs and "window" in differs:
        differs.remove("window")
    if len(differs) > 1 and "reason" in differs:
        differs.remove("reason")  # the words follow
    was, is_ = one["day"], other["day"]
    days = is_ - was if isinstance(was, int) and isinstance(is_, int) else None
    return Step(
        old=_outcome(one),
        new=_outcome(other),
        differs_in=tuple(differs),
        move=_move(one, other, days),
        days=days,
    )


def _outcome(row: Mapping[str, object]) -> Outcome | None:
    if row["status"] is None:
        return None
    rules = {str(row[name]) for name in ASPECTS["rule"] if row.get(name) is not None}
    basis = row["basis"]
    return Outcome(status=str(row["status"]), basis=None if basis is None else str(basis), rules=tuple(sorted(rules)))


def _move(old: Mapping[str, object], new: Mapping[str, object], days: int | None) -> Move:
    if old["status"] is None or new["status"] is None:
        return Move.ONLY_IN_NEW if old["status"] is None else Move.ONLY_IN_OLD
    if days is None:
        if old["day"] is None and new["day"] is None:
            return Move.NO_DAY
        return Move.GETS_A_DAY if old["day"] is None else Move.LOSES_ITS_DAY
    return Move.SAME_DAY if days == 0 else Move.LATER if days > 0 else Move.EARLIER
