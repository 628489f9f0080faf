"""Conditions as formulas over cells: `Every` and `Some` of atoms, negation worked in.

A formula may be fulfilled where no hub does so, since variables are taken to be independent; never
the other way round.
"""

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import TypeAlias, assert_never

from attrs import define, field, frozen

from chfw_core.rules.analysis.questions import (
    ROLE_FIELDS,
    SPECS,
    Asked,
    Key,
    Kind,
    Position,
    Question,
    field_key,
    is_optional,
    kind_of,
    loose_kind,
    questions_of,
)
from chfw_core.rules.analysis.variables import ORDERS, Variable, text_values
from chfw_core.rules.meaning.evaluate import RuleContext, leaf_holds
from chfw_core.rules.meaning.leaves import leaves
from chfw_core.rules.meaning.values import FIRST_MOMENT
from chfw_core.rules.model import Always, And, Condition, Leaf, LeafOp, Not, Or
from chfw_core.rules.vocabulary.fields import RELEASE_PREFIX, FieldType


@frozen
class Atom:
    """One variable lies in one of these cells."""

    variable: int
    mask: int


@frozen
class Every:
    items: "tuple[Formula, ...]"


@frozen
class Some:
    items: "tuple[Formula, ...]"


Formula: TypeAlias = Atom | Every | Some
TRUE, FALSE = Every(()), Some(())

SUPPLIER_ROLES = tuple(
    (role, split, told)
    for role in ("import", "gas", "both")
    for split in ((False, True) if role != "both" else (False,))
    for told in ((False, True) if split else (False,))
)
OPERATOR_ROLES = tuple((None, split, False) for split in (False, True))
_NOWHERE = RuleContext(
    as_of=FIRST_MOMENT,
    today=FIRST_MOMENT.date(),
    automatic_at=FIRST_MOMENT,
    cutoff=FIRST_MOMENT,
    notified_at=FIRST_MOMENT,
    release={},
)


def sign_of_leaf(leaf: Leaf) -> object:
    """The same for two leaves that mean the same: of one text in one file, where names are the same."""
    return id(leaf) if leaf.span is None else (leaf.text, leaf.op, leaf.span.file, leaf.levels)


@define(eq=False)
class Formulas:
    """The variables of some conditions, cut where any of them asks; then each condition as a formula."""

    variables: list[Variable] = field(factory=list)
    by_key: dict[Key, Variable] = field(factory=dict)
    _asked: dict[object, Asked] = field(factory=dict)
    _atoms: dict[object, tuple[Formula, Formula]] = field(factory=dict)

    def formula(self, condition: Condition, *, positive: bool = True) -> Formula:
        """The condition, or its contrary. Only of the conditions that the variables were made of."""
        match condition:
            case And() | Or():
                items = tuple(self.formula(item, positive=positive) for item in condition.items)
                return Every(items) if isinstance(condition, And) is positive else Some(items)
            case Not():
                return self.formula(condition.item, positive=not positive)
            case Always():
                return TRUE if positive else FALSE
            case Leaf():
                return self._leaf(condition)[not positive]
            case _:
                assert_never(condition)

    def _leaf(self, leaf: Leaf) -> tuple[Formula, Formula]:
        sign = sign_of_leaf(leaf)
        known = self._atoms.get(sign)
        if known is None:
            asked = self._asked[sign]
            parts = [atom for question in asked.questions for atom in self._of(question, leaf)]
            atoms = tuple(Atom(number, mask) for number, mask in parts)
            rest = tuple(Atom(number, self.variables[number].full & ~mask) for number, mask in parts)
            known = (Every(atoms), Some(rest)) if asked.every else (Some(atoms), Every(rest))
            self._atoms[sign] = known
        return known

    def _of(self, question: Question, leaf: Leaf) -> Iterable[tuple[int, int]]:
        variable = self.by_key[question.key]
        yield variable.number, variable.mask(question, _asks(leaf))
        for name in question.present:
            there = self.by_key[field_key(name)]
            yield there.number, there.present


