"""Conditions as Polars expressions. A flag is looked for once for each hub, then read by every rule."""

import polars as pl

from benchmarks.analyst import EPOCH, Brief
from chfw_core.rules.model import Always, And, Condition, Duration, Leaf, LeafOp, Not, Or

SETS = ("flags", "han_device_types")


def flag_columns(brief: Brief) -> dict[str, pl.Expr]:
    """A column of truth for each flag that a rule asks for."""
    conditions = [when for party in brief.parties for when, _ in party.lines]
    conditions += [delay.when for party in brief.parties for delay in party.delays]
    asked = {(leaf.left.field, str(arg.value)) for leaf in _leaves(*conditions) for arg in leaf.args}
    return {
        f"{field}:{value}": pl.col(field).cast(pl.String).str.contains(value, literal=True).fill_null(False)
        for field, value in sorted((field, value) for field, value in asked if field in SETS)
    }


def _leaves(*conditions: Condition) -> list[Leaf]:
    found: list[Leaf] = []
    for condition in conditions:
        match condition:
            case Leaf():
                found.append(condition)
            case And() | Or():
                found += _leaves(*condition.items)
            case Not():
                found += _leaves(condition.item)
    return found


def holds(condition: Condition, brief: Brief) -> pl.Expr:
    """Whether a condition holds."""
    match condition:
        case Always():
            return pl.lit(True)
        case And():
            return pl.all_horizontal(holds(item, brief) for item in condition.items)
        case Or():
            return pl.any_horizontal(holds(item, brief) for item in condition.items)
        case Not():
            return ~holds(condition.item, brief)
        case Leaf():
            return _leaf(condition, brief)


def _leaf(leaf: Leaf, brief: Brief) -> pl.Expr:
    """A comparison; with a missing value it is false."""
    name, values = str(leaf.left.field), [arg.value for arg in leaf.args]
    column = pl.col(name)
    if name == "split":
        imports, gas = pl.col("import_supplier"), pl.col("gas_supplier")
        split = (imports != gas).fill_null(False)
        return split if values[0] else ~split
    match leaf.op:
        case LeafOp.HAS_ANY:
            return pl.any_horizontal(pl.col(f"{name}:{value}") for value in values)
        case LeafOp.HAS_ALL:
            return pl.all_horizontal(pl.col(f"{name}:{value}") for value in values)
        case LeafOp.IN:
            found = column.is_in([str(value) for value in values])
        case LeafOp.NE:
            found = column != str(values[0])
        case LeafOp.GE:
            found = column >= pl.lit(values[0])
        case LeafOp.BETWEEN:
            found = column.is_between(pl.lit(values[0]), pl.lit(values[1]))
        case LeafOp.WITHIN_LAST if isinstance(values[0], Duration):
            today = (brief.today - EPOCH).days
            found = pl.col("day").is_between(today - values[0].days, today)
        case _:
            raise NotImplementedError(leaf.text)
    return found.fill_null(False)


def eligible(brief: Brief) -> pl.Expr:
    """Whether the release is for the hub."""
    release = brief.inputs.release
    versions = [version for version in release.upgrade_from or () if version != release.firmware_version]
    return pl.all_horizontal(
        pl.col("device_model").is_in(list(release.device_models)),
        pl.col("firmware_version").is_in(versions),
        pl.col("smi_status") == "Commissioned",
    )
