"""The solver z3 behind the port `chfw_core.rules.analysis.prover`: an extra, loaded when it is asked for.

Days and versions are whole numbers and a moment is a day with a fraction, so what two of them
differ by hangs together with the two. Every other variable is the number of its cell.
"""

import importlib
import importlib.util
from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from attrs import define, field, frozen

from chfw_core.rules.analysis.examples import Chosen
from chfw_core.rules.analysis.formula import Atom, Every, Formula
from chfw_core.rules.analysis.prover import Proof, Session, Verdict
from chfw_core.rules.analysis.questions import SPECS, Kind
from chfw_core.rules.analysis.variables import Variable
from chfw_core.rules.vocabulary.fields import FieldType

HINT = "pip install 'chfw[analysis]'"
_LAST_DAY = date.max.toordinal()
_USUAL = date(2020, 1, 1).toordinal(), date(2039, 12, 31).toordinal()


def z3_is_here() -> bool:
    """Whether the solver is installed."""
    return importlib.util.find_spec("z3") is not None


@frozen(kw_only=True)
class Z3Prover:
    """`milliseconds` for each question; past them the answer is that it is unknown."""

    milliseconds: int = 1_000

    def session(self, variables: Sequence[Variable]) -> Session:
        """A solver that knows the variables, and nothing else yet."""
        return _Session(z3=importlib.import_module("z3"), variables=variables, milliseconds=self.milliseconds)


