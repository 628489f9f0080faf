"""Triggers and ledgers to try them on: directed at what is hard, not drawn at random.

Times lie on a grid of half hours around a change of the clock, so that limits are met exactly; spans are hours or
London days. Events come as a trigger waits for them, then some late, some twice, some out of order, and ticks go by.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from attrs import evolve, field, frozen
from hypothesis import strategies as st

from chfw_core.rules.check import check_sources
from chfw_core.testing.trigger_oracle import Item
from chfw_core.triggers.compiling import compile_triggers, rules_version
from chfw_core.triggers.model import CompiledTrigger, Moment, Seen, TriggerSet

TYPES = ("meter_firmware_started", "meter_firmware_activated", "meter_read_received")
SPANS = ("30 minutes", "1 hours", "2 hours", "23 hours", "24 hours", "25 hours", "1 days", "2 days")
NIGHTS = (datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 10, 24, 12, tzinfo=UTC))
"""Noon before the clock is put forward, and before it is put back."""
REGIONS = ("North", "South")
_STEP = timedelta(minutes=30)


@frozen(kw_only=True)
class Case:
    """One trigger, with its text, and a ledger."""

    text: str
    trigger: CompiledTrigger
    ledger: tuple[Item, ...] = field(repr=False)


def compiled(text: str) -> TriggerSet:
    """The triggers of one file without errors."""
    sources = [("f.rules.yaml", text)]
    checked = check_sources(sources)
    (rules,) = checked.rulesets
    return compile_triggers(rules, rules_version(sources))


@st.composite
def cases(draw: st.DrawFn, *, types: Sequence[str] = TYPES) -> Case:
    """A trigger and a ledger for it, some twenty items long."""
    kind = draw(st.sampled_from(["steps", "steps", "count", "single"]))
    waits, body = _body(draw, kind, types)
    at_most = f"    at_most: once per {draw(st.sampled_from(SPANS))}\n" if draw(_one_in(3)) else ""
    text = (
        "rules: v1\nowner: DCC\nevents:\n  - id: t\n    because: An example\n    per: csp_region\n"
        f"{body}{at_most}    do: {{notify: team, text: '{{event.ref}}'}}\n"
    )
    (trigger,) = compiled(text).triggers
    return Case(text=text, trigger=trigger, ledger=draw(_ledgers(waits)))


def _one_in(number: int) -> st.SearchStrategy[bool]:
    return st.integers(1, number).map(lambda found: found == number)


def _body(draw: st.DrawFn, kind: str, types: Sequence[str]) -> tuple[list[str], str]:
    """The types in the order in which they are waited for, and the lines of the rule."""
    span = st.sampled_from(SPANS)
    if kind == "count":
        count = draw(st.integers(2, 4))
        return [types[0]] * count, f"    on: {types[0]}\n    count: {count}\n    within: {draw(span)}\n"
    if kind == "single":
        return [types[0]], f"    on: {types[0]}\n"
    waits = draw(st.lists(st.sampled_from(types), min_size=2, max_size=4))
    lines = []
    for number, wait in enumerate(waits):
        lines.append(f"      - on: {wait}\n")
        if draw(_one_in(4)):
            lines.append(f'        if: event.ref starts with "{draw(st.sampled_from(["a", "a", "b"]))}"\n')
        if number:
            lines.append(f"        within: {draw(span)}\n")
            if draw(st.booleans()):
                lines.append("        otherwise: {notify: team, text: 'none after {event.ref}'}\n")
    return waits, "    steps:\n" + "".join(lines)


@st.composite
def _ledgers(draw: st.DrawFn, waits: Sequence[str]) -> tuple[Item, ...]:
    """Events as they are waited for, on a walk through time; then some are moved, repeated, and ticks put between."""
    start = draw(st.sampled_from(NIGHTS))
    happened: list[Seen] = []
    at, place = start, 0
    for number in range(draw(st.integers(3, 16))):
        at += _STEP * draw(st.sampled_from([0, 0, 1, 1, 2, 4, 8, 40, 46, 48, 50, 96]))
        is_waited = not draw(_one_in(5))
        kind = waits[place % len(waits)] if is_waited else draw(st.sampled_from(TYPES))
        place += is_waited
        ref = draw(st.sampled_from(["a", "a", "b"])) + str(number)
        region = REGIONS[0] if draw(st.integers(0, 4)) else REGIONS[1]
        fields = {"csp_region": region, "ref": ref}
        happened.append(Seen(seq=0, id=f"e{number}", at=at, type=kind, private=False, fields=fields))
    came = _moved(draw, happened)
    return _numbered(_with_ticks(draw, came, start, at))


def _moved(draw: st.DrawFn, happened: Sequence[Seen]) -> list[Seen]:
    """Some come later than they happened, and some come twice."""
    came: list[tuple[int, int, Seen]] = []
    for place, seen in enumerate(happened):
        late = draw(st.sampled_from([0, 0, 0, 0, 1, 2, 5, 99]))
        came.append((place + late, place, seen))
        if draw(_one_in(6)):
            came.append((place + late + draw(st.integers(0, 4)), place, seen))
    return [seen for _, _, seen in sorted(came, key=lambda one: one[:2])]


def _with_ticks(draw: st.DrawFn, came: Sequence[Seen], start: datetime, end: datetime) -> list[Item]:
    """The clock goes on between them; it may be ahead of events that come late, never behind itself."""
    items: list[Item] = []
    clock = start
    for seen in came:
        items.append(seen)
        if draw(_one_in(3)):
            ahead = _STEP * draw(st.sampled_from([0, 1, 2, 10, 48, 50]))
            clock = max(clock, seen.at + ahead)
            items.append(Moment(at=clock))
    for days in draw(st.lists(st.integers(1, 3), max_size=2)):
        clock = max(clock, end) + timedelta(days=days)
        items.append(Moment(at=clock))
    return items


def _numbered(items: Sequence[Item]) -> tuple[Item, ...]:
    """Each with its place: several events of one entry, here and there."""
    return tuple(
        evolve(item, seq=place // 2 + 1, row=place % 2) if isinstance(item, Seen) else item
        for place, item in enumerate(items)
    )