def formulas_of(conditions: Iterable[Condition], *, is_supplier: bool) -> Formulas:
    """Cut the variables by all that these conditions ask."""
    found = {sign_of_leaf(leaf): leaf for condition in conditions for leaf in leaves(condition)}
    loose = _loose_kinds(found.values())
    asked = {sign: questions_of(leaf, loose) for sign, leaf in found.items()}
    made = Formulas(asked=asked)
    points: dict[Key, set[object]] = {}
    prefixes: dict[Key, set[str]] = {}
    kinds: dict[Key, Kind] = {}
    for of_leaf in asked.values():
        for question in of_leaf.questions:
            kinds[question.key] = question.kind
            target = points.setdefault(question.key, set())
            if question.op is LeafOp.STARTS_WITH and question.kind is Kind.TEXT:
                prefixes.setdefault(question.key, set()).update(str(point) for point in question.points)
            else:
                target.update(question.points)
            for name in question.present:
                kinds.setdefault(field_key(name), kind_of(name, loose))
    for key, kind in kinds.items():
        number = len(made.variables)
        variable = _variable(
            key, number, kind, points.get(key, set()), prefixes.get(key, set()), is_supplier=is_supplier
        )
        made.variables.append(variable)
        made.by_key[key] = variable
    return made


def _variable(
    key: Key, number: int, kind: Kind, points: set[object], prefixes: set[str], *, is_supplier: bool
) -> Variable:
    name = str(key[1]) if key[0] == "field" else ""
    optional = bool(name) and is_optional(name)
    other = bool(name) and name not in SPECS and kind is not Kind.THERE
    spec = SPECS.get(name)
    bounds = (0, 2 * (16**spec.digits - 1)) if spec is not None and spec.type is FieldType.HEX else None
    line: list[Position] = []
    values: list[object] = []
    match kind:
        case Kind.WHOLE | Kind.DENSE:
            line = sorted(point for point in points if isinstance(point, int | Fraction))
        case Kind.TEXT:
            values = text_values(points, prefixes)
        case Kind.CLOSED if key == ("role",):
            values = list(SUPPLIER_ROLES if is_supplier else OPERATOR_ROLES)
        case Kind.CLOSED if spec is not None and spec.values:
            values = list(spec.values)
        case Kind.ORDER:
            values = list(ORDERS)
        case Kind.THERE:
            values = ["there"]
        case _:
            values = [True, False]
    return Variable(
        key=key, number=number, kind=kind, optional=optional, other=other, points=line, values=values, bounds=bounds
    )


def _loose_kinds(all_leaves: Iterable[Leaf]) -> Mapping[str, Kind]:
    """What the fields that are in no registry are compared with. One read beside another is of no kind."""
    by_name: dict[str, list[Leaf]] = {}
    for leaf in all_leaves:
        for name in leaf.fields:
            if name not in SPECS:
                by_name.setdefault(name, []).append(leaf)
    return {name: loose_kind(found) for name, found in by_name.items()}


def _asks(leaf: Leaf) -> Callable[[object], bool]:
    """Asks the leaf, by its one meaning, about one value of its field."""
    name = leaf.left.field or ""
    short = name.removeprefix(RELEASE_PREFIX)
    if short != name:
        return lambda value: leaf_holds(leaf, (), _release(short, value))
    if name in ROLE_FIELDS:
        place = ROLE_FIELDS.index(name)
        return lambda value: leaf_holds(leaf, (value[place],), _NOWHERE)  # type: ignore[index]
    return lambda value: leaf_holds(leaf, (value,), _NOWHERE)


def _release(name: str, value: object) -> RuleContext:
    return RuleContext(
        as_of=FIRST_MOMENT,
        today=_NOWHERE.today,
        automatic_at=FIRST_MOMENT,
        cutoff=FIRST_MOMENT,
        notified_at=FIRST_MOMENT,
        release={name: value},
    )
