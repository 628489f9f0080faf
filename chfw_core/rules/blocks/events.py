"""`events`: if this, then that. Checked here; run in the roll-out.

A Trigger's `when` is the file's scope. Its `body` has `per` (a tuple of scopes), `steps` (a tuple of
`{on, if, within, otherwise}`; a trigger with `on` has one), `count` and `within` (1 and None where
not said), `at_most` (a Duration or None) and `do`. Absent conditions are Always.
"""

from collections.abc import Mapping

from chfw_core.rules.blocks.effects import read_effects
from chfw_core.rules.blocks.heads import read_head
from chfw_core.rules.blocks.hold import check_event_type
from chfw_core.rules.conditions.checking import check_condition
from chfw_core.rules.conditions.dates import check_at_most, check_duration
from chfw_core.rules.conditions.scope import EXPIRY_PLACE, FileScope
from chfw_core.rules.keys.structure import Record
from chfw_core.rules.model import Always, Condition, Trigger

_OF_ONE_EVENT = ("on", "if", "count", "within")


def read_event(record: Record, scope: FileScope, within: Condition) -> Trigger | None:
    """One trigger; None where part of it is wrong."""
    head = read_head(record, scope, within, key="")
    steps = _steps(record, scope)
    _check_count(record, scope)
    last = steps[-1]["on"] if steps else None
    do = record.record("do")
    place = scope.event_place(last if isinstance(last, str) else None)
    body = {
        "per": tuple(scalar.value for scalar in record.scalars("per")) or ("hub",),
        "steps": steps,
        "count": record.whole("count") or 1,
        "within": check_duration(record.scalar("within"), scope),
        "at_most": check_at_most(record.scalar("at_most"), scope),
        "do": read_effects(do, scope, place, after_event=True) if do is not None else {},
    }
    if head is None:
        return None
    return Trigger(id=head.id, because=head.because, when=head.when, span=head.span, body=body)


def _steps(record: Record, scope: FileScope) -> tuple[Mapping[str, object], ...]:
    if not record.has("steps"):
        if not record.has("on") and not record.misspelt:
            scope.problems.add("E207", record.span, "the key `on` is missing", hint="or `steps`, for several events")
        return (_step(record, scope),)
    for key in _OF_ONE_EVENT:
        if record.has(key):
            hint = "say it in the step"
            scope.problems.add("E219", record.key_span(key), f"`{key}` does not go with `steps`", hint=hint)
    steps = []
    for number, item in enumerate(record.records("steps")):
        _check_place(item, scope, is_first=number == 0)
        otherwise = item.record("otherwise")
        step: dict[str, object] = {**_step(item, scope), "within": check_duration(item.scalar("within"), scope)}
        if otherwise is not None:
            step["otherwise"] = read_effects(otherwise, scope, EXPIRY_PLACE, after_event=True)
        steps.append(step)
    return tuple(steps)


def _step(record: Record, scope: FileScope) -> dict[str, object]:
    kind = check_event_type(record.scalar("on"), scope)
    scalar = record.scalar("if")
    condition = Always() if scalar is None else check_condition(scalar, scope, scope.event_place(kind))
    return {"on": kind, "if": condition, "within": None, "otherwise": None}


def _check_place(step: Record, scope: FileScope, *, is_first: bool) -> None:
    if not is_first:
        if not step.has("within") and not step.misspelt:
            hint = "such as `within: 7 days`"
            scope.problems.add("E207", step.span, "a later step needs `within`", hint=hint)
        return
    for key in ("within", "otherwise"):
        if step.has(key):
            hint = "it counts from the step before"
            scope.problems.add("E219", step.key_span(key), f"the first step has no `{key}`", hint=hint)


def _check_count(record: Record, scope: FileScope) -> None:
    if record.has("steps") or record.misspelt:
        return
    if record.has("count") and not record.has("within"):
        scope.problems.add("E207", record.key_span("count"), "`count` needs `within`", hint="such as `within: 6 hours`")
    if record.has("within") and not record.has("count"):
        hint = "or name the events in `steps`"
        scope.problems.add("E219", record.key_span("within"), "`within` does not go without `count`", hint=hint)
