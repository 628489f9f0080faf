"""Facts about single hubs as one more axis: private attributes, GUID lists, the other's consent.

The rows concerned are few, or belong to few owners, so for each owner a further speaker is made
whose last axis has one number per row.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
from attrs import define
from numpy.typing import NDArray

from chfw_core.engines.columnar.apart import PRIVATE_FLAGS
from chfw_core.engines.columnar.axes import PAIR_AXIS
from chfw_core.engines.columnar.owner import OwnerRules
from chfw_core.engines.columnar.sides import Side, Speaker, speaker
from chfw_core.engines.columnar.views import AxisView, FieldValues, with_role
from chfw_core.engines.columnar.world import World, flags_in
from chfw_core.model.estate import parse_set
from chfw_core.rules.meaning.evaluate import RuleContext

Ints = NDArray[np.int64]
PRIVATE = "my."


@define
class Attributes:
    """One Supplier's private attributes, in order of GUID."""

    guid: NDArray[np.uint64]
    columns: dict[str, FieldValues]

    @classmethod
    def of(cls, table: pa.Table) -> "Attributes":
        """The table's columns as `my.<column>`, its flags as the owner's own."""
        numbers = table.column("guid").to_numpy().astype(np.uint64)
        order = np.argsort(numbers, kind="stable")
        columns = {}
        for name in table.column_names:
            if name == "guid":
                continue
            field = _field(table.column(name), sets=name == "flags")
            codes = np.append(field.codes[order], np.int32(len(field.values) - 1))
            columns[PRIVATE_FLAGS if name == "flags" else PRIVATE + name] = FieldValues(codes, field.values)
        return cls(guid=numbers[order], columns=columns)

    @property
    def flags(self) -> frozenset[str]:
        """Every flag that it knows of some hub."""
        column = self.columns.get(PRIVATE_FLAGS)
        return frozenset() if column is None else flags_in(column)

    def fields(self, guids: NDArray[np.uint64]) -> dict[str, FieldValues]:
        """The attributes of some hubs; those of whom nothing is known have missing values."""
        at = np.searchsorted(self.guid, guids)
        found = np.take(self.guid, at, mode="clip") == guids if len(self.guid) else np.zeros(len(guids), np.bool_)
        place = np.where(found, at, len(self.guid))
        return {name: FieldValues(column.codes[place], column.values) for name, column in self.columns.items()}


def _field(column: pa.ChunkedArray, *, sets: bool) -> FieldValues:
    """Codes and values; the last value is the missing one."""
    encoded = column.combine_chunks()
    if not pa.types.is_dictionary(encoded.type):
        encoded = encoded.dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.unify_dictionaries().combine_chunks()
    values = encoded.dictionary.to_pylist()
    codes = encoded.indices.cast(pa.int32()).fill_null(len(values)).to_numpy(zero_copy_only=False)
    if sets:
        return FieldValues(codes, [*map(parse_set, values), frozenset()])
    return FieldValues(codes, [*values, None])


@define
class SparseRows:
    """Some rows of the estate: their GUIDs and their numbers on each axis."""

    guid: NDArray[np.uint64]
    axes: list[NDArray[np.integer]]

    def __len__(self) -> int:
        return len(self.guid)

    def some(self, rows: Ints) -> "SparseRows":
        """These of the rows."""
        return SparseRows(guid=self.guid[rows], axes=[axis[rows] for axis in self.axes])


def speak_of(
    world: World,
    side: Side,
    row: int,
    context: RuleContext,
    rows: SparseRows,
    attributes: Attributes | None,
    told: NDArray[np.bool_] | None,
) -> tuple[Speaker, Ints]:
    """A speaker for the owner of a row about single hubs, and the match of each.

    `told`: whether the other Supplier has instructed; None = not yet known.
    """
    owner, own_rules = side.speakers[row - 1].owner, side.speakers[row - 1].rules
    extra = attributes.fields(rows.guid) if attributes is not None else {}
    if "guid" in world.constants:
        extra["guid"] = FieldValues(np.arange(len(rows), dtype=np.int32), rows.guid.tolist())
    if told is not None:
        extra["other_supplier_instructed"] = FieldValues(told.astype(np.int32), [False, True])
    views = list(world.views)
    views[PAIR_AXIS] = with_role(views[PAIR_AXIS], world.pairs, owner)
    extra |= _compared(own_rules, views, rows, extra)
    views.append(AxisView(numbers=np.arange(len(rows)), size=len(rows), fields=extra))
    constants = {name: value for name, value in world.constants.items() if name not in extra}
    private = PRIVATE_FLAGS in extra
    who = speaker(owner, own_rules, views, context, world.state.events, constants, private=private, single=True)
    distinct, of = np.unique(codes_of(who, rows), return_inverse=True)
    match, who.matches = who.space.matches(distinct)
    return who, match[of]


def codes_of(who: Speaker, rows: SparseRows) -> Ints:
    """The codes of these rows, for a speaker that was made about them."""
    numbers: Sequence[NDArray[np.integer]] = [*rows.axes, np.arange(len(rows))]
    codes = np.zeros(len(rows), dtype=np.int64)
    for axis, view in enumerate(who.views):
        classes = who.space.table(axis, view)[numbers[axis]]
        codes += classes.astype(np.int64) * who.space.radices[axis]
    return codes


def _compared(
    rules: OwnerRules, views: Sequence[AxisView], rows: SparseRows, extra: Mapping[str, FieldValues]
) -> dict[str, FieldValues]:
    """The hub fields that a condition compares with a fact about a single hub."""
    groups = [set(group) for group in rules.compared()]
    wanted, size = set(extra), 0
    while size < len(wanted):  # what is compared with one of them must lie beside it
        size = len(wanted)
        wanted |= {name for group in groups if wanted & group for name in group}
    found = {}
    for name in sorted(wanted - extra.keys()):
        for axis, view in enumerate(views):
            if name in view.fields:
                place = np.zeros(view.size, dtype=np.int64)
                place[view.numbers] = np.arange(len(view))
                column = view.fields[name]
                found[name] = FieldValues(column.codes[place[rows.axes[axis]]], column.values)
    return found
