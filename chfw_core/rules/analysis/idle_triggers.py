"""Rules of `events` that can never do anything, and a team that a Supplier cannot mean.

An event that is about no hub has no hub to be counted for, nor a hub's region or model, which in a roll-out it does not
carry either; what must come within no time never comes within it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from chfw_core.model.parties import is_supplier
from chfw_core.rules.analysis.subject import Subject
from chfw_core.rules.blocks.effects import AFFECTED
from chfw_core.rules.model import Duration, Trigger
from chfw_core.rules.vocabulary.event_fields import ABOUT_NO_HUB

_OF_NO_HUB = frozenset({"release"})
"""Scopes for which every event has a value."""
_CARRIED = frozenset({("configuration_set_trend", "configuration_set")})
"""What events about no hub say of hubs in a roll-out: see `chfw_core.rollout.triggering`."""


def find_idle_triggers(subject: Subject) -> None:
    """RU3, RU6: what would wait for ever is said when the file is written."""
    for trigger in subject.rules.triggers:
        for why, hint in _idle(trigger.body):
            subject.say("W314", trigger, f"`{trigger.id}` never does anything: {why}", hint=hint)
        if is_supplier(subject.rules.owner) and AFFECTED in _told(trigger):
            message = f"`{AFFECTED}` is a team of your own here: a Supplier tells nobody outside its house"
            subject.say("W315", trigger, f"`{trigger.id}`: {message}", hint="name one of your teams")


def _idle(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    steps = body["steps"]
    hubless = (step["on"] for step in steps if step["on"] in ABOUT_NO_HUB)
    found = ((kind, name) for kind in hubless for name in body["per"] if name not in _OF_NO_HUB)
    lost = next((pair for pair in found if pair not in _CARRIED), None)
    if lost is not None:
        kind, name = lost
        yield f"`{kind}` is about no hub, and it waits per {name}", "write `per: release`"
    if any(_is_nothing(span) for span in (body["within"], *(step["within"] for step in steps))):
        yield "nothing comes within no time", "such as `within: 6 hours`"


def _is_nothing(span: Duration | None) -> bool:
    return span is not None and span.days <= 0 and span.seconds <= 0


def _told(trigger: Trigger) -> frozenset[str]:
    """The teams that it tells, at its end or where a step expires."""
    steps: Any = trigger.body["steps"]
    effects: list[Any] = [trigger.body["do"], *(step["otherwise"] or {} for step in steps)]
    return frozenset(name for one in effects for name in one.get("notify") or ())
