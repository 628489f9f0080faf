"""What an explanation tells of single rules, holds and acts: as values, which become text or one object.

Whoever finds something out says it in these; how it reads for a person and for a program is
settled here, once for `explain` and `rules explain` (NF1).
"""

from collections.abc import Iterable
from datetime import date, datetime
from fractions import Fraction

from attrs import frozen

from chfw_core.model.guid import format_guid
from chfw_core.model.periods import format_instant
from chfw_core.planning.decision import HoldState, all_over_by
from chfw_core.planning.holds import HoldOver
from chfw_core.rules.meaning.explain import LeafResult
from chfw_core.rules.model import HoldRule
from chfw_core.rules.vocabulary.fields import GUID_FIELDS


@frozen(kw_only=True)
class RuleTold:
    """A rule for one hub. `leaves`: those that make its condition what it is. `but`: why it decides nothing."""

    block: str
    rule: str
    because: str
    applies: bool
    leaves: tuple[LeafResult, ...]
    but: str = ""
    priority: int | None = None

    def lines(self) -> tuple[str, ...]:
        """As text; what begins with two spaces belongs to the first line."""
        block = self.block if self.priority is None else f"{self.block} {self.priority}"
        said = f"applies: {self.because}" if self.applies else "does not apply"
        but = (f"  {self.but}",) if self.but else ()
        return (f"{block} `{self.rule}` {said}", *(f"  {leaf.text}" for leaf in self.leaves), *but)

    def as_dict(self) -> dict[str, object]:
        """As an object."""
        return {
            "block": self.block,
            "rule": self.rule,
            "because": self.because,
            "applies": self.applies,
            "leaves": [
                {
                    "condition": leaf.leaf.text,
                    "holds": leaf.holds,
                    "values": {name: plain(value, name) for name, value in leaf.read},
                }
                for leaf in self.leaves
            ],
            "but": self.but or None,
        }


@frozen(kw_only=True)
class HoldTold:
    """A hold whose condition holds, with its end, or why it is not on.

    `rule`: the rule itself, since holds of one trigger bear one id.
    """

    rule: HoldRule
    state: HoldState | HoldOver

    @property
    def text(self) -> str:
        """What ends it, and when at the latest."""
        if isinstance(self.state, HoldOver):
            return f"`{self.state.rule}` is not on: {self.state.text}"
        return f"`{self.state.rule}` is on until {self.state.until}"

    def as_dict(self) -> dict[str, object]:
        """As an object: `ends` is a date that is known, `awaits` what else ends it."""
        found: dict[str, object] = {"rule": self.state.rule, "because": self.rule.because, "on": False}
        if isinstance(self.state, HoldOver):
            none = dict.fromkeys(("ends", "awaits", "over_by"))
            return found | none | {"over_because": self.state.why.value, "text": self.state.text}
        return found | {
            "on": True,
            "ends": instant(None if self.state.ends is None else self.state.over_by),
            "awaits": self.state.awaits or None,
            "over_by": instant(self.state.over_by),
            "over_because": None,
            "text": f"on until {self.state.until}",
        }


def on_states(holds: Iterable[HoldTold]) -> tuple[HoldState, ...]:
    """Those that are on."""
    return tuple(hold.state for hold in holds if isinstance(hold.state, HoldState))


def holds_lines(holds: tuple[HoldTold, ...]) -> tuple[str, ...]:
    """Each with its end, and of several that are on the end of all."""
    lines = [hold.text for hold in holds]
    on = on_states(holds)
    if len(on) > 1:  # rules language: all must be released; the latest end wins
        last = all_over_by(on)
        when = "no date ends them all" if last is None else f"the latest end is {format_instant(last)}"
        lines.append(f"all must be released: {when}")
    return tuple(lines)


@frozen(kw_only=True)
class MissingAct:
    """Whose act is missing, and by when it must come to make a difference (BR5.4).

    `hold`: the one that it ends. `late`: that time is over, and it has not come.
    """

    actor: str
    act: str
    by: datetime | None = None
    hold: str | None = None
    late: bool = False

    @property
    def text(self) -> str:
        """``ALFA: an instruction by 2026-06-05T08:00:00Z``."""
        by = "" if self.by is None else f" by {format_instant(self.by)}"
        if self.late:
            return f"{self.actor}: {self.act} was due{by}"
        ends = "" if self.hold is None else f", which ends the hold `{self.hold}`"
        return f"{self.actor}: {self.act}{by}{ends}"

    def as_dict(self) -> dict[str, object]:
        """As an object."""
        return {"actor": self.actor, "act": self.act, "by": instant(self.by), "hold": self.hold, "late": self.late}


def kept_back(owner: str, rule: str) -> str:
    """BR2.7: of a hub that is excluded nobody's act is missing. Who may change that, and which date binds."""
    return (
        f"the exclude rule `{rule}` keeps the hub from an earlier date, as {owner} means it to; "
        f"{owner} alone may change the rule, and the DCC's date applies all the same"
    )


def instant(at: datetime | None) -> str | None:
    """An instant as JSON has it."""
    return None if at is None else format_instant(at)


def plain(value: object, name: str = "") -> object:
    """A hub's value as JSON has it; a missing one is null."""
    match value:
        case None | bool():
            return value
        case int() if name in GUID_FIELDS:
            return format_guid(value)
        case int():
            return value
        case Fraction():
            return float(value)
        case datetime():
            return format_instant(value)
        case date():
            return value.isoformat()
        case frozenset() | tuple():
            return sorted(str(item) for item in value)
        case _:
            return str(value)
