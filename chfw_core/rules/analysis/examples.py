"""From cells to a hub: a counterexample that anybody can look at, put to `condition_holds` first.

A box says of each variable where its value lies. Dates and versions that are known by what they
differ by are worked out from one that is known, or from a usual one. What does not fit together is
found out by the check, and is then no example.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from attrs import field, frozen

from chfw_core.model.guid import Guid
from chfw_core.model.hubs import CommsHub, PrivateAttributes, SmiStatus
from chfw_core.model.parties import Party, is_supplier
from chfw_core.model.periods import london_midnight
from chfw_core.rules.analysis.boxes import Box
from chfw_core.rules.analysis.formula import Formulas
from chfw_core.rules.analysis.questions import SPECS, Position, moment_at
from chfw_core.rules.analysis.variables import NoValue, Variable
from chfw_core.rules.meaning.evaluate import RuleContext, condition_holds
from chfw_core.rules.meaning.explain import show_value
from chfw_core.rules.model import Condition, LeafOp, Operand
from chfw_core.rules.vocabulary.fields import MY_PREFIX, RELEASE_PREFIX, FieldType, hub_reader

_USUAL: Mapping[str, object] = {
    "guid": 0x8873_8490_6A10_02DB,
    "csp_region": "North",
    "device_model": "433100AC",
    "manufacturer": "106C",
    "firmware_version": "0D030000",
    "configuration_set": "CS-0001",
    "installed_on": date(2025, 1, 15),
    "smi_status": SmiStatus.COMMISSIONED.value,
    "release.id": "R-1",
    "release.kind": "sec_release",
    "release.firmware_version": "0D050002",
    "release.severity": "low",
    "release.priority": "normal",
    "release.phase": "notified",
    "release.participation": "voluntary",
    "release.notified_on": date(2026, 1, 5),
    "release.automatic_on": date(2026, 7, 5),
    "today": date(2026, 2, 2),
    "cutoff": datetime.fromisoformat("2026-06-05T08:00:00+00:00"),
}
_USUAL_ROLES: Mapping[bool, tuple[object, ...]] = {True: ("import", False, False), False: (None, False, False)}
_SUPPLIERS = {"import_supplier": "IMPT", "gas_supplier": "GASS"}
_OF_ANOTHER_KIND = timedelta(microseconds=1)
"""A value that nothing in a rule is compared with."""


@frozen(kw_only=True)
class Example:
    """A hub at a moment. `text` says what matters of it: the fields that the conditions ask about."""

    hub: CommsHub
    owner: str
    context: RuleContext
    other_supplier_instructed: bool = False
    text: str = ""

    @property
    def read(self) -> Callable[[str], object]:
        """The hub's fields as the owner's rules see them."""
        return hub_reader(self.hub, self.owner, other_supplier_instructed=self.other_supplier_instructed)

    def fulfils(self, holds: Sequence[Condition], fails: Sequence[Condition] = ()) -> bool:
        """Whether all of the first hold for it, and none of the others."""
        read = self.read
        return all(condition_holds(condition, read, self.context) for condition in holds) and not any(
            condition_holds(condition, read, self.context) for condition in fails
        )


@frozen(kw_only=True)
class Chosen:
    """Where an example lies: a cell (as a mask) by variable, and what a solver found on the lines of days and versions.

    A day and a version count double, as the points of their variables do; a moment counts as its day does.
    """

    cells: Box
    lines: Mapping[str, Position] = field(factory=dict)


def example_of(chosen: Chosen, formulas: Formulas, owner: str) -> Example | None:
    """The hub of some cells; None where they are of something that a hub does not have."""
    values: dict[str, object] = {}
    role = _USUAL_ROLES[is_supplier(owner)]
    flags: dict[str, set[str]] = {"flags": set(), "han_device_types": set(), "release.device_models": set()}
    differences: dict[tuple[str, str], Position] = {}
    for number, mask in chosen.cells.items():
        variable = formulas.variables[number]
        sample = variable.sample(mask)
        match variable.key:
            case ("role",):
                role = sample if isinstance(sample, tuple) else role
            case ("flag", str(name), str(flag)):
                flags[name] |= {flag} if sample else set()
            case ("pair", str(one), str(other)):
                differences[one, other] = sample  # type: ignore[assignment]
            case ("free", _, Operand(field=str(name)), LeafOp.HAS_ANY | LeafOp.HAS_ALL, _, tuple() as args) if sample:
                values[name] = frozenset(arg.value for arg in args if isinstance(arg, Operand))
            case ("order", str(one), str(other)):
                if sample == "eq":
                    values[other] = values.setdefault(one, _USUAL.get(one, _SUPPLIERS.get(one)))
            case ("field", str(name)) if variable.present & ~mask == 0:
                if name not in _USUAL:
                    values.setdefault(name, _SUPPLIERS.get(name, _OF_ANOTHER_KIND))
            case ("field", str(name)):
                values[name] = _value(name, sample, variable)
    values |= {name: _from_pair(name, position) for name, position in chosen.lines.items()}
    if not chosen.lines:
        _work_out(values, differences)
    return _example(values, role, flags, owner)


def _value(name: str, sample: object, variable: Variable) -> object:
    """A cell's sample as the field's value. A value of another kind is one that nothing is compared with."""
    if isinstance(sample, NoValue):
        return None if sample is NoValue.MISSING else _OF_ANOTHER_KIND
    return _on_line(name, sample) if variable.is_line else sample


def _on_line(name: str, position: Any) -> object:
    spec = SPECS.get(name)
    if spec is None:
        return position
    if spec.type is FieldType.INSTANT:
        return moment_at(position)
    number = int(position // 2)
    if spec.type is FieldType.HEX:
        return f"{number:0{spec.digits}X}"
    return date.fromordinal(min(max(number, 1), date.max.toordinal()))


def position_of(name: str, value: object) -> Position | None:
    """The place of a day or version on its line, in the unit of differences; None of anything else."""
    if isinstance(value, datetime):
        return 2 * value.toordinal() + 1
    if isinstance(value, date):
        return 2 * value.toordinal()
    return 2 * int(value, 16) if isinstance(value, str) and SPECS[name].type is FieldType.HEX else None


def _work_out(values: dict[str, object], differences: Mapping[tuple[str, str], Position]) -> None:
    """Fill in what differs by so much from something else, known things first."""
    left = dict(differences)
    while left:
        known = next((pair for pair in left if pair[0] in values or pair[1] in values), next(iter(left)))
        (one, other), by = known, left.pop(known)
        start = other if other in values or one not in values else one
        position = position_of(start, values.get(start, _USUAL.get(start)))
        if position is None:
            continue
        if start == other:
            values.setdefault(other, _USUAL.get(other))
            values.setdefault(one, _from_pair(one, position + by))
        else:
            values.setdefault(other, _from_pair(other, position - by))


def _from_pair(name: str, position: Position) -> object:
    """A moment that is known by a day lies in the middle of its day."""
    if SPECS[name].type is not FieldType.INSTANT:
        return _on_line(name, position)
    day = date.fromordinal(min(max(int(position // 2), 2), date.max.toordinal() - 1))
    return london_midnight(day) + (timedelta(hours=12) if position % 2 else timedelta())


def _example(
    values: dict[str, object], role: tuple[object, ...], flags: Mapping[str, set[str]], owner: str
) -> Example | None:
    known = {**_USUAL, **values}
    me, other = Party(owner), Party("OTHER" if owner != "OTHER" else "ANOTHER")
    mine, split, told = role
    pair: tuple[object, object] = (me if mine in ("import", "both") else None, me if mine in ("gas", "both") else None)
    if mine is None:
        pair = (other, Party("THIRD") if split else other)
    elif split:
        pair = (pair[0] or other, pair[1] or other)
    if "import_supplier" in values or "gas_supplier" in values:
        pair = (values.get("import_supplier", pair[0]), values.get("gas_supplier", pair[1]))
    private = {name.removeprefix(MY_PREFIX): value for name, value in values.items() if name.startswith(MY_PREFIX)}
    if any(name not in SPECS and not name.startswith(MY_PREFIX) for name in values):
        return None
    hub = CommsHub(
        guid=Guid(int(str(known["guid"]))),
        csp_region=str(known["csp_region"]),
        device_model=str(known["device_model"]),
        firmware_version=str(known["firmware_version"]),
        manufacturer=_text(known["manufacturer"]),
        configuration_set=_text(known["configuration_set"]),
        installed_on=_date(known["installed_on"]),
        smi_status=SmiStatus(str(known["smi_status"])),
        import_supplier=_party(pair[0]),
        gas_supplier=_party(pair[1]),
        flags=frozenset(flags["flags"]),
        han_device_types=frozenset(flags["han_device_types"]),
        private={owner: PrivateAttributes(values=private)} if private else {},
    )
    context = _context(known, flags["release.device_models"])
    return Example(
        hub=hub,
        owner=owner,
        context=context,
        other_supplier_instructed=bool(told),
        text=_said(values, role, flags, known),
    )


def _context(known: Mapping[str, object], models: set[str]) -> RuleContext:
    today = _date(known["today"]) or date(2026, 2, 2)
    automatic = _date(known["release.automatic_on"]) or today
    notified = _date(known["release.notified_on"]) or today
    cutoff = known["cutoff"]
    release = {
        name.removeprefix(RELEASE_PREFIX): value for name, value in known.items() if name.startswith(RELEASE_PREFIX)
    }
    return RuleContext(
        as_of=london_midnight(today) + timedelta(hours=9),
        today=today,
        automatic_at=london_midnight(automatic),
        cutoff=cutoff if isinstance(cutoff, datetime) else london_midnight(automatic),
        notified_at=london_midnight(notified),
        release={**release, "device_models": frozenset(models)},
    )


def _said(
    values: Mapping[str, object], role: tuple[object, ...], flags: Mapping[str, set[str]], known: Mapping[str, object]
) -> str:
    said = [f"{name} {show_value(known[name], name)}" for name in sorted(values)]
    if role not in _USUAL_ROLES.values():
        mine, split, told = role
        said += [f"my_role {mine}"] if mine is not None else []
        said += ["split"] if split else ["not split"]
        said += ["the other Supplier has instructed"] if told else []
    said += [f"{name} {', '.join(sorted(held))}" for name, held in flags.items() if held]
    return "; ".join(said) or "any hub"


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _date(value: object) -> date | None:
    return value if isinstance(value, date) else None


def _party(value: object) -> Party | None:
    return None if value is None else Party(str(value))
