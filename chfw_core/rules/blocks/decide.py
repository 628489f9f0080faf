"""`decide`, `exclude`, `prioritise` and `batch`: what becomes of a hub, and in which order."""

from chfw_core.rules.blocks.at import read_at
from chfw_core.rules.blocks.heads import is_otherwise, read_head
from chfw_core.rules.conditions.dates import check_date, check_duration, check_limit
from chfw_core.rules.conditions.scope import FileScope
from chfw_core.rules.keys.structure import Record
from chfw_core.rules.model import BatchSpec, Condition, DecideRule, DecideThen, Duration, ExcludeRule, PriorityRule


def read_exclude(record: Record, scope: FileScope, within: Condition) -> ExcludeRule | None:
    """One exclude rule; None where part of it is wrong."""
    head = read_head(record, scope, within)
    if head is None:
        return None
    return ExcludeRule(id=head.id, because=head.because, when=head.when, span=head.span)


def read_priority(record: Record, scope: FileScope, within: Condition) -> PriorityRule | None:
    """One prioritise rule; None where part of it is wrong."""
    head, priority = read_head(record, scope, within), record.whole("priority")
    if head is None or priority is None:
        return None
    return PriorityRule(id=head.id, because=head.because, when=head.when, span=head.span, priority=priority)


def read_decide(record: Record, scope: FileScope, within: Condition) -> DecideRule | None:
    """One decide rule; None where part of it is wrong."""
    head = read_head(record, scope, within, otherwise=is_otherwise(record))
    at = record.record("at")
    batch = record.record("batch")
    read_when = read_at(at, scope) if at is not None else None
    read_batch_spec = read_batch(batch, scope) if batch is not None else None
    to = check_date(record.scalar("to"), scope)
    word = record.word("then")
    if word is None:
        return None
    then = DecideThen(word)
    _go_together(record, then, scope)
    if head is None:
        return None
    return DecideRule(
        id=head.id,
        because=head.because,
        when=head.when,
        span=head.span,
        then=then,
        at=read_when,
        to=to,
        batch=read_batch_spec,
        otherwise=is_otherwise(record),
    )


def _go_together(record: Record, then: DecideThen, scope: FileScope) -> None:
    problems = scope.problems
    if then is DecideThen.MOVE_AUTOMATIC_DATE:
        scalar = record.scalar("then")
        if not scope.is_dcc and scalar is not None:
            problems.add("E214", scalar.span, f"{scope.kind} cannot move the automatic date; only the DCC can")
        if not record.has("to") and not record.misspelt:
            problems.add("E207", record.span, "`move_automatic_date` needs `to`", hint="such as `to: 2026-10-01`")
    elif record.has("to"):
        hint = "the end of an instruction is `at: {to: …}`" if then is DecideThen.INSTRUCT else None
        problems.add("E219", record.key_span("to"), f"`to` does not go with `{then.value}`", hint=hint)
    if record.has("at") and then is not DecideThen.INSTRUCT:
        problems.add("E219", record.key_span("at"), f"`at` does not go with `{then.value}`")
    if record.has("batch") and then is not DecideThen.INSTRUCT and not scope.is_dcc:
        # The DCC's own batches stand at the rule that leaves hubs to its date.
        problems.add("E219", record.key_span("batch"), f"`batch` does not go with `{then.value}`")


def read_batch(record: Record, scope: FileScope) -> BatchSpec | None:
    """`batch`, of a rule or of a CSP's region; None where its size is wrong."""
    size = record.whole("size")
    pause = check_duration(record.scalar("pause"), scope)
    stop = record.record("stop_if")
    limits = _stop_if(stop, scope) if stop is not None else None
    return None if size is None else BatchSpec(size=size, pause=pause or Duration(), stop_if=limits)


def _stop_if(record: Record, scope: FileScope) -> dict[str, str]:
    within = record.scalar("within")
    check_duration(within, scope)
    limits = {
        "failed": check_limit(record.scalar("failed"), scope, percentage=True),
        "lost_wan": check_limit(record.scalar("lost_wan"), scope, percentage=False),
        "within": " ".join(within.value.split()) if within is not None else None,
    }
    if not record.has("failed") and not record.has("lost_wan") and not record.misspelt:
        scope.problems.add("E207", record.span, "`stop_if` needs `failed` or `lost_wan`")
    return {name: limit for name, limit in limits.items() if limit is not None}
