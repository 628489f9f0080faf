"""Decisions of an owner's rules as columns, one row for each of its hubs."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from attrs import define, frozen
from numpy.typing import NDArray

from chfw_core.engines.columnar.axes import PAIR_AXIS
from chfw_core.engines.columnar.judged import Judged
from chfw_core.engines.columnar.output import INSTANT, TEXT, TextColumn
from chfw_core.engines.columnar.timelines import microseconds
from chfw_core.engines.columnar.views import with_role
from chfw_core.planning.own_decision import OwnDecision

Ints = NDArray[np.int64]
FIELDS = (
    ("outcome", TEXT),
    ("rule", TEXT),
    ("opens", INSTANT),
    ("closes", INSTANT),
    ("windows", TEXT),
    ("batch", TEXT),
    ("priority", pa.int32()),
    ("reason", TEXT),
)


@define
class DecisionColumns:
    """The columns of `FIELDS`, by number of label."""

    texts: dict[str, TextColumn]
    instants: dict[str, tuple[Ints, NDArray[np.bool_]]]
    priority: NDArray[np.int32]

    @classmethod
    def of(cls, labels: Sequence[OwnDecision]) -> "DecisionColumns":
        """The columns of these decisions."""
        every = np.arange(len(labels), dtype=np.int64)
        texts: dict[str, list[str | None]] = {
            "outcome": [label.outcome.value for label in labels],
            "rule": [label.rule for label in labels],
            "windows": [label.window_names for label in labels],
            "batch": [label.batch_said for label in labels],
            "reason": [label.reason for label in labels],
        }
        ends = {
            "opens": [None if label.period is None else label.period.opens for label in labels],
            "closes": [None if label.period is None else label.period.closes for label in labels],
        }
        return cls(
            texts={name: TextColumn.of(values, every) for name, values in texts.items()},
            instants={
                name: (
                    np.array([0 if v is None else microseconds(v) for v in values], dtype=np.int64),
                    np.array([v is None for v in values], dtype=np.bool_),
                )
                for name, values in ends.items()
            },
            priority=np.array([label.priority for label in labels], dtype=np.int32),
        )

    def take(self, name: str, labels: Ints) -> pa.Array:
        """One column for hubs with these labels."""
        if name in self.texts:
            return self.texts[name].take(labels.astype(np.int32))
        if name == "priority":
            return pa.array(self.priority[labels])
        values, missing = self.instants[name]
        return pa.array(values[labels], mask=missing[labels]).view(INSTANT)


@frozen(eq=False)
class Roles:
    """The owner's role for each hub; missing for the DCC and CSPs."""

    column: TextColumn

    @classmethod
    def of(cls, judged: Judged, owner: str) -> "Roles":
        """By number of the pair axis."""
        world = judged.world
        field = with_role(world.views[PAIR_AXIS], world.pairs, owner).fields["my_role"]
        values = [None if value is None else str(value) for value in field.values]
        return cls(TextColumn.of(values, field.codes.astype(np.int64)))

    def take(self, pairs: NDArray[np.integer]) -> pa.Array:
        """The roles of hubs with these pairs."""
        return self.column.take(pairs.astype(np.int32))
