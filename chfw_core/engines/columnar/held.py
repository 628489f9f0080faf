"""What an owner's holds do to the hubs for which their conditions hold, and why they do nothing to others.

A hold whose condition holds may be over, wait for a flag that the hub does not bear, or come second
to another. Counted per class of hubs, with the core's own judgement of a hold.
"""

from collections import Counter
from collections.abc import Mapping

import numpy as np

from chfw_core.engines.columnar.judged import Judged, own_rules, side_of
from chfw_core.engines.columnar.records import Part, distinct_columns
from chfw_core.engines.columnar.sides import Speaker
from chfw_core.engines.columnar.world import reader
from chfw_core.model.parties import DCC, is_supplier
from chfw_core.planning.holds import HoldOver, judge_hold
from chfw_core.planning.own_decision import Idle, OwnDecision, idle_because
from chfw_core.rules.model import HoldRule

HoldCounts = Mapping[str, Counter[Idle]]
"""By hold, how many eligible hubs its condition holds for without its deciding or delaying them, by cause."""


def idle_holds(judged: Judged) -> HoldCounts:
    """Count over all hubs of the owner; those that an exclude takes first are not among them."""
    rules = own_rules(judged.world.inputs)
    found: dict[str, Counter[Idle]] = {rule.id: Counter() for rule in rules.holds}
    if not rules.holds:
        return found
    records, composer = judged.records, judged.composer
    side, row_parts, match_parts = side_of(judged.world, rules.owner)
    hubs = np.zeros(len(records), dtype=np.int64)
    for classes in judged.classes:
        hubs += np.bincount(classes, minlength=len(records))
    eligible = np.array([place.ineligible is None for place in judged.world.places], dtype=np.bool_)
    terms = composer.terms_of(records)
    for row_part, match_part in zip(row_parts, match_parts, strict=True):
        rows = records[:, row_part]
        mine = np.array([False, *(who.owner == rules.owner for who in side.speakers)], dtype=np.bool_)
        at = np.flatnonzero(mine[rows] & eligible[records[:, Part.PLACE]] & (hubs > 0))
        columns = [rows[at], records[at, match_part], records[at, Part.GUID], terms[at], judged.label_of[at]]
        sample, of = distinct_columns(columns, len(at))
        counts = np.bincount(of, weights=hubs[at], minlength=len(sample)).astype(np.int64)
        for number, count in zip(sample.tolist(), counts.tolist(), strict=True):
            row, match, guid, term, label = (int(column[number]) for column in columns)
            _add(found, judged, side.speakers[row - 1], (match, guid, term), judged.labels[label], count)
    return found


def _add(
    found: dict[str, Counter[Idle]],
    judged: Judged,
    who: Speaker,
    case: tuple[int, int, int],
    decision: OwnDecision,
    count: int,
) -> None:
    match, guid, term = case
    world = judged.world
    context = who.context
    if is_supplier(who.owner):
        context = world.context(judged.composer.terms_list[term].automatic_at)
    for number in who.known.hold_numbers(match):
        rule: HoldRule = who.rules.rules.holds[number]
        state = judge_hold(
            rule,
            owner=who.owner,
            hub_values=reader(who, who.known, match),
            guid=judged.composer.known.guids[guid],
            events_index=world.state.events,
            context=context,
        )
        cause = idle_because(
            rule.id, state.why if isinstance(state, HoldOver) else None, decision, of_the_dcc=who.owner == DCC
        )
        if cause is not None:
            found[rule.id][cause] += count