@define(eq=False, kw_only=True)
class _Session:
    """`lines`: double the day or version by field. `missing`: of those that may be. `cells`: of all other variables."""

    z3: Any
    variables: Sequence[Variable]
    milliseconds: int
    context: Any = field(init=False)
    solver: Any = field(init=False)
    lines: dict[str, Any] = field(factory=dict)
    missing: dict[str, Any] = field(factory=dict)
    cells: dict[int, Any] = field(factory=dict)
    atoms: dict[tuple[int, int], Any] = field(factory=dict)
    made: dict[int, tuple[Formula, Any]] = field(factory=dict)
    usual: Any = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.context = self.z3.Context()  # of its own: nothing is shared with whoever else uses z3
        self.solver = self.z3.Solver(ctx=self.context)
        self.solver.set("timeout", self.milliseconds)
        self.usual = self.z3.Bool("usual days", self.context)
        for variable in self.variables:
            names = line_names(variable)
            for name in names:
                self._declare_line(name)
            if not names:
                cell = self.cells[variable.number] = self.z3.Int(f"cell {variable.number}", self.context)
                self.solver.add(self._in_runs(cell, variable.full))
            elif variable.optional:
                self.missing[names[0]] = self.z3.Bool(f"no {names[0]}", self.context)

    def assume(self, formula: Formula) -> None:
        """From here on this holds."""
        self.solver.add(self._of(formula))

    def ask(self, formula: Formula) -> Proof:
        """Whether this can hold besides."""
        self.solver.push()
        try:
            self.solver.add(self._of(formula))
            found = str(self.solver.check(self.usual))
            if found != "sat":
                found = str(self.solver.check())
            if found == "unsat":
                return Proof(verdict=Verdict.IMPOSSIBLE)
            if found != "sat":
                return Proof(verdict=Verdict.UNKNOWN)
            return Proof(verdict=Verdict.POSSIBLE, chosen=self._chosen(self.solver.model()))
        finally:
            self.solver.pop()

    def _declare_line(self, name: str) -> None:
        if name in self.lines:
            return
        spec = SPECS[name]
        if spec.type is FieldType.INSTANT:
            moment = self.lines[name] = self.z3.Real(name, self.context)
            self.solver.add(self.z3.Implies(self.usual, self.z3.And(moment >= 2 * _USUAL[0], moment <= 2 * _USUAL[1])))
            return
        number = self.z3.Int(name, self.context)
        least, most = (0, 16**spec.digits - 1) if spec.type is FieldType.HEX else (1, _LAST_DAY)
        self.solver.add(number >= least, number <= most)
        if spec.type is FieldType.DATE:
            self.solver.add(self.z3.Implies(self.usual, self.z3.And(number >= _USUAL[0], number <= _USUAL[1])))
        self.lines[name] = 2 * number

    def _of(self, formula: Formula) -> Any:
        known = self.made.get(id(formula))
        if known is not None:
            return known[1]
        if isinstance(formula, Atom):
            made = self._atom(formula.variable, formula.mask)
        else:
            join = self.z3.And if isinstance(formula, Every) else self.z3.Or
            items = [self._of(item) for item in formula.items]
            made = join(items) if items else self._fixed(isinstance(formula, Every))
        self.made[id(formula)] = (formula, made)  # kept, so that its id stays its own
        return made

    def _atom(self, number: int, mask: int) -> Any:
        at = (number, mask)
        if at not in self.atoms:
            variable = self.variables[number]
            in_cells = number in self.cells
            self.atoms[at] = self._in_runs(self.cells[number], mask) if in_cells else self._on_line(variable, mask)
        return self.atoms[at]

    def _in_runs(self, cell: Any, mask: int) -> Any:
        return self._any([self.z3.And(cell >= low, cell <= high) for low, high in runs(mask)])

    def _on_line(self, variable: Variable, mask: int) -> Any:
        names = line_names(variable)
        place = self.lines[names[0]] - (self.lines[names[1]] if len(names) > 1 else 0)
        parts = [self._between(variable, place, low, high) for low, high in runs(mask >> variable.first)]
        on_line = self._any(parts)
        if not variable.optional:
            return on_line
        missing = self.missing[names[0]]
        there = self.z3.And(self.z3.Not(missing), on_line)
        return self.z3.Or(missing, there) if mask & 1 else there

    def _between(self, variable: Variable, place: Any, first: int, last: int) -> Any:
        low, _, at_low = variable.edges(first)
        _, high, at_high = variable.edges(last)
        parts = []
        if low is not None:
            parts.append(place >= self._number(low) if at_low else place > self._number(low))
        if high is not None:
            parts.append(place <= self._number(high) if at_high else place < self._number(high))
        return self.z3.And(parts) if parts else self._fixed(True)

    def _number(self, position: object) -> Any:
        return self.z3.RealVal(str(position), self.context)

    def _any(self, parts: list[Any]) -> Any:
        return self.z3.Or(parts) if parts else self._fixed(False)

    def _fixed(self, value: bool) -> Any:
        return self.z3.BoolVal(value, self.context)

    def _chosen(self, model: Any) -> Chosen:
        """Where the model lies. Whatever it leaves open is left out: an example may take it as it likes."""
        cells = {}
        for number, cell in self.cells.items():
            value = model.eval(cell)
            if self.z3.is_int_value(value):
                cells[number] = 1 << int(value.as_long())
        absent = {name for name, missing in self.missing.items() if self.z3.is_true(model.eval(missing))}
        for variable in self.variables:
            if variable.optional and line_names(variable)[:1] and line_names(variable)[0] in absent:
                cells[variable.number] = 1
        lines = {}
        for name, line in self.lines.items():
            value = model.eval(line)
            if name not in absent and (self.z3.is_int_value(value) or self.z3.is_rational_value(value)):
                lines[name] = Fraction(str(value))
        return Chosen(cells=cells, lines=lines)


def line_names(variable: Variable) -> tuple[str, ...]:
    """The fields whose days or versions a variable is about: one, or the two that differ by it."""
    match variable.key:
        case ("field", str(name)) if variable.kind is Kind.WHOLE:
            return (name,)
        case ("pair", str(one), str(other)):
            return (one, other)
        case _:
            return ()


def runs(mask: int) -> Iterator[tuple[int, int]]:
    """Neighbouring cells of a mask, first and last. Cells without a value in between are passed over."""
    while mask:
        low = (mask & -mask).bit_length() - 1
        rest = ~(mask >> low)
        length = (rest & -rest).bit_length() - 1
        yield low, low + length - 1
        mask &= ~(((1 << length) - 1) << low)
