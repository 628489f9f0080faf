"""Where a real hub lies: the cell of every variable, so that formulas can be held against `condition_holds`."""

from collections.abc import Callable
from datetime import datetime, timedelta
from fractions import Fraction

from chfw_core.rules.analysis.boxes import Box
from chfw_core.rules.analysis.examples import position_of
from chfw_core.rules.analysis.formula import Atom, Every, Formula, Formulas
from chfw_core.rules.analysis.questions import ROLE_FIELDS, SPECS, Kind, Position
from chfw_core.rules.analysis.variables import Variable
from chfw_core.rules.meaning.evaluate import RuleContext, leaf_holds, operand_value
from chfw_core.rules.meaning.values import order_of, plain
from chfw_core.rules.model import LeafOp, Operand

Read = Callable[[str], object]
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def cells_of(formulas: Formulas, read: Read, context: RuleContext) -> Box:
    """One cell of every variable: the one that the hub lies in."""
    return {variable.number: _cell(variable, formulas, read, context) for variable in formulas.variables}


def true_in(formula: Formula, cells: Box) -> bool:
    """Whether the formula is fulfilled there."""
    if isinstance(formula, Atom):
        return bool(cells[formula.variable] & formula.mask)
    answers = [true_in(item, cells) for item in formula.items]
    return all(answers) if isinstance(formula, Every) else any(answers)


def _read(name: str, read: Read, context: RuleContext) -> object:
    if name == "today":
        return context.today
    if name == "cutoff":
        return context.cutoff
    known = {} if name.startswith("release.") else {name: read(name)}
    return operand_value(Operand(field=name), known, context)


def _cell(variable: Variable, formulas: Formulas, read: Read, context: RuleContext) -> int:
    match variable.key:
        case ("role",):
            held = tuple(read(name) for name in ROLE_FIELDS)
            return 1 << variable.values.index(held)
        case ("flag", str(name), str(flag)):
            value = _read(name, read, context)
            return _boolean(flag in value if isinstance(value, frozenset) else False)
        case ("free", *_):
            leaf = next(
                q.leaf
                for asked in formulas._asked.values()
                for q in asked.questions
                if q.key == variable.key and q.leaf
            )
            return _boolean(leaf_holds(leaf, tuple(read(name) for name in leaf.fields), context))
        case ("pair", str(one), str(other)):
            first = position_of(one, _read(one, read, context))
            second = position_of(other, _read(other, read, context))
            return 2 if first is None or second is None else _on_line(variable, first - second)
        case ("order", str(one), str(other)):
            order = order_of(_read(one, read, context), _read(other, read, context))
            return {-1: 1, 0: 2, 1: 4, None: 8}[order]
        case (_, str(name)):
            return _of_field(variable, formulas, name, _read(name, read, context))
    raise AssertionError(variable.key)


def _boolean(value: bool) -> int:
    return 1 if value else 2


def _of_field(variable: Variable, formulas: Formulas, name: str, value: object) -> int:
    if plain(value) is None:
        return 1
    if variable.kind is Kind.THERE:
        return 1 << variable.first
    if variable.is_line:
        position = _position(name, value)
        return _other(variable) if position is None else _on_line(variable, position)
    if variable.kind is Kind.CLOSED and name not in SPECS:
        found = [place for place, known in enumerate(variable.values) if order_of(value, known) == 0]
        return 1 << (variable.first + found[0]) if found else _other(variable)
    if value in variable.values and isinstance(value, str | int):
        return 1 << (variable.first + variable.values.index(value))
    if isinstance(value, str) or name == "guid":
        return _alike(variable, formulas, value)
    return _other(variable)


def _asked(formulas: Formulas, variable: Variable) -> tuple[set[str], set[object]]:
    questions = [q for asked in formulas._asked.values() for q in asked.questions if q.key == variable.key]
    prefixes = {str(point) for q in questions if q.op is LeafOp.STARTS_WITH for point in q.points}
    return prefixes, {point for q in questions if q.op is not LeafOp.STARTS_WITH for point in q.points}


def _alike(variable: Variable, formulas: Formulas, value: object) -> int:
    """A text that is not asked about lies with that one which begins as it does: the one nobody wrote."""
    prefixes, asked = _asked(formulas, variable)
    mine = {prefix for prefix in prefixes if str(value).startswith(prefix)}
    for place, known in enumerate(variable.values):
        if known in asked:
            continue
        if {prefix for prefix in prefixes if str(known).startswith(prefix)} == mine:
            return 1 << (variable.first + place)
    raise AssertionError((variable.key, value, variable.values))


def _other(variable: Variable) -> int:
    assert variable.other, variable.key
    return 1 << (1 if variable.optional else 0)


def _position(name: str, value: object) -> Position | None:
    if name == "cutoff":
        assert isinstance(value, datetime)
        return (value - _EPOCH) // timedelta(microseconds=1)
    if name in SPECS:
        return position_of(name, value)
    value = plain(value)
    if isinstance(value, str):
        return next((n for n in (Fraction(k, 20) for k in range(-40, 60)) if order_of(value, n) == 0), None)
    return value if isinstance(value, int | Fraction) and not isinstance(value, bool) else None


def _on_line(variable: Variable, position: Position) -> int:
    for cell in range(2 * len(variable.points) + 1):
        low, high, point = variable.edges(cell)
        if point and position == low:
            return 1 << (variable.first + cell)
        if not point and (low is None or position > low) and (high is None or position < high):
            return 1 << (variable.first + cell)
    raise AssertionError((variable.key, position))
