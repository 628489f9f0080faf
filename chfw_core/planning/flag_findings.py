"""Flags that are most likely slips: no rule that names `psr` hears of `PSR`, or of `psr, medical` as one flag.

A flag is any word, so a plan refuses none. But an exclude that misses a vulnerable home sends it early, and what is
passed over in silence is found by nobody: each becomes a finding.
"""

from collections.abc import Iterable, Iterator, Mapping

from chfw_core.model.estate import SET_SEPARATOR, several_in
from chfw_core.planning.model import Finding, PlanInputs
from chfw_core.planning.raised_flags import RAISED
from chfw_core.planning.scope import is_heard_by
from chfw_core.rules.model import RuleSet
from chfw_core.rules.own_reads import flags_named, reads_flags
from chfw_core.rules.problems.problem import listed, shown

_MOST_NAMED = 5
_ESTATE = "the estate has"


def flag_findings(
    inputs: PlanInputs, flags: Iterable[str], private: Mapping[str, Iterable[str]]
) -> tuple[Finding, ...]:
    """About the flags that hubs bear publicly, those that Suppliers alone know of, and those that events raise.

    `flags`, `private`: all that some hub bears, as far as anybody's rules read any; raised ones may be among them.
    """
    reading = [rules for rules in inputs.rulesets if reads_flags(rules)]
    public = frozenset(flags)
    found: list[Finding] = []
    for rules in reading:
        owner, named, raised = rules.owner, flags_named(rules), _raised(inputs, rules.owner)
        own = frozenset(private.get(owner, ())) - raised
        found += _apart(own - named, f"the attributes of {owner} have", owner)
        found += _alike(rules, own, "its attributes have")
        found += _alike(rules, raised, "events raise")
        public -= raised
    if reading:
        found += _apart(public.difference(*map(flags_named, reading)), _ESTATE)
    for rules in reading:
        found += _alike(rules, public, _ESTATE)
    return tuple(found)


def flags_by_themselves(flags: frozenset[str]) -> tuple[str, ...]:
    """What is odd about an estate's flags where no rules are known."""
    return (
        *(finding.message for finding in _apart(flags, _ESTATE)),
        *(f"{_ESTATE} the flags {which}, which differ only in case" for which in _same_but_for_case(flags)),
    )


def _apart(flags: Iterable[str], whose: str, party: str | None = None) -> Iterator[Finding]:
    """One flag that holds several, joined by something else than `|`."""
    odd = sorted(flag for flag in flags if several_in(flag) is not None)
    if not odd:
        return
    meant = several_in(odd[0])
    which = f"the flag `{shown(odd[0])}`" if len(odd) == 1 else f"{len(odd):,} flags such as `{shown(odd[0])}`"
    hint = f" (did you mean `{shown(meant)}`?)" if meant else ""
    message = f"{whose} {which}: flags are joined by `{SET_SEPARATOR}`{hint}"
    yield Finding(code="flags-apart", message=message, count=len(odd), party=party, about_hubs=False)


def _alike(rules: RuleSet, flags: Iterable[str], whose: str) -> Iterator[Finding]:
    """Flags that differ only in case from one that these rules name."""
    named = flags_named(rules)
    meant = {flag.casefold(): flag for flag in sorted(named)}
    for flag in sorted(set(flags) - named):
        near = meant.get(flag.casefold())
        if near is not None:
            message = (
                f"its rules name the flag `{shown(near)}`, and {whose} `{shown(flag)}`, which is another one to them"
            )
            yield Finding(code="flags-alike", message=message, party=rules.owner, about_hubs=False)


def _raised(inputs: PlanInputs, owner: str) -> frozenset[str]:
    """The flags that events raise, as far as these rules can hear of them."""
    return frozenset(
        str(event.fields["flag"])
        for event in inputs.events
        if event.type == RAISED and event.fields.get("flag") and is_heard_by(event, owner)
    )


def _same_but_for_case(flags: Iterable[str]) -> Iterator[str]:
    """Those that are so, in words; of many the first."""
    alike: dict[str, list[str]] = {}
    for flag in sorted(flags):
        alike.setdefault(flag.casefold(), []).append(flag)
    return (listed(map(shown, same[:_MOST_NAMED]), "and") for same in alike.values() if len(same) > 1)
