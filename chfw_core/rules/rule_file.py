"""One rule file, checked: its nodes, its own names, its blocks. Other files of the owner play no part."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from attrs import frozen

from chfw_core.diagnostics import Span
from chfw_core.model.hubs import CSP_REGIONS
from chfw_core.model.parties import CSP_PREFIX, DCC
from chfw_core.rules.blocks.applies_to import read_applies_to
from chfw_core.rules.blocks.decide import read_batch, read_decide, read_exclude, read_priority
from chfw_core.rules.blocks.events import read_event
from chfw_core.rules.blocks.heads import means_otherwise
from chfw_core.rules.blocks.hold import read_hold
from chfw_core.rules.blocks.pilot import read_pilot
from chfw_core.rules.blocks.windows import read_sets, read_windows
from chfw_core.rules.conditions.scope import FileScope
from chfw_core.rules.keys.structure import Record, read_record
from chfw_core.rules.keys.table import FILE
from chfw_core.rules.model import (
    BatchSpec,
    Condition,
    DecideRule,
    ExcludeRule,
    HoldRule,
    PilotRule,
    PriorityRule,
    Rule,
    Trigger,
)
from chfw_core.rules.problems.problem import Problems, did_you_mean, shown
from chfw_core.rules.text.nodes import Scalar
from chfw_core.rules.text.reading import read_nodes
from chfw_core.rules.vocabulary.fields import FieldSpec

_Kind = TypeVar("_Kind", bound=Rule)

_BLOCKS = ("exclude", "hold", "decide", "prioritise", "pilot", "events")
_NOT_OF_A_CSP = ("exclude", "hold", "decide", "pilot")
_NOT_OF_THE_DCC = ("exclude", "pilot")


@frozen(kw_only=True, eq=False)
class RuleFile:
    """What one file says. Rules with an error in them are left out; `scope.problems` has the errors.

    `within` is the file's `applies_to`, which every rule's condition already has in it.
    """

    scope: FileScope
    owner_span: Span
    within: Condition
    ids: tuple[Scalar, ...] = ()
    excludes: tuple[ExcludeRule, ...] = ()
    holds: tuple[HoldRule, ...] = ()
    decides: tuple[DecideRule, ...] = ()
    decide_span: Span | None = None
    priorities: tuple[PriorityRule, ...] = ()
    pilots: tuple[PilotRule, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    windows_span: Span | None = None
    batch: BatchSpec | None = None
    otherwise_written: bool = False
    cuts_off: bool = False

    @property
    def owner(self) -> str:
        """Whose rules they are; empty where the file does not say it rightly."""
        return self.scope.owner

    @property
    def name(self) -> str:
        """The file's name as it was given."""
        return self.scope.problems.source.file


def read_rule_file(problems: Problems, event_types: Mapping[str, tuple[FieldSpec, ...]]) -> RuleFile | None:
    """The file, or None where it is no mapping at all. Every problem is kept."""
    root = read_nodes(problems.source, problems)
    record = read_record(root, FILE, problems) if root is not None else None
    if record is None:
        return None
    scope = FileScope(owner=_owner(record.scalar("owner"), problems), problems=problems, event_types=event_types)
    read_sets(record.record("sets"), scope)
    read_windows(record.record("windows"), scope)
    within = read_applies_to(record.record("applies_to"), scope)
    _refuse_blocks(record, scope)
    batch = record.record("batch")
    decides = record.records("decide")
    return RuleFile(
        scope=scope,
        owner_span=record.key_span("owner"),
        within=within,
        ids=tuple(name for block in _BLOCKS for rule in record.records(block) if (name := rule.scalar("id"))),
        excludes=_rules(record, "exclude", read_exclude, scope, within),
        holds=_rules(record, "hold", read_hold, scope, within),
        decides=_rules(record, "decide", read_decide, scope, within),
        decide_span=record.keys["decide"].span if record.has("decide") else None,
        priorities=_rules(record, "prioritise", read_priority, scope, within),
        pilots=_rules(record, "pilot", read_pilot, scope, within),
        triggers=_rules(record, "events", read_event, scope, within),
        windows_span=record.keys["windows"].span if record.has("windows") else None,
        batch=read_batch(batch, scope) if batch is not None else None,
        otherwise_written=any(means_otherwise(rule) for rule in decides),
        cuts_off=record.word("on_new_version") == "cut_off",
    )


def _rules(
    record: Record,
    block: str,
    read: Callable[[Record, FileScope, Condition], _Kind | None],
    scope: FileScope,
    within: Condition,
) -> tuple[_Kind, ...]:
    found = (read(rule, scope, within) for rule in record.records(block))
    return tuple(rule for rule in found if rule is not None)


def _owner(scalar: Scalar | None, problems: Problems) -> str:
    """A Supplier's party id, `DCC`, or `CSP:` and a region."""
    if scalar is None:
        return ""
    owner, region = scalar.value, scalar.value.removeprefix(CSP_PREFIX)
    if owner.startswith(CSP_PREFIX):
        if region in CSP_REGIONS:
            return owner
        hint = did_you_mean(region, CSP_REGIONS)
        problems.add("E220", scalar.span, f"no CSP region called `{shown(region)}`", hint=hint)
    elif any(char.isspace() for char in owner):
        problems.add("E220", scalar.span, f"`{shown(owner)}` is no owner", hint="write the id as the estate has it")
    elif owner.upper() == DCC and owner != DCC:
        problems.add("E220", scalar.span, f"`{owner}` is no owner", hint="did you mean `DCC`?")
    elif owner.upper().startswith("CSP"):
        hint = f"write `{CSP_PREFIX}` and a region, such as `{CSP_PREFIX}North`"
        problems.add("E220", scalar.span, f"`{shown(owner)}` is no owner", hint=hint)
    else:
        return owner
    return ""


def _refuse_blocks(record: Record, scope: FileScope) -> None:
    """What a CSP and the DCC cannot do; and a CSP alone bounds batches of a region."""
    forbidden: tuple[str, ...] = ("batch",) if scope.is_supplier or scope.is_dcc else _NOT_OF_A_CSP
    if scope.is_dcc:
        forbidden += _NOT_OF_THE_DCC
    for block in forbidden:
        if record.has(block):
            hint = "`batch` is a key of a `decide` rule" if block == "batch" else None
            scope.problems.add("E214", record.key_span(block), f"{scope.kind} has no `{block}`", hint=hint)
