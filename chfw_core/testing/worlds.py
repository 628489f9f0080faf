"""Small worlds: every shape of hub, under every feature of a plan and every pair of features.

A world is what a plan is made of: inputs, hubs, instructions. Its hubs run through all Supplier
pairs, configuration sets and regions; a feature adds rules, events or limits. Enumerated, not
drawn, so that both engines and the verifier are held to the same answer on the same corners.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import combinations, product
from typing import Any

from attrs import Factory, define, evolve, fields

from chfw_core.consent.model import Instruction
from chfw_core.documents.defaults import bank_holidays, default_parameters
from chfw_core.model.events import Event
from chfw_core.model.guid import Guid, format_guid
from chfw_core.model.hubs import CommsHub, PrivateAttributes, SmiStatus
from chfw_core.model.parties import Party, SupplierRole
from chfw_core.model.releases import (
    FirmwareRelease,
    Participation,
    Priority,
    ReleaseKind,
    Severity,
)
from chfw_core.model.windows import WeeklyWindow, Windows
from chfw_core.planning.model import PlanInputs
from chfw_core.rules.model import (
    Always,
    At,
    BatchSpec,
    Condition,
    DateExpr,
    DecideRule,
    DecideThen,
    Duration,
    ExcludeRule,
    HoldRule,
    Leaf,
    LeafOp,
    Operand,
    PilotRule,
    RuleSet,
    Until,
)
from chfw_core.testing.shortly import shortly

World = tuple[PlanInputs, tuple[CommsHub, ...], tuple[Instruction, ...]]


class ReadableWorld(tuple[PlanInputs, tuple[CommsHub, ...], tuple[Instruction, ...]]):
    """A world that says what is in it a line at a time, where a test that it fails prints it.

    Not said: what installed parameters, holidays and `release()` are.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        """Release, rules, events, hubs, instructions."""
        inputs, hubs, instructions = self
        usual = release()
        changed = {
            field.name: value
            for field in fields(FirmwareRelease)
            if (value := getattr(inputs.release, field.name)) != getattr(usual, field.name)
        }
        said = [f"as of {shortly(inputs.as_of)}", f"release {inputs.release.id} with {shortly(changed)}"]
        said += [f"capacity {region} {day}: {hubs_}" for (region, day), hubs_ in inputs.capacity_overrides.items()]
        said += [shortly(part) for part in (*inputs.rulesets, inputs.cpl, *inputs.events) if part is not None]
        said += [shortly(row) for row in (*hubs, *instructions)]
        said += [f"{format_guid(guid)} left alone in {shortly(periods)}" for guid, periods in inputs.protected.items()]
        return "World(\n" + "".join(f"    {line}\n" for line in said) + ")"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What Hypothesis prints."""
        printer.text(repr(self))


A, B = Party("ALFA"), Party("BRVO")
MODEL, OTHER_MODEL = "433100AC", "54311F52"
VERSION, OLD, OLDER = "0D050002", "0D030000", "0D020000"
REGIONS = ("North", "Central")
SETS = ("CS-0112", "CS-0151", None)
PAIRS = ((None, None), (A, None), (None, A), (A, A), (A, B), (B, A), (B, B))

NOTIFIED = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
AUTOMATIC = datetime(2026, 7, 5, 8, 0, tzinfo=UTC)
CUTOFF = datetime(2026, 6, 5, 8, 0, tzinfo=UTC)
MOMENTS = {
    "early": datetime(2026, 2, 2, 12, 0, tzinfo=UTC),
    "at the cut-off": CUTOFF,
    "after the cut-off": CUTOFF + timedelta(seconds=1),
    "in the mass period": datetime(2026, 7, 20, 12, 0, tzinfo=UTC),
}


def leaf(field: str, op: LeafOp, *values: object) -> Leaf:
    """A leaf that compares a hub's (or the release's) field with literals."""
    fields = () if field.startswith("release.") else (field,)
    return Leaf(
        op=op,
        left=Operand(field=field),
        args=tuple(Operand(value=value) for value in values),
        fields=fields,
        text=f"{field} {op.value} {', '.join(str(value) for value in values)}".strip(),
    )


def is_(field: str, value: object) -> Leaf:
    """`field == value`."""
    return leaf(field, LeafOp.EQ, value)


def flagged(*flags: str) -> Leaf:
    """`flags has any [...]`."""
    return leaf("flags", LeafOp.HAS_ANY, *flags)


def window(name: str, days: str, start: int, end: int, owner: str = "") -> Windows:
    """One weekly window: days as digits (`01` = Monday and Tuesday), hours of the day."""
    part = WeeklyWindow(
        name=name,
        days=frozenset(int(day) for day in days),
        start=start * 60,
        end=end * 60,
        owner=owner,
    )
    return Windows(parts=(part,))


def on(base: date | datetime | str, days: int = 0) -> DateExpr:
    """A date expression, so many days after its base."""
    return DateExpr(base=base, offset=Duration(days=days), text=f"{base} + {days} days")


def decide(
    rule: str,
    when: Condition | None = None,
    *,
    then: DecideThen = DecideThen.INSTRUCT,
    opens: DateExpr | None = None,
    closes: DateExpr | None = None,
    windows: Windows | None = None,
    batch: BatchSpec | None = None,
    to: DateExpr | None = None,
) -> DecideRule:
    """A `decide` rule; without a condition it is the `otherwise`."""
    instructs = then is DecideThen.INSTRUCT
    return DecideRule(
        id=rule,
        because=f"because of {rule}",
        when=when or Always(),
        then=then,
        at=At(opens=opens, closes=closes, windows=windows or Windows()) if instructs else None,
        batch=batch,
        to=to,
        otherwise=when is None,
    )


def exclude(rule: str, when: Condition) -> ExcludeRule:
    """An `exclude` rule."""
    return ExcludeRule(id=rule, because=f"because of {rule}", when=when)


def hold(rule: str, when: Condition, until: Until) -> HoldRule:
    """A `hold` rule."""
    return HoldRule(id=rule, because=f"because of {rule}", when=when, until=until)


def pilot(rule: str, when: Condition, size: int, **more: Any) -> PilotRule:
    """A pilot with the seed `spring`, open for two weeks in March unless `at` says otherwise."""
    at = At(opens=on(date(2026, 3, 2)), closes=on(date(2026, 3, 13)))
    given: dict[str, Any] = {"seed": "spring", "at": at, **more}
    return PilotRule(id=rule, because=f"because of {rule}", when=when, size=size, **given)


def release(**changes: Any) -> FirmwareRelease:
    """The release of these worlds, with some of its values replaced."""
    plain = FirmwareRelease(
        id="R-2026-1",
        kind=ReleaseKind.SEC_RELEASE,
        device_models=(MODEL,),
        firmware_version=VERSION,
        notified_at=NOTIFIED,
        automatic_at=AUTOMATIC,
        mass_period_days=28,
        pilot_limit=300,
        severity=Severity.HIGH,
        priority=Priority.NORMAL,
        participation=Participation.VOLUNTARY,
    )
    return evolve(plain, **changes)


def inputs(**changes: Any) -> PlanInputs:
    """Inputs as of `early` with the installed parameters, with some of their values replaced."""
    plain = PlanInputs(
        release=release(),
        as_of=MOMENTS["early"],
        parameters=default_parameters(),
        holidays=bank_holidays(),
    )
    return evolve(plain, **changes)


def hubs() -> tuple[CommsHub, ...]:
    """All Supplier pairs × configuration sets × regions; the other columns run through theirs."""
    flags = (frozenset[str](), frozenset({"psr"}), frozenset({"defect_triage"}))
    versions = (OLD, OLD, OLDER, OLD, VERSION)
    rows = enumerate(product(PAIRS, SETS, REGIONS))
    return tuple(
        CommsHub(
            guid=Guid(0x8873_8490_0000_0000 + 7919 * at),
            csp_region=region,
            manufacturer="106C",
            device_model=OTHER_MODEL if at % 17 == 3 else MODEL,
            firmware_version=versions[at % len(versions)],
            configuration_set=configuration_set,
            installed_on=(None, date(2021, 2, 3), date(2026, 1, 20), date(2026, 5, 1))[at % 4],
            smi_status=SmiStatus.SUSPENDED if at % 19 == 5 else SmiStatus.COMMISSIONED,
            import_supplier=pair[0],
            gas_supplier=pair[1],
            flags=flags[at % 3],
            private={A: PrivateAttributes(flags=frozenset({"own"}))} if at % 5 == 1 else {},
            holiday_division=(None, "scotland", "england_and_wales")[at % 3],
        )
        for at, (pair, configuration_set, region) in rows
    )


@define(kw_only=True)
class Draft:
    """A world being put together. `rules(owner)` is that owner's set, to be added to."""

    inputs: PlanInputs = Factory(inputs)
    hubs: tuple[CommsHub, ...] = Factory(hubs)
    instructions: list[Instruction] = Factory(list)

    def add(self, owner: str, **blocks: Any) -> None:
        """Puts rules before those that the owner has; `region_*` replace."""
        known = self.inputs.ruleset_of(owner) or RuleSet(owner=owner)
        changed: dict[str, Any] = {
            name: (*value, *getattr(known, name)) if isinstance(value, tuple) else value
            for name, value in blocks.items()
        }
        others = tuple(r for r in self.inputs.rulesets if r.owner != owner)
        rules = tuple(sorted((*others, evolve(known, **changed)), key=lambda r: r.owner))
        self.inputs = evolve(self.inputs, rulesets=rules)

    def tell(self, type_: str, *, day: int = 0, **fields: Any) -> None:
        """An event so many days after the notice; `party` and `guid` are the event's own."""
        event = Event(
            seq=len(self.inputs.events) + 1,
            at=NOTIFIED + timedelta(days=day),
            type=type_,
            party=fields.pop("party", None),
            guid=fields.pop("guid", None),
            fields=fields,
        )
        self.inputs = evolve(self.inputs, events=(*self.inputs.events, event))

    def release(self, **changes: Any) -> None:
        """Changes the release."""
        self.inputs = evolve(self.inputs, release=evolve(self.inputs.release, **changes))

    def instruct(self, hub: CommsHub, party: Party, **changes: Any) -> None:
        """An explicit row of a Party for a hub, in its first role, for the first week of May."""
        roles = hub.suppliers.roles_of(party)
        row = Instruction(
            guid=hub.guid,
            party=party,
            role=roles[0] if roles else SupplierRole.IMPORT,
            opens=datetime(2026, 5, 4, 8, 0, tzinfo=UTC),
            closes=datetime(2026, 5, 9, 8, 0, tzinfo=UTC),
            received_at=NOTIFIED + timedelta(days=20),
            row=len(self.instructions) + 1,
        )
        self.instructions.append(evolve(row, **changes))

    def repeats_an_id(self) -> bool:
        """Whether an owner has two rules of one id, which no checked file can have."""
        for rules in self.inputs.rulesets:
            blocks = (rules.excludes, rules.holds, rules.decides, rules.pilots, rules.priorities)
            ids = [rule.id for block in blocks for rule in block]
            if len(set(ids)) < len(ids):
                return True
        return False

    def world(self) -> World:
        """What was put together."""
        return ReadableWorld((self.inputs, self.hubs, tuple(self.instructions)))


