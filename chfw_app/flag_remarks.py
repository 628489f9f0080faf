"""Flags that are most likely slips: no rule that names `psr` hears of `PSR`, or of `psr, medical` as one flag.

A flag is any word, so nothing refuses one. But an exclude that misses a vulnerable home sends it early, and what is
passed over in silence is found by nobody: each becomes a finding.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from chfw_core.model.estate import SET_SEPARATOR
from chfw_core.planning.model import Finding, PlanInputs
from chfw_core.planning.raised_flags import RAISED
from chfw_core.planning.scope import is_heard_by
from chfw_core.rules.own_reads import flags_named, reads_flags
from chfw_core.rules.problems import listed, shown

if TYPE_CHECKING:
    from chfw_core.rules.model import RuleSet
    from chfw_files.attributes import Attributes

_APART = re.compile(r"[,;\s]+")
_MOST_NAMED = 5
ESTATE = "the estate has"


def flag_remarks(inputs: PlanInputs, private: "Mapping[str, Attributes]") -> Iterator[Finding]:
    """About what Suppliers alone know, and what events raise."""
    for rules in inputs.rulesets:
        named = flags_named(rules)
        own = private.get(rules.owner)
        if own is not None and reads_flags(rules):
            whose = f"the attributes of {rules.owner} have"
            yield from _apart(own.flag_names - named, whose, rules.owner)
            yield from _alike(rules, named, own.flag_names, "its attributes have")
        yield from _alike(rules, named, _raised(inputs, rules.owner), "events raise")


def estate_flag_remarks(rulesets: "Sequence[RuleSet]", flags: frozenset[str]) -> Iterator[Finding]:
    """About the estate's public flags, as far as somebody's rules read any. `flags`: those that some hub bears."""
    if not any(map(reads_flags, rulesets)):
        return
    yield from _apart(flags.difference(*map(flags_named, rulesets)), ESTATE)
    for rules in rulesets:
        yield from _alike(rules, flags_named(rules), flags, ESTATE)


def flags_by_themselves(flags: frozenset[str]) -> tuple[str, ...]:
    """What is odd about an estate's flags where no rules are known."""
    return (
        *(finding.message for finding in _apart(flags, ESTATE)),
        *(f"{ESTATE} the flags {which}, which differ only in case" for which in _same_but_for_case(flags)),
    )


def _apart(flags: Iterable[str], whose: str, party: str | None = None) -> Iterator[Finding]:
    """One flag that holds several, joined by something else than `|`."""
    odd = sorted(flag for flag in flags if _APART.search(flag))
    if not odd:
        return
    meant = SET_SEPARATOR.join(part for part in _APART.split(odd[0]) if part)
    which = f"the flag `{shown(odd[0])}`" if len(odd) == 1 else f"{len(odd):,} flags such as `{shown(odd[0])}`"
    hint = f" (did you mean `{shown(meant)}`?)" if meant else ""
    message = f"{whose} {which}: flags are joined by `{SET_SEPARATOR}`{hint}"
    yield Finding(code="flags-apart", message=message, count=len(odd), party=party, about_hubs=False)


def _alike(rules: "RuleSet", named: frozenset[str], flags: Iterable[str], whose: str) -> Iterator[Finding]:
    """Flags that differ only in case from one that these rules name."""
    meant = {flag.casefold(): flag for flag in sorted(named)}
    for flag in sorted(set(flags) - named):
        near = meant.get(flag.casefold())
        if near is not None:
            message = (
                f"its rules name the flag `{shown(near)}`, and {whose} `{shown(flag)}`, which is another one to them"
            )
            yield Finding(code="flags-alike", message=message, party=rules.owner, about_hubs=False)


def _raised(inputs: PlanInputs, owner: str) -> set[str]:
    """The flags that events raise, as far as these rules can hear of them."""
    return {
        str(event.fields["flag"])
        for event in inputs.events
        if event.type == RAISED and event.fields.get("flag") and is_heard_by(event, owner)
    }


def _same_but_for_case(flags: Iterable[str]) -> Iterator[str]:
    """Those that are so, in words; of many the first."""
    alike: dict[str, list[str]] = {}
    for flag in sorted(flags):
        alike.setdefault(flag.casefold(), []).append(flag)
    return (listed(map(shown, same[:_MOST_NAMED]), "and") for same in alike.values() if len(same) > 1)
