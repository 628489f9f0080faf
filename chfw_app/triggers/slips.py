"""What a back-test was given and may be a slip: releases that nothing is, effects that came too late (NF2)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from chfw_app.remarks.release_names import is_slip
from chfw_app.triggers.recorded import Recorded
from chfw_core.model.periods import format_instant
from chfw_core.model.releases import FirmwareRelease
from chfw_core.rules.meaning.leaves import leaves
from chfw_core.rules.model import Leaf, LeafOp, RuleSet, Trigger
from chfw_core.rules.problems.problem import did_you_mean, shown
from chfw_core.rules.vocabulary.fields import EVENT_PREFIX, RELEASE_PREFIX
from chfw_core.triggers.records import Firing, HoldRecord, InstructRecord

_NAMES = frozenset({EVENT_PREFIX + "release", RELEASE_PREFIX + "id"})
_EXACT = frozenset({LeafOp.EQ, LeafOp.NE, LeafOp.IN})


def release_remarks(found: Recorded, rulesets: Sequence[RuleSet], release: FirmwareRelease | None) -> Iterator[str]:
    """Events of a release of nearly the given one's name, and rules that ask for one that nothing bears."""
    borne: dict[str, list[int]] = defaultdict(list)
    for event, line in zip(found.events, found.lines, strict=True):
        if (said := event.fields.get("release")) is not None:
            borne[str(said)].append(line)
    if release is not None:
        for name, lines in sorted(borne.items()):
            if name != release.id and is_slip(name, release.id):
                many = f"{len(lines):,} events are" if len(lines) > 1 else "1 event is"
                where = f"the first in line {lines[0]}" if len(lines) > 1 else f"in line {lines[0]}"
                yield f"{many} of the release `{shown(name)}`, {where} (did you mean `{release.id}`?)"
    known = sorted({*borne, *(() if release is None else (release.id,))})
    for rules in rulesets:
        for trigger in rules.triggers:
            for name in dict.fromkeys(_asked(trigger)):
                if name not in known:
                    near = did_you_mean(name, known)
                    cure = near or ("name the release file with --release" if release is None else None)
                    hint = f" ({cure})" if cure else ""
                    yield f"`{trigger.id}` asks for the release `{shown(name)}`, which no event and no release is{hint}"


def _asked(trigger: Trigger) -> Iterator[str]:
    """The names of releases in a trigger's conditions."""
    steps: Any = trigger.body["steps"]
    for condition in (trigger.when, *(step["if"] for step in steps)):
        for leaf in leaves(condition):
            if leaf.op in _EXACT and _is_of_release(leaf):
                yield from (str(arg.value) for arg in leaf.args if arg.value is not None)


def _is_of_release(leaf: Leaf) -> bool:
    return leaf.left.field in _NAMES


def over_when_fired(fired: Iterable[Firing]) -> Iterator[str]:
    """Per rule, how many holds and instructions were over when the rule fired: they would have done nothing."""
    late: dict[tuple[str, str], list[tuple[Firing, datetime]]] = defaultdict(list)
    for one in fired:
        for record in one.records:
            ends = record.ends if isinstance(record, HoldRecord) else None
            ends = record.closes if isinstance(record, InstructRecord) else ends
            if ends is not None and ends <= one.at:
                what = "hold" if isinstance(record, HoldRecord) else "period"
                late[one.trigger, what].append((one, ends))
    for (trigger, what), found in sorted(late.items()):
        first, ends = found[0]
        many = f"the {what} was over {len(found):,} times" if len(found) > 1 else f"the {what} was over"
        yield (
            f"`{trigger}`: {many} when the event came; for {first.scope_key} it ended at {format_instant(ends)}, "
            f"and the event came at {format_instant(first.at)}"
        )
