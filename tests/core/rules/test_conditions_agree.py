"""One meaning of a condition: hub by hub, by the column, and in the explanation, values missing everywhere."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from attrs import frozen
from numpy.typing import NDArray

from chfw_core.engines.columnar.apart import PRIVATE_FLAGS, public_and_private_flags
from chfw_core.engines.columnar.compile import compile_rules
from chfw_core.engines.columnar.match import _words
from chfw_core.engines.columnar.views import AxisView, FieldValues
from chfw_core.model.hubs import CommsHub
from chfw_core.rules.meaning.evaluate import RuleContext, condition_holds
from chfw_core.rules.meaning.explain import explain_condition
from chfw_core.rules.meaning.leaves import leaves
from chfw_core.rules.model import Always, And, Condition, Leaf, Not, Or
from chfw_core.rules.vocabulary.fields import hub_reader
from chfw_core.testing.conditions import Dice, condition_text, context_of, hub_of
from chfw_core.testing.worlds import A
from tests.core.rules.support import condition

BATCH = 25
HUBS = 400
EXPLAINED = 12

Truth = NDArray[np.bool_]
Read = Callable[[str], object]


@frozen(kw_only=True, eq=False)
class Drawn:
    """A batch of conditions over some hubs. `truth[c, h]`: hub by hub."""

    texts: tuple[str, ...]
    conditions: tuple[Condition, ...]
    hubs: tuple[CommsHub, ...]
    reads: tuple[Read, ...]
    context: RuleContext
    truth: Truth


def _draw(seed: int) -> Drawn:
    dice = Dice(seed)
    texts = tuple(condition_text(dice) for _ in range(BATCH))
    conditions = tuple(condition(text, owner=A) for text in texts)
    drawn = [hub_of(dice) for _ in range(HUBS)]
    reads = tuple(hub_reader(hub, A, other_supplier_instructed=told) for hub, told in drawn)
    context = context_of(dice)
    truth = np.array([[condition_holds(one, read, context) for read in reads] for one in conditions], dtype=np.bool_)
    return Drawn(
        texts=texts,
        conditions=conditions,
        hubs=tuple(hub for hub, _ in drawn),
        reads=reads,
        context=context,
        truth=truth,
    )


# --- by the column


def _columnar(drawn: Drawn) -> Truth:
    """The same conditions compiled to bits per axis, as the columnar engine does."""
    conditions = [public_and_private_flags(one) for one in drawn.conditions]
    axes = _axes(conditions)
    views, per_hub = zip(*(_view(axis, drawn) for axis in axes), strict=True)
    compiled = compile_rules(conditions, (), views, drawn.context, {})
    per_axis = [classes.of[at] for classes, at in zip(compiled.classes, per_hub, strict=True)]
    words = _words(compiled, per_axis, len(drawn.hubs))
    bits = [(words[:, number // 64] >> np.uint64(number % 64)) & np.uint64(1) for number in range(len(conditions))]
    return np.array(bits, dtype=np.bool_)


def _axes(conditions: Sequence[Condition]) -> list[tuple[str, ...]]:
    """Fields that one leaf compares lie on one axis; every other has one of its own."""
    groups: list[set[str]] = []
    for one in conditions:
        for leaf in leaves(one):
            joined = set(leaf.fields).union(*(group for group in groups if group & set(leaf.fields)))
            groups = [group for group in groups if not group & joined] + ([joined] if joined else [])
    return [tuple(sorted(group)) for group in groups]


def _value(name: str, hub: CommsHub, read: Read) -> object:
    match name:
        case "flags":
            return hub.flags
        case _ if name == PRIVATE_FLAGS:
            return hub.private[A].flags
        case _:
            return read(name)


def _view(axis: tuple[str, ...], drawn: Drawn) -> tuple[AxisView, NDArray[np.int64]]:
    """The combinations of values that occur, and which of them each hub has. 1, 1.0 and True are three values."""
    codes: dict[str, dict[object, int]] = {name: {} for name in axis}
    values: dict[str, list[object]] = {name: [] for name in axis}
    combinations: dict[tuple[int, ...], int] = {}
    of = []
    for hub, read in zip(drawn.hubs, drawn.reads, strict=True):
        row = []
        for name in axis:
            value = _value(name, hub, read)
            code = codes[name].setdefault((type(value), value), len(values[name]))
            if code == len(values[name]):
                values[name].append(value)
            row.append(code)
        of.append(combinations.setdefault(tuple(row), len(combinations)))
    table = np.array(list(combinations), dtype=np.int32)
    fields = {name: FieldValues(table[:, at], values[name]) for at, name in enumerate(axis)}
    view = AxisView(numbers=np.arange(len(table)), size=len(table), fields=fields)
    return view, np.array(of, dtype=np.int64)


# --- by the explanation


def _by_leaves(one: Condition, answers: list[bool]) -> bool:
    """The condition from answers of its leaves, in order of the text; takes them off the list."""
    match one:
        case And() | Or():
            of_items = [_by_leaves(item, answers) for item in one.items]  # each takes its own off the list
            return all(of_items) if isinstance(one, And) else any(of_items)
        case Not():
            return not _by_leaves(one.item, answers)
        case Always():
            return True
        case Leaf():
            return answers.pop(0)


def _check_explanation(one: Condition, read: Read, context: RuleContext, *, holds: bool) -> None:
    results = explain_condition(one, read, context)
    assert _by_leaves(one, [result.holds for result in results]) is holds
    assert any(result.decisive for result in results)
    others_turned = [result.holds if result.decisive else not result.holds for result in results]
    assert _by_leaves(one, others_turned) is holds, "the decisive leaves alone make it so"


def _check(seed: int) -> Drawn:
    drawn = _draw(seed)
    by_column = _columnar(drawn)
    for number, text in enumerate(drawn.texts):
        differ = np.flatnonzero(by_column[number] != drawn.truth[number])
        assert not len(differ), f"{text}: {drawn.hubs[differ[0]]}"
    for number, one in enumerate(drawn.conditions):
        for at in range(EXPLAINED):
            place = (at * 37 + number) % HUBS
            _check_explanation(one, drawn.reads[place], drawn.context, holds=bool(drawn.truth[number, place]))
    return drawn


@pytest.mark.parametrize("seed", range(5))
def test_columns_hubs_and_explanations_agree(seed: int) -> None:
    _check(seed)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(100, 220))
def test_columns_hubs_and_explanations_agree_on_3_000_conditions(seed: int) -> None:
    _check(seed)


def test_the_conditions_and_hubs_are_worth_asking() -> None:
    """True and false are both common, few conditions are only one of them, and a quarter of the values is missing."""
    drawn = [_draw(seed) for seed in range(5)]
    truth = np.concatenate([batch.truth for batch in drawn])
    assert 0.25 < truth.mean() < 0.65
    varied = (truth.any(axis=1) & ~truth.all(axis=1)).mean()
    assert varied > 0.7
    optional = ("configuration_set", "installed_on", "manufacturer", "my.score", "my.signed_on", "my.wanted_set")
    missing = [read(name) is None for batch in drawn for read in batch.reads for name in optional]
    assert 0.2 < sum(missing) / len(missing) < 0.3
    counts = [len(list(leaves(one))) for batch in drawn for one in batch.conditions]
    assert 2 < sum(counts) / len(counts) < 8
