"""`pilot`: a subset of a Supplier's hubs, chosen by rule, and what its outcome leads to (BR2.2)."""

from collections.abc import Mapping

from chfw_core.rules.blocks.at import read_at
from chfw_core.rules.blocks.effects import read_effects
from chfw_core.rules.blocks.heads import read_head
from chfw_core.rules.conditions.checking import check_condition
from chfw_core.rules.conditions.operands import A_TYPE
from chfw_core.rules.conditions.scope import HUB_PLACE, PILOT_PLACE, FileScope
from chfw_core.rules.keys.structure import Record
from chfw_core.rules.model import At, Condition, PilotRule
from chfw_core.rules.text.nodes import Scalar
from chfw_core.rules.vocabulary.fields import FieldSpec, FieldType

_STRATA = (FieldType.TEXT, FieldType.ENUM, FieldType.HEX, FieldType.BOOLEAN)


def read_pilot(record: Record, scope: FileScope, within: Condition) -> PilotRule | None:
    """One pilot; None where part of it is wrong."""
    head = read_head(record, scope, within, key="from")
    preferred, at, spread = record.scalar("prefer"), record.record("at"), record.record("spread")
    prefer = check_condition(preferred, scope) if preferred is not None else None
    read_when = read_at(at, scope) if at is not None else At()
    spread_by = _spread(spread, scope) if spread is not None else ()
    then = tuple(_then(item, scope) for item in record.records("then"))
    size = record.whole("size")
    if head is None or size is None:
        return None
    return PilotRule(
        id=head.id,
        because=head.because,
        when=head.when,
        span=head.span,
        size=size,
        seed=record.word("seed") or head.id,
        spread_by=spread_by,
        at_least=(spread.whole("at_least") or 0) if spread is not None else 0,
        prefer=prefer,
        at=read_when,
        then=then,
    )


def _spread(record: Record, scope: FileScope) -> tuple[str, ...]:
    names = (_stratum(scalar, scope) for scalar in record.scalars("by"))
    return tuple(dict.fromkeys(name for name in names if name is not None))


def _stratum(scalar: Scalar, scope: FileScope) -> str | None:
    spec = scope.look_up(scalar.value, HUB_PLACE, scalar.span)
    if spec is None:
        return None
    is_hubs = "." not in spec.name and spec.type in _STRATA
    if not is_hubs and spec.type is not FieldType.UNKNOWN:
        what = f"a pilot cannot be spread by `{spec.name}`, which is {_what(spec)}"
        hint = "name a field of the hub with few values, such as csp_region"
        scope.problems.add("E106", scalar.span, what, hint=hint)
        return None
    return spec.name


def _what(spec: FieldSpec) -> str:
    return A_TYPE[spec.type] if "." not in spec.name else "the same for all hubs"


def _then(record: Record, scope: FileScope) -> Mapping[str, object]:
    scalar, do = record.scalar("when"), record.record("do")
    when = check_condition(scalar, scope, PILOT_PLACE) if scalar is not None else None
    effects = read_effects(do, scope, PILOT_PLACE, after_event=False) if do is not None else {}
    return {"when": when, "do": effects}
