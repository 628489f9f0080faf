"""What the inputs of a plan say that nothing in it can use: findings and notes about files, not about hubs."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from chfw_core.model.events import EVENT_TYPES
from chfw_core.model.parties import is_supplier
from chfw_core.planning.model import Finding, PlanInputs
from chfw_core.rules.leaves import private_columns
from chfw_core.rules.problems import did_you_mean, listed, shown

if TYPE_CHECKING:
    from chfw_files.attributes import Attributes


def remarks(inputs: PlanInputs, private: "Mapping[str, Attributes]") -> tuple[Finding, ...]:
    """Findings: somebody should look, and the plan is made all the same."""
    return (*_unknown_columns(inputs, private), *_unknown_events(inputs))


def _unknown_columns(inputs: PlanInputs, private: "Mapping[str, Attributes]") -> Sequence[Finding]:
    """Rules that read what nobody gave are false of every hub: most likely a slip."""
    found = []
    for rules in inputs.rulesets:
        if not is_supplier(rules.owner):
            continue
        given = private.get(rules.owner)
        there = () if given is None else given.columns
        for column in sorted(private_columns(rules) - set(there)):
            if given is None:
                why, cure = "no attributes of its own were given", f"--attributes {rules.owner}=FILE"
            else:
                has = f"it has {listed(there)}" if there else "it has no column but `guid` and `flags`"
                why, cure = "its attributes have no such column", did_you_mean(column, there) or has
            message = f"its rules read `my.{shown(column)}`, and {why} ({cure})"
            found.append(Finding(code="unknown-attribute", message=message, party=rules.owner, about_hubs=False))
    return found


def _unknown_events(inputs: PlanInputs) -> Sequence[Finding]:
    """Events that do nothing, by type."""
    counted = Counter(event.type for event in inputs.events if event.type not in EVENT_TYPES)
    found = []
    for kind, count in sorted(counted.items()):
        hint = did_you_mean(kind, EVENT_TYPES)
        message = f"{_events(count)} of the type `{shown(kind)}`, which nothing knows: no effect"
        message += f" ({hint})" if hint else ""
        found.append(Finding(code="unknown-event", message=message, count=count, about_hubs=False))
    return found


def notes(inputs: PlanInputs) -> tuple[str, ...]:
    """What is no fault, and easily overlooked: events that are about other releases."""
    own = inputs.release.id
    others = Counter(str(event.fields["release"]) for event in inputs.events if event.fields.get("release", own) != own)
    if not others:
        return ()
    total = sum(others.values())
    named = ", ".join(f"`{shown(name)}`" for name in sorted(others)[:5]) + (", …" if len(others) > 5 else "")
    said = f"{_events(total)} {'is of another release' if total == 1 else 'are of other releases'}"
    slip = any(name.casefold() == own.casefold() for name in others)
    return (f"{said} ({named})" + (f": did you mean `{own}`?" if slip else ""),)


def _events(number: int) -> str:
    return f"{number:,} event{'' if number == 1 else 's'}"


def not_checked(inputs: PlanInputs, *, events: bool, instructions: bool) -> tuple[str, ...]:
    """What the plan takes for granted. `events`, `instructions`: whether such a file was given."""
    lines = []
    if inputs.cpl is None:
        version = inputs.release.firmware_version
        lines.append(f"whether {version} is Current on the Central Products List: no list was given (--cpl)")
    elif not inputs.cpl.upgrade_paths:
        lines.append("upgrade paths of the Central Products List: the list given names none")
    if not inputs.release.capacity:
        lines.append("capacity: the release names none, so no day is ever full")
    if not events:
        lines.append("what happened since the notice: no events were given (--events)")
    if not instructions:
        lines.append("what Suppliers have instructed before: no instructions were given (--instructions)")
    if any(rules.triggers or any(d.batch and d.batch.stop_if for d in rules.decides) for rules in inputs.rulesets):
        lines.append("`events` rules and `stop_if`: they act in a roll-out, not in a plan")
    return tuple(lines)
