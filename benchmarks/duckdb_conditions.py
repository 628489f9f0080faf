"""Conditions and literals as SQL for DuckDB."""

from datetime import date, datetime

from benchmarks.analyst import Brief
from chfw_core.rules.model import Always, And, Condition, Duration, Leaf, LeafOp, Not, Or


def holds(condition: Condition, brief: Brief) -> str:
    """Whether a condition holds; NULL counts as no."""
    match condition:
        case Always():
            return "true"
        case And():
            return "(" + " AND ".join(holds(item, brief) for item in condition.items) + ")"
        case Or():
            return "(" + " OR ".join(holds(item, brief) for item in condition.items) + ")"
        case Not():
            return f"(NOT coalesce({holds(condition.item, brief)}, false))"
        case Leaf():
            return _leaf(condition, brief)


def _leaf(leaf: Leaf, brief: Brief) -> str:
    name, values = str(leaf.left.field), [arg.value for arg in leaf.args]
    if name == "split":
        return (
            "import_supplier <> gas_supplier" if values[0] else "NOT coalesce(import_supplier <> gas_supplier, false)"
        )
    match leaf.op:
        case LeafOp.HAS_ANY:
            return "(" + " OR ".join(f"contains({name}, {text(str(value))})" for value in values) + ")"
        case LeafOp.HAS_ALL:
            return "(" + " AND ".join(f"contains({name}, {text(str(value))})" for value in values) + ")"
        case LeafOp.IN:
            return f"{name} IN ({', '.join(text(str(value)) for value in values)})"
        case LeafOp.NE:
            return f"{name} <> {text(str(values[0]))}"
        case LeafOp.GE:
            return f"{name} >= {day(values[0])}"
        case LeafOp.BETWEEN:
            return f"{name} BETWEEN {day(values[0])} AND {day(values[1])}"
        case LeafOp.WITHIN_LAST if isinstance(values[0], Duration):
            today = day(brief.today)
            return f"{name} BETWEEN {today} - {values[0].days} AND {today}"
        case _:
            raise NotImplementedError(leaf.text)


def eligible(brief: Brief) -> str:
    """Whether the release is for the hub."""
    release = brief.inputs.release
    models = ", ".join(map(text, release.device_models))
    versions = ", ".join(text(v) for v in release.upgrade_from or () if v != release.firmware_version)
    return f"(device_model IN ({models}) AND firmware_version IN ({versions}) AND smi_status = 'Commissioned')"


def text(value: str) -> str:
    """A text as a literal."""
    return "'" + value.replace("'", "''") + "'"


def day(value: object) -> str:
    """A date as a literal."""
    if not isinstance(value, date):
        raise TypeError(f"{value!r} is not a date")
    return f"DATE '{value.isoformat()}'"


def midnight(number: int) -> str:
    """The beginning of a day, counted from 1970."""
    return f"(DATE '1970-01-01' + {number})::TIMESTAMP"


def moment(value: datetime) -> str:
    """A time as a literal."""
    return f"TIMESTAMP '{value.isoformat(sep=' ')}'"
