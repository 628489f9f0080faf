"""A checked rule file as values: what the parser and checker produce and the planner reads.

Conditions are trees of And, Or and Not over leaves. A leaf reads at most two hub fields and is
decided by `chfw_core.rules.meaning.evaluate.leaf_holds`, the one function that both engines call. File
scope (`applies_to`) is already part of each rule's condition; named sets and windows are already
put in place.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

from attrs import field, frozen

from chfw_core.diagnostics import Span
from chfw_core.model.windows import Windows


@frozen(kw_only=True)
class Duration:
    """A span as written: `days` on the London wall clock, `seconds` absolute; either may be < 0."""

    days: int = 0
    seconds: int = 0


@frozen(kw_only=True)
class DateExpr:
    """A date or instant that may depend on the hub, the release or the plan.

    `base` is a literal date or instant, or one of the names `today`, `cutoff`,
    `release.notified_on`, `release.automatic_on`, `event.at`, or a hub field of type date.
    """

    base: date | datetime | str
    offset: Duration = field(factory=Duration)
    text: str = field(default="", eq=False)

    @property
    def fields(self) -> tuple[str, ...]:
        """The hub fields it reads: none or one."""
        named = isinstance(self.base, str) and self.base not in PLAN_NAMES
        return (str(self.base),) if named else ()


PLAN_NAMES = frozenset({"today", "cutoff", "release.notified_on", "release.automatic_on", "event.at"})


class LeafOp(StrEnum):
    """What a leaf asks of its field."""

    EQ = "=="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="
    IN = "in"
    BETWEEN = "between"
    HAS_ANY = "has any"
    HAS_ALL = "has all"
    STARTS_WITH = "starts with"
    MISSING = "is missing"
    NOT_MISSING = "is not missing"
    WITHIN_LAST = "within last"


@frozen(kw_only=True)
class Operand:
    """One side of a comparison: a literal, a field (hub or `release.*`), or a date expression."""

    value: object = None
    field: str | None = None
    date: DateExpr | None = None


@frozen(kw_only=True, cache_hash=True)  # engines look answers up by leaf, again and again
class Leaf:
    """One comparison. `fields` = the hub fields it reads (0, 1 or 2), in order, no duplicates.

    `left` is what is asked about, `args` what it is compared with (one for ==, two for between,
    any number for `in` and `has`). `text` is the user's own text of the leaf. `levels` are the values,
    lowest first, of an ordered enum of a plug-in's event; those of the release are known without it.
    """

    op: LeafOp
    left: Operand
    args: tuple[Operand, ...] = ()
    fields: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    text: str = field(default="", eq=False)
    span: Span | None = field(default=None, eq=False)
    members: frozenset[object] = field(init=False, eq=False, repr=False)
    kinds: frozenset[type] = field(init=False, eq=False, repr=False)

    @members.default
    def _literals(self) -> frozenset[object]:
        # A list of a hundred thousand GUIDs is asked once per hub: `in` and `has` look it up here.
        return frozenset(arg.value for arg in self.args if arg.field is None and arg.date is None)

    @kinds.default
    def _kinds(self) -> frozenset[type]:
        return frozenset(type(member) for member in self.members)


@frozen(kw_only=True)
class And:
    items: tuple[Condition, ...]


@frozen(kw_only=True)
class Or:
    items: tuple[Condition, ...]


@frozen(kw_only=True)
class Not:
    item: Condition


@frozen(kw_only=True)
class Always:
    """`otherwise`, or no condition at all."""


Condition = And | Or | Not | Leaf | Always


@frozen(kw_only=True)
class Rule:
    """What every rule has. `id` is unique per owner; `span` points at the id in the file."""

    id: str
    because: str
    when: Condition
    span: Span | None = field(default=None, eq=False)


@frozen(kw_only=True)
class ExcludeRule(Rule):
    """No early instruction from this owner; the DCC's date still applies."""


@frozen(kw_only=True)
class UntilDate:
    date: DateExpr


@frozen(kw_only=True)
class UntilEvent:
    """Ends with the first matching event, at the latest at `at_latest`.

    The event must have this `type`, the `ref` if one is named, and, with `per`, the hub's value
    of that field.
    """

    type: str
    at_latest: DateExpr
    ref: str | None = None
    per: str | None = None


@frozen(kw_only=True)
class UntilFlagCleared:
    flag: str
    at_latest: DateExpr | None = None


@frozen(kw_only=True)
class UntilManual:
    """Ends by an act on the release (`release_resumed`)."""


Until = UntilDate | UntilEvent | UntilFlagCleared | UntilManual


@frozen(kw_only=True)
class HoldRule(Rule):
    until: Until
    tell: tuple[str, ...] = ()


class DecideThen(StrEnum):
    INSTRUCT = "instruct"
    LEAVE_TO_DCC = "leave_to_dcc"
    MOVE_AUTOMATIC_DATE = "move_automatic_date"


@frozen(kw_only=True)
class At:
    """When an instruction is to open and close; absent ends take the defaults of the contract."""

    windows: Windows = field(factory=Windows)
    opens: DateExpr | None = None
    closes: DateExpr | None = None


@frozen(kw_only=True)
class BatchSpec:
    """Groups of `size` hubs, `pause` apart; `stop_if` is checked here and acts in the roll-out."""

    size: int
    pause: Duration = field(factory=Duration)
    stop_if: Mapping[str, str] | None = None


@frozen(kw_only=True)
class DecideRule(Rule):
    """`at` for instruct, `to` for move_automatic_date. `otherwise` = the rule's `when` says so."""

    then: DecideThen
    at: At | None = None
    to: DateExpr | None = None
    batch: BatchSpec | None = None
    otherwise: bool = False


@frozen(kw_only=True)
class PriorityRule(Rule):
    priority: int


@frozen(kw_only=True)
class PilotRule(Rule):
    """`when` is the `from` condition. `spread_by` are hub fields; `then` is checked, acts later."""

    size: int
    seed: str
    spread_by: tuple[str, ...] = ()
    at_least: int = 0
    prefer: Condition | None = None
    at: At = field(factory=At)
    then: tuple[Mapping[str, object], ...] = ()


@frozen(kw_only=True)
class Trigger(Rule):
    """An `events:` rule, checked here and run in the roll-out. `body` is its checked content."""

    body: Mapping[str, object] = field(factory=dict)


@frozen(kw_only=True)
class RuleSet:
    """All files of one owner, merged as the language says: ids unique, `decide` in file order.

    For a CSP's owner (`CSP:<region>`) every window in `region_windows` binds its region, and
    `region_batch` bounds batches there. `cuts_off`: when this version of the files comes in force in a
    roll-out, sequences that the version before has begun end; else they finish under that version.
    """

    owner: str
    files: tuple[str, ...] = ()
    excludes: tuple[ExcludeRule, ...] = ()
    holds: tuple[HoldRule, ...] = ()
    decides: tuple[DecideRule, ...] = ()
    priorities: tuple[PriorityRule, ...] = ()
    pilots: tuple[PilotRule, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    region_windows: Windows = field(factory=Windows)
    region_batch: BatchSpec | None = None
    cuts_off: bool = False
