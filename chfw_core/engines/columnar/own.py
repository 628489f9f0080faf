"""What the rules instructed, as rows of an instructions file (`--instructions-out`)."""

from collections.abc import Iterator
from datetime import datetime

import numpy as np
import pyarrow as pa
from attrs import define
from numpy.typing import NDArray

from chfw_core.consent.model import InstructionAction, InstructionGroup
from chfw_core.engines.columnar.composed import NONE, Composed
from chfw_core.engines.columnar.output import INSTANT, TEXT
from chfw_core.engines.columnar.place import Placed
from chfw_core.engines.columnar.records import Part
from chfw_core.engines.columnar.timelines import microseconds
from chfw_core.engines.columnar.world import World
from chfw_core.model.parties import SupplierRole
from chfw_core.planning.decision import Decision

Ints = NDArray[np.int64]
INSTRUCTION_SCHEMA = pa.schema(
    [
        ("guid", pa.uint64()),
        ("party", TEXT),
        ("role", TEXT),
        ("opens", INSTANT),
        ("closes", INSTANT),
        ("received_at", INSTANT),
        ("action", TEXT),
        ("group", TEXT),
        ("rule", TEXT),
    ]
)
_ROLES = [role.value for role in SupplierRole]
_GROUPS = [InstructionGroup.PILOT.value, InstructionGroup.SAFE_LAUNCH.value]


@define
class OwnInstructions:
    """The instructions that Suppliers' rules gave in one plan, received at its `as_of`."""

    world: World
    composed: Composed
    placed: Placed

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows in the estate's order; of a hub's two Suppliers the Import Supplier's first."""
        decisions = self.composed.decisions
        table = _Table.of(decisions)
        slots = self.placed.assignment.slots
        record = np.concatenate([slots.record, slots.record[self.placed.assignment.left_out_of]])
        sides = [np.append(decided, NONE)[record] for decided in (self.composed.first, self.composed.second)]
        roles = [(pair.import_supplier is None, True) for pair in self.world.pairs]
        gas = np.array(roles, dtype=np.int64)[self.composed.records[record, Part.PAIR]]
        for chunk, classes in zip(self.world.estate.chunks, self.placed.classes, strict=True):
            found = [np.flatnonzero(table.instructs[side[classes]]) for side in sides]
            rows = np.concatenate(found)
            order = np.argsort(rows, kind="stable")
            decision = np.concatenate([side[classes[own]] for side, own in zip(sides, found, strict=True)])[order]
            role = np.concatenate([gas[classes[own], at] for at, own in enumerate(found)])[order]
            yield table.rows(chunk.guid[rows[order]], decision, role, self.world.inputs.as_of)


@define
class _Table:
    """The decisions as columns; the last entry stands for no decision."""

    instructs: NDArray[np.bool_]
    party: tuple[Ints, list[str]]
    rule: tuple[Ints, list[str]]
    group: Ints
    opens: Ints
    closes: Ints

    @classmethod
    def of(cls, decisions: list[Decision]) -> "_Table":
        consents = [None if d.explicit else d.consent for d in decisions]
        times = [(microseconds(c.period.opens), microseconds(c.period.closes)) if c else (0, 0) for c in consents]
        return cls(
            instructs=np.array([*(consent is not None for consent in consents), False], dtype=np.bool_),
            party=_coded([d.party for d in decisions]),
            rule=_coded([d.rule or "" for d in decisions]),
            group=np.array([0 if d.pilot else 1 for d in decisions], dtype=np.int64),
            opens=np.array([opens for opens, _ in times], dtype=np.int64),
            closes=np.array([closes for _, closes in times], dtype=np.int64),
        )

    def rows(self, guid: NDArray[np.uint64], decision: Ints, role: Ints, as_of: datetime) -> pa.RecordBatch:
        """The rows of these hubs and decisions."""
        count = len(guid)
        received = np.full(count, microseconds(as_of), dtype=np.int64)
        arrays = [
            pa.array(guid, pa.uint64()),
            _text(self.party[0][decision], self.party[1]),
            _text(role, _ROLES),
            pa.array(self.opens[decision]).view(INSTANT),
            pa.array(self.closes[decision]).view(INSTANT),
            pa.array(received).view(INSTANT),
            _text(np.zeros(count, dtype=np.int64), [InstructionAction.INSTRUCT.value]),
            _text(self.group[decision], _GROUPS),
            _text(self.rule[0][decision], self.rule[1]),
        ]
        return pa.RecordBatch.from_arrays(arrays, schema=INSTRUCTION_SCHEMA)


def _coded(values: list[str]) -> tuple[Ints, list[str]]:
    texts = sorted(set(values))
    place = {text: number for number, text in enumerate(texts)}
    return np.array([place[value] for value in values], dtype=np.int64), texts


def _text(codes: Ints, texts: list[str]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(texts, pa.string()))