Feature = Callable[[Draft], None]


def base() -> Draft:
    """Both Suppliers instruct, for different periods: the world that features are added to."""
    draft = Draft()
    march, may = on(date(2026, 3, 2)), on(date(2026, 5, 1))
    draft.add(A, decides=(decide("all-of-ours", opens=march, closes=on("cutoff")),))
    draft.add(B, decides=(decide("from-april", opens=on(date(2026, 4, 7)), closes=may),))
    return draft


def features() -> Mapping[str, Feature]:
    """Every feature by name."""
    from chfw_core.testing.features import FEATURES

    return FEATURES


def named_worlds(*, pairs: bool = False) -> Iterator[tuple[str, World]]:
    """Every feature at every moment; with `pairs`, every two features together as well (early)."""
    chosen = features()
    for name, moment in product(chosen, MOMENTS):
        draft = base()
        draft.inputs = evolve(draft.inputs, as_of=MOMENTS[moment])
        chosen[name](draft)
        yield f"{name}, {moment}", draft.world()
    for one, other in combinations(chosen, 2) if pairs else ():
        draft = base()
        chosen[one](draft)
        chosen[other](draft)
        if not draft.repeats_an_id():
            yield f"{one} and {other}", draft.world()


def small_worlds(*, pairs: bool = False) -> Iterator[World]:
    """The worlds of `named_worlds` without their names."""
    return (world for _, world in named_worlds(pairs=pairs))
