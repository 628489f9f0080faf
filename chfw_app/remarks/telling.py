"""What the inputs of a plan say that nothing in it can use: findings and notes about files, not about hubs."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from chfw_app.remarks.idle import end_of_all, idle_inputs
from chfw_core.model.events import EVENT_TYPES
from chfw_core.model.parties import is_supplier
from chfw_core.model.periods import format_instant, london_date
from chfw_core.planning.model import Finding, PlanInputs
from chfw_core.rules.meaning.leaves import private_columns
from chfw_core.rules.own_reads import FLAGS, columns_read, reads_flags
from chfw_core.rules.problems.problem import counted, did_you_mean, listed, shown

if TYPE_CHECKING:
    from chfw_files.documents.attributes import Attributes

_MOST_NAMED = 5


def remarks(inputs: PlanInputs, private: "Mapping[str, Attributes]", *, capacity: bool = False) -> tuple[Finding, ...]:
    """Findings: somebody should look, and the plan is made all the same. `capacity`: whether such a file was given."""
    return (
        *_unknown_columns(inputs, private),
        *_unknown_events(inputs),
        *idle_inputs(inputs),
        *(_capacity(inputs) if capacity else ()),
    )


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
    types = Counter(event.type for event in inputs.events if event.type not in EVENT_TYPES)
    found = []
    for kind, count in sorted(types.items()):
        hint = did_you_mean(kind, EVENT_TYPES)
        message = f"{counted(count, 'event')} of the type `{shown(kind)}`, which nothing knows: no effect"
        message += f" ({hint})" if hint else ""
        found.append(Finding(code="unknown-event", message=message, count=count, about_hubs=False))
    return found


def _capacity(inputs: PlanInputs) -> Iterator[Finding]:
    """G5: figures of days on which nothing can go bind nobody."""
    if not inputs.capacity_overrides:
        yield Finding(code="capacity-unused", message="the capacity file has no rows", about_hubs=False)
        return
    last = london_date(end_of_all(inputs))
    late = sorted(day for _, day in inputs.capacity_overrides if day > last)
    if late:
        figures = f"{counted(len(late), 'figure')} of the capacity file for days after {last}"
        message = f"{figures}, when nothing of this release is left: no effect ({late[0]})"
        yield Finding(code="capacity-unused", message=message, count=len(late), about_hubs=False)


def notes(inputs: PlanInputs, private: "Mapping[str, Attributes]", later_instructions: int = 0) -> tuple[str, ...]:
    """What is no fault, and easily overlooked: what came later, is about other releases, or is read by no rule."""
    later = sum(event.at > inputs.as_of for event in inputs.events)
    later_than = ((later, "event"), (later_instructions, "instruction"))
    return (
        *(
            f"{counted(n, what)} later than {format_instant(inputs.as_of)}: not yet there"
            for n, what in later_than
            if n
        ),
        *_of_other_releases(inputs),
        *_unread(inputs, private),
    )


def _unread(inputs: PlanInputs, private: "Mapping[str, Attributes]") -> Iterator[str]:
    """Attributes that only their owner's rules may read, and that these do not."""
    owned = {rules.owner: rules for rules in inputs.rulesets}
    for party, given in sorted(private.items()):
        rules = owned.get(party)
        read = frozenset[str]() if rules is None else columns_read(rules)
        names = [f"my.{shown(name)}" for name in given.columns if name not in read]
        if FLAGS in given.table.column_names and (rules is None or not reads_flags(rules)):
            names.insert(0, FLAGS)
        if names:
            more = f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else ""
            yield f"no rule of {party} reads {listed(names[:_MOST_NAMED])}{more}, which its attributes have"


def _of_other_releases(inputs: PlanInputs) -> tuple[str, ...]:
    own = inputs.release.id
    others = Counter(str(event.fields["release"]) for event in inputs.events if event.fields.get("release", own) != own)
    if not others:
        return ()
    total = sum(others.values())
    named = ", ".join(f"`{shown(name)}`" for name in sorted(others)[:5]) + (", …" if len(others) > 5 else "")
    said = f"{counted(total, 'event')} {'is of another release' if total == 1 else 'are of other releases'}"
    slip = any(name.casefold() == own.casefold() for name in others)
    return (f"{said} ({named})" + (f": did you mean `{own}`?" if slip else ""),)


def not_checked(inputs: PlanInputs, *, events: bool, instructions: bool) -> tuple[str, ...]:
    """What the plan takes for granted. `events`, `instructions`: whether such a file was given."""
    lines = []
    if inputs.cpl is None:
        version = inputs.release.firmware_version
        lines.append(f"whether {version} is Current on the Central Products List: no list was given (--cpl)")
    elif not inputs.cpl.upgrade_paths:
        lines.append("upgrade paths of the Central Products List: the list given names none")
    if not inputs.release.capacity:
        only = (
            ", so only days of the capacity file are limited"
            if inputs.capacity_overrides
            else ", so no day is ever full"
        )
        lines.append(f"capacity: the release names none{only}")
    if not events:
        lines.append("what happened since the notice: no events were given (--events)")
    if not instructions:
        lines.append("what Suppliers have instructed before: no instructions were given (--instructions)")
    if any(rules.triggers or any(d.batch and d.batch.stop_if for d in rules.decides) for rules in inputs.rulesets):
        lines.append("`events` rules and `stop_if`: they act in a roll-out, not in a plan")
    return tuple(lines)
