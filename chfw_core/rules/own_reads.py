"""What of its own an owner's files read, and the flags that they name: in a plan and by `events`."""

from collections.abc import Iterator, Mapping
from typing import Any

from chfw_core.rules.blocks.effects import dates_in, placeholders
from chfw_core.rules.meaning.leaves import conditions_of, leaves, private_columns
from chfw_core.rules.model import (
    Leaf,
    RuleSet,
    UntilFlagCleared,
)
from chfw_core.rules.vocabulary.fields import MY_PREFIX

FLAGS = "flags"


def columns_read(rules: RuleSet) -> frozenset[str]:
    """The owner's own columns that anything in its files reads as `my.<column>`."""
    names = {name for leaf in _leaves_of_triggers(rules) for name in leaf.fields}
    for effects in _effects(rules):
        names.update(placeholders(effects.get("text")))
        names.update(name for date in dates_in(effects) for name in date.fields)
    return private_columns(rules) | {name.removeprefix(MY_PREFIX) for name in names if name.startswith(MY_PREFIX)}


def reads_flags(rules: RuleSet) -> bool:
    """Whether a condition asks for flags, or a hold waits for the end of one."""
    return bool(flags_named(rules)) or any(FLAGS in leaf.fields for leaf in _all_leaves(rules))


def flags_named(rules: RuleSet) -> frozenset[str]:
    """The flags that conditions and holds name."""
    named = {str(value) for leaf in _all_leaves(rules) if FLAGS in leaf.fields for value in leaf.members}
    untils = [hold.until for hold in rules.holds] + [effects.get("hold") for effects in _effects(rules)]
    return frozenset(named | {until.flag for until in untils if isinstance(until, UntilFlagCleared)})


def _all_leaves(rules: RuleSet) -> Iterator[Leaf]:
    for condition in conditions_of(rules):
        yield from leaves(condition)
    yield from _leaves_of_triggers(rules)


def _leaves_of_triggers(rules: RuleSet) -> Iterator[Leaf]:
    for trigger in rules.triggers:
        yield from leaves(trigger.when)
        body: Mapping[str, Any] = trigger.body
        for step in body["steps"]:
            yield from leaves(step["if"])


def _effects(rules: RuleSet) -> Iterator[Mapping[str, Any]]:
    """What triggers write down, after the last event or where the next one does not come."""
    for trigger in rules.triggers:
        body: Mapping[str, Any] = trigger.body
        yield body["do"]
        yield from (step["otherwise"] for step in body["steps"] if step["otherwise"])
