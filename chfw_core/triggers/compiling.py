"""Rule sets made ready to run: each `events` rule becomes a `CompiledTrigger` of one version of the files."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from chfw_core.rules.blocks.effects import dates_in, placeholders
from chfw_core.rules.model import RuleSet, Trigger
from chfw_core.rules.vocabulary.fields import EVENT_PREFIX
from chfw_core.triggers.model import ALWAYS_KEPT, OF_HUB_OR_EVENT, CompiledStep, CompiledTrigger, Effects, TriggerSet


def rules_version(sources: Iterable[tuple[str, str]]) -> str:
    """Which version of an owner's files these (name, text) pairs are: 32 hex digits.

    The same files give the same version wherever they lie and in whatever order they are given.
    """
    digest = hashlib.sha256(b"chfw-rules-1")
    for name, text in sorted((name.rpartition("/")[2], text) for name, text in sources):
        for part in (name.encode(), text.encode()):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()[:32]


def compile_triggers(rules: RuleSet, version: str) -> TriggerSet:
    """The triggers of a checked rule set. `version`: what `rules_version` says of its files."""
    triggers = tuple(_compiled(trigger, rules.owner, version) for trigger in rules.triggers)
    by_type: dict[str, list[CompiledTrigger]] = {}
    for trigger in triggers:
        for kind in dict.fromkeys(step.on for step in trigger.steps):
            by_type.setdefault(kind, []).append(trigger)
    found = {kind: tuple(wanting) for kind, wanting in by_type.items()}
    return TriggerSet(owner=rules.owner, version=version, triggers=triggers, by_type=found)


def _compiled(trigger: Trigger, owner: str, version: str) -> CompiledTrigger:
    # What the checker has put there: see `chfw_core.rules.blocks.events`.
    body: Mapping[str, Any] = trigger.body
    steps: Sequence[Mapping[str, Any]] = body["steps"]
    # Of the event that reaches a step is read: by the next step's `otherwise`, by the `do` after the last.
    readers: list[Effects | None] = [*(step["otherwise"] for step in steps[1:]), body["do"]]
    return CompiledTrigger(
        owner=owner,
        version=version,
        id=trigger.id,
        because=trigger.because,
        when=trigger.when,
        per=body["per"],
        steps=tuple(
            CompiledStep(
                on=step["on"],
                condition=step["if"],
                within=step["within"],
                otherwise=step["otherwise"],
                keeps=tuple(dict.fromkeys(_event_fields(later or {}))),
            )
            for step, later in zip(steps, readers, strict=True)
        ),
        do=body["do"],
        count=body["count"],
        within=body["within"],
        at_most=body["at_most"],
    )


def _event_fields(effects: Effects) -> Iterator[str]:
    """The fields of the event that these effects read; those of a hub too, which an event without one may carry.

    Its id, time, type, hub and release are remembered in any case.
    """
    dates = (expr.base for expr in dates_in(effects) if isinstance(expr.base, str))
    for name in (*placeholders(effects.get("text")), *dates):
        plain = name.removeprefix(EVENT_PREFIX)
        if (name != plain or name in OF_HUB_OR_EVENT) and plain not in ALWAYS_KEPT:
            yield plain
