"""The verifier's own reading of leaves and dates, beside the language's: two texts, one meaning (NF4, RU1)."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import hypothesis.strategies as st
import pytest
from hypothesis import example, given

from chfw_core.engines.verify.kinds import closing, opening
from chfw_core.engines.verify.meaning import Facts, date_of, facts_of, question
from chfw_core.model.guid import Guid
from chfw_core.model.releases import Phase
from chfw_core.rules.meaning.evaluate import (
    as_closing,
    as_opening,
    condition_holds,
    date_value,
    leaf_holds,
    make_context,
)
from chfw_core.rules.meaning.leaves import leaves
from chfw_core.rules.model import DateExpr, Duration, Leaf, LeafOp, Operand
from chfw_core.rules.vocabulary.fields import hub_reader
from chfw_core.testing.conditions import AS_OF, Dice, condition_text, hub_of
from chfw_core.testing.worlds import AUTOMATIC, CUTOFF, A, release
from tests.core.rules.support import condition

CONTEXT = make_context(release(), as_of=AS_OF, phase=Phase.MASS, automatic_at=AUTOMATIC, cutoff=CUTOFF)
FACTS: Facts = facts_of(release(), as_of=AS_OF, phase=Phase.MASS, automatic_at=AUTOMATIC, cutoff=CUTOFF)
TODAY = AS_OF.date()

DAYS = (date.min, TODAY - timedelta(days=28), TODAY, date(2026, 3, 29), date(2026, 10, 25), date.max)
INSTANTS = (
    AS_OF,
    datetime(2026, 2, 2, tzinfo=UTC),
    datetime(2026, 2, 2, 23, 30, tzinfo=UTC),
    datetime(2026, 3, 28, 23, 59, 59, tzinfo=UTC),
    datetime.max.replace(tzinfo=UTC),
    datetime(2026, 2, 2, 12),  # noqa: DTZ001 - without a zone it is no instant
)
WORDS = (
    *("", "0d03", "0D030001", "true", "FALSE", "1", "0.6", "60%", "-1", "one", "routine", "critical", "psr|medical"),
    *("2026-02-02", "2026-02-02T12:00:00Z", "2026-02-30", "00-1D-24-10-00-00-00-01", "mass"),
)
NUMBERS = (True, False, -1, 0, 1, 60, Fraction(3, 5), 0.6, 1.5, float("nan"), Decimal("0.6"))
SPANS = (timedelta(days=1), Duration(days=28), Duration(seconds=3_600))
SETS = (frozenset({"psr"}), frozenset({"psr", "medical"}), frozenset[str](), ("psr",), object())
VALUES: Sequence[object] = (None, *DAYS, *INSTANTS, *WORDS, *NUMBERS, *SPANS, *SETS, int(Guid(0x1D24_1000_0000_0001)))
FIELDS = ("my.column", "firmware_version", "guid", "event.severity", "configuration_set", "my.other")
NAMED = tuple(name for name in FACTS.named if name.startswith("release."))

LITERALS = [*DAYS, *INSTANTS, *WORDS, *NUMBERS, *SPANS]

values = st.sampled_from(VALUES)
shifts = st.builds(Duration, days=st.integers(-40, 40), seconds=st.sampled_from((0, 0, 3_600, -86_400)))
far = st.builds(Duration, days=st.sampled_from((-4_000_000, 4_000_000)), seconds=st.sampled_from((0, 60)))
bases = st.sampled_from((*DAYS, *(one for one in INSTANTS if one.tzinfo), "today", "cutoff", "my.column"))
dates = st.builds(
    DateExpr, base=bases | st.sampled_from(("release.notified_on", "release.automatic_on")), offset=shifts | far
)


@st.composite
def asked(draw: st.DrawFn) -> tuple[Leaf, tuple[object, ...]]:
    """A leaf of any kind, also of kinds that no author gets past the checker, and values for its fields."""
    side = st.one_of(
        st.builds(Operand, field=st.sampled_from((*FIELDS, *NAMED))),
        st.builds(Operand, date=dates),
        st.builds(Operand, value=st.sampled_from(LITERALS)),
    )
    op = draw(st.sampled_from(LeafOp))
    left = draw(side)
    if op in (LeafOp.IN, LeafOp.HAS_ANY, LeafOp.HAS_ALL):
        args = tuple(Operand(value=one) for one in draw(st.lists(st.sampled_from(LITERALS), max_size=4)))
    elif op is LeafOp.WITHIN_LAST:
        args = (Operand(value=draw(st.sampled_from((*SPANS, "28 days")))),)
    else:
        count = {LeafOp.BETWEEN: 2, LeafOp.MISSING: 0, LeafOp.NOT_MISSING: 0}.get(op, 1)
        args = tuple(draw(side) for _ in range(count))
    levels = draw(st.sampled_from(((), (), ("one", "routine", "critical"))))
    fields: list[str] = []
    for one in (left, *args):
        name = one.date.base if one.date is not None and isinstance(one.date.base, str) else one.field
        if name in FIELDS and name not in fields:
            fields.append(str(name))
    leaf = Leaf(op=op, left=left, args=args, fields=tuple(fields), levels=levels)
    return leaf, tuple(draw(values) for _ in fields)


def _leaf(op: LeafOp, *args: object) -> Leaf:
    left = Operand(field="my.column")
    return Leaf(op=op, left=left, args=tuple(Operand(value=one) for one in args), fields=("my.column",))


@given(asked())
@example((_leaf(LeafOp.IN, 1), (True,)))
@example((_leaf(LeafOp.IN, True), (1,)))
@example((_leaf(LeafOp.BETWEEN, TODAY, TODAY), ("2026-02-02T12:00:00Z",)))
def test_a_leaf_means_the_same_to_the_verifier_as_to_the_language(one: tuple[Leaf, tuple[object, ...]]) -> None:
    leaf, told = one
    assert question(leaf, FACTS)(told) is leaf_holds(leaf, told, CONTEXT)


@given(dates, values)
def test_a_date_means_the_same_too_with_its_opening_and_its_closing(expr: DateExpr, value: object) -> None:
    theirs = date_value(expr, lambda _: value, CONTEXT)
    ours = date_of(expr, {"my.column": value}, FACTS)
    assert (ours, type(ours)) == (theirs, type(theirs))
    if ours is not None and theirs is not None:
        assert (opening(ours), closing(ours)) == (as_opening(theirs), as_closing(theirs))


@pytest.mark.parametrize("seed", range(20))
def test_what_authors_write_about_hubs_means_the_same(seed: int) -> None:
    dice = Dice(seed)
    written = [leaf for _ in range(25) for leaf in leaves(condition(condition_text(dice), owner=A))]
    drawn = [hub_of(dice) for _ in range(40)]
    reads = [hub_reader(hub, A, other_supplier_instructed=told) for hub, told in drawn]
    for leaf in written:
        asked_of = question(leaf, FACTS)
        for read in reads:
            told = tuple(read(name) for name in leaf.fields)
            assert asked_of(told) is condition_holds(leaf, read, CONTEXT), (leaf.text, told)
