"""Conditions as authors write them, and hubs with values missing everywhere, by the number of a seed.

Conditions and hubs draw from the same few values, at and around the limits that the conditions name:
so neither side is bored, and a test asserts the shares. The same seed gives the same on every machine.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from hashlib import blake2b
from typing import TypeVar

from attrs import define

from chfw_core.model.guid import Guid, format_guid
from chfw_core.model.hubs import CommsHub, PrivateAttributes, SmiStatus
from chfw_core.model.parties import Party
from chfw_core.model.releases import Phase
from chfw_core.rules.meaning.evaluate import RuleContext, make_context
from chfw_core.testing.worlds import AUTOMATIC, CUTOFF, A, B, release

T = TypeVar("T")

SETS = ("CS-0112", "CS-0113", "CS-0151", "XS-1", "cs-0112")
MODELS = ("433100AC", "433100AD", "54311F52")
VERSIONS = ("0D020000", "0D030000", "0D030001", "0D050002")
FLAGS = ("psr", "prepay", "medical", "defect_triage")
DEVICES = ("ESME", "GPF", "PPMID")
AS_OF = datetime(2026, 2, 2, 12, tzinfo=UTC)
TODAY = AS_OF.date()
DAYS = tuple(TODAY + timedelta(days=days) for days in (-400, -29, -28, -27, -7, -1, 0, 1, 28, 120, 123, 124, 153, 400))
GUIDS = tuple(Guid(0x8873_8490_6A10_0200 + number) for number in range(6))
NUMBERS: Sequence[object] = (-1, 0, 1, Fraction(1, 2), Fraction(3, 5), "0.6", "60%", "1", "one", True, 1.5)
_OPS = ("==", "!=", "<", "<=", ">", ">=")


@define
class Dice:
    """Numbers that look like chance and are not."""

    seed: int
    thrown: int = 0

    def number(self, below: int) -> int:
        """One of 0, 1, … below - 1."""
        self.thrown += 1
        digest = blake2b(f"{self.seed}:{self.thrown}".encode(), digest_size=8).digest()
        return int.from_bytes(digest) % below

    def one(self, items: Sequence[T]) -> T:
        """One of them."""
        return items[self.number(len(items))]

    def some(self, items: Sequence[T]) -> list[T]:
        """None, some or all of them, in their order."""
        return [item for item in items if self.number(3) == 0]

    def chance(self, percent: int) -> bool:
        """True so many times in a hundred."""
        return self.number(100) < percent


def _quoted(items: Sequence[object]) -> str:
    return ", ".join(f'"{item}"' for item in items)


def _text_leaf(name: str, pool: Sequence[str], prefix: int) -> Callable[[Dice], str]:
    def leaf(dice: Dice) -> str:
        match dice.number(6):
            case 0 | 1:
                return f'{name} {dice.one(("==", "==", "!="))} "{dice.one(pool)}"'
            case 2 | 3:
                return f"{name} in [{_quoted(dice.some(pool))}]"
            case 4:
                return f'{name} starts with "{dice.one(pool)[: dice.one((1, prefix))]}"'
            case _:
                return f"{name} is {dice.one(('missing', 'not missing'))}"

    return leaf


def _ordered_leaf(name: str, pool: Sequence[str]) -> Callable[[Dice], str]:
    def leaf(dice: Dice) -> str:
        if dice.chance(30):
            first, last = sorted((dice.one(pool), dice.one(pool)))
            return f'{name} between "{first}" and "{last}"'
        return f'{name} {dice.one(_OPS)} "{dice.one(pool)}"'

    return leaf


def _enum_leaf(name: str, pool: Sequence[str]) -> Callable[[Dice], str]:
    def leaf(dice: Dice) -> str:
        if dice.chance(30):
            return f"{name} in [{_quoted(dice.some(pool))}]"
        return f'{name} {dice.one(("==", "==", "!="))} "{dice.one(pool)}"'

    return leaf


def _flag_leaf(name: str, pool: Sequence[str]) -> Callable[[Dice], str]:
    def leaf(dice: Dice) -> str:
        if dice.chance(40):
            return f'{name} has "{dice.one(pool)}"'
        return f"{name} has {dice.one(('any', 'all'))} [{_quoted(dice.some(pool))}]"

    return leaf


def _date_text(dice: Dice) -> str:
    match dice.number(5):
        case 0:
            return f"{dice.one(DAYS):%Y-%m-%d}"
        case 1:
            return f"today {dice.one('+-')} {dice.one((0, 1, 7, 28))} days"
        case 2:
            return f"cutoff {dice.one('+-')} {dice.one((0, 1, 3))} days"
        case 3:
            return dice.one(("release.notified_on", "release.automatic_on - 30 days", "cutoff", "today"))
        case _:
            return f"{dice.one(DAYS):%Y-%m-%d}T{dice.one(('00:00:00', '12:30:00'))}Z"


def _date_leaf(name: str) -> Callable[[Dice], str]:
    def leaf(dice: Dice) -> str:
        match dice.number(6):
            case 0:
                return f"{name} within last {dice.one((0, 1, 7, 28, 400))} days"
            case 1:
                return f"{name} between {_date_text(dice)} and {_date_text(dice)}"
            case 2:
                return f"{name} {dice.one('+-')} {dice.one((1, 28))} days {dice.one(_OPS)} {_date_text(dice)}"
            case 3:
                return f"{name} is {dice.one(('missing', 'not missing'))}"
            case _:
                return f"{name} {dice.one(_OPS)} {_date_text(dice)}"

    return leaf


def _number_leaf(dice: Dice) -> str:
    if dice.chance(25):
        return f"my.score between {dice.one(('-1', '0', '50%'))} and {dice.one(('0.6', '60%', '1'))}"
    return f"my.score {dice.one(_OPS)} {dice.one(('-1', '0', '0.5', '0.6', '60%', '1'))}"


def _bare_leaf(dice: Dice) -> str:
    return dice.one(("split", "other_supplier_instructed", "split", "my.vip"))


def _two_fields(dice: Dice) -> str:
    return dice.one(
        (
            "firmware_version < release.firmware_version",
            "firmware_version != device_model",
            "configuration_set == my.wanted_set",
            "configuration_set != my.wanted_set",
            "installed_on < my.signed_on",
            "installed_on between my.signed_on and today",
        )
    )


def _guid_leaf(dice: Dice) -> str:
    if dice.chance(30):
        return f'guid starts with "{format_guid(dice.one(GUIDS))[:20]}"'
    return f"guid in [{_quoted([format_guid(guid) for guid in dice.some(GUIDS)])}]"


LEAVES: Sequence[Callable[[Dice], str]] = (
    _text_leaf("configuration_set", SETS, 4),
    _text_leaf("configuration_set", SETS, 6),
    _text_leaf("device_model", MODELS, 4),
    _ordered_leaf("firmware_version", VERSIONS),
    _enum_leaf("manufacturer", ("106C", "106D")),
    _enum_leaf("csp_region", ("North", "Central", "South")),
    _enum_leaf("smi_status", (SmiStatus.COMMISSIONED.value, SmiStatus.SUSPENDED.value)),
    _enum_leaf("my_role", ("import", "gas", "both")),
    _enum_leaf("release.phase", ("notified", "mass")),
    _ordered_leaf("release.severity", ("low", "high", "critical")),
    _flag_leaf("flags", FLAGS),
    _flag_leaf("han_device_types", DEVICES),
    _date_leaf("installed_on"),
    _date_leaf("installed_on"),
    _date_leaf("my.signed_on"),
    _text_leaf("my.tier", ("gold", "silver", "go"), 2),
    _number_leaf,
    _bare_leaf,
    _two_fields,
    _guid_leaf,
)


def condition_text(dice: Dice, depth: int = 3) -> str:
    """A condition of one to about eight leaves."""
    kind = dice.number(10) if depth else 0
    if kind < 4:
        return dice.one(LEAVES)(dice)
    if kind < 5:
        return f"not ({condition_text(dice, depth - 1)})"
    word = " and " if kind < 8 else " or "
    parts = [condition_text(dice, depth - 1) for _ in range(2 + dice.number(2))]
    return "(" + word.join(parts) + ")"


def hub_of(dice: Dice, owner: Party = A) -> tuple[CommsHub, bool]:
    """A hub of this owner, and whether the other Supplier has instructed. Every optional value may be missing."""
    pair = dice.one(((owner, owner), (owner, None), (None, owner), (owner, B), (B, owner)))
    split = None not in pair and pair[0] != pair[1]
    return (
        CommsHub(
            guid=dice.one(GUIDS),
            csp_region=dice.one(("North", "Central", "South")),
            device_model=dice.one(MODELS),
            firmware_version=dice.one(VERSIONS),
            manufacturer=_maybe(dice, ("106C", "106D")),
            configuration_set=_maybe(dice, SETS),
            installed_on=_maybe(dice, DAYS),
            smi_status=dice.one((SmiStatus.COMMISSIONED, SmiStatus.SUSPENDED)),
            import_supplier=pair[0],
            gas_supplier=pair[1],
            flags=frozenset(dice.some(FLAGS)),
            han_device_types=frozenset(dice.some(DEVICES)),
            private={owner: PrivateAttributes(flags=frozenset(dice.some(FLAGS)), values=_private(dice))},
        ),
        split and dice.chance(40),
    )


def _maybe(dice: Dice, items: Sequence[T]) -> T | None:
    return None if dice.chance(25) else dice.one(items)


def _private(dice: Dice) -> Mapping[str, object]:
    signed: Sequence[object] = (*DAYS, *(f"{day:%Y-%m-%d}" for day in DAYS), AS_OF, "never", date.max)
    drawn: Mapping[str, Sequence[object]] = {
        "wanted_set": SETS,
        "tier": ("gold", "silver", "golden", "", 7),
        "score": NUMBERS,
        "signed_on": signed,
        "vip": (True, False, "true", "no", 1),
    }
    return {name: dice.one(values) for name, values in drawn.items() if not dice.chance(25)}


def context_of(dice: Dice) -> RuleContext:
    """The plan's side: one of two phases."""
    return make_context(
        release(),
        as_of=AS_OF,
        phase=dice.one((Phase.NOTIFIED, Phase.MASS)),
        automatic_at=AUTOMATIC,
        cutoff=CUTOFF,
    )
