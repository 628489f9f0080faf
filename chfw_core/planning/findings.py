"""What a plan tells its readers besides the rows: counted alike by both engines.

A finding never stops a plan. Codes are stable; the order is fixed by code and content.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from attrs import field, frozen

from chfw_core.consent.model import Refusal
from chfw_core.model.parties import CSP_PREFIX, is_supplier
from chfw_core.planning.capacity import Proof
from chfw_core.planning.model import Finding, PlanInputs
from chfw_core.planning.pilot import PilotResult


@frozen(kw_only=True)
class Counts:
    """What an engine counted. `no_day`, `late_batch`, `disjoint`: hubs; the others by their key."""

    refused: Mapping[tuple[str, str], int] = field(factory=dict)
    over_capacity: Mapping[Proof, int] = field(factory=dict)
    csp_blocked: Mapping[str, int] = field(factory=dict)
    no_day: int = 0
    late_batch: int = 0
    disjoint: int = 0
    pilots: tuple[PilotResult, ...] = ()


def plan_findings(
    inputs: PlanInputs, counts: Counts, *, parties: Iterable[str], regions: Iterable[str]
) -> tuple[Finding, ...]:
    """All findings of a plan. `parties` and `regions`: those that the estate names."""
    return (
        *_about_owners(inputs, frozenset(parties), frozenset(regions)),
        *_about_cpl(inputs),
        *_about_instructions(counts),
        *_about_pilots(counts.pilots),
        *_about_windows(counts),
        *_infeasible(counts),
    )


def count_refusals(refusals: Iterable[Refusal]) -> Mapping[tuple[str, str], int]:
    """Refused rows by party and code."""
    counted: dict[tuple[str, str], int] = {}
    for refusal in refusals:
        key = (refusal.instruction.party, refusal.code)
        counted[key] = counted.get(key, 0) + 1
    return counted


def _about_owners(inputs: PlanInputs, parties: frozenset[str], regions: frozenset[str]) -> list[Finding]:
    """An owner of rules that the estate does not name decides nothing: most likely a slip."""
    found = []
    for owner in sorted(rules.owner for rules in inputs.rulesets):
        if is_supplier(owner):
            known, called = parties, "Supplier"
        elif owner.startswith(CSP_PREFIX):
            known, called = frozenset(CSP_PREFIX + region for region in regions), "CSP region"
        else:
            continue
        if owner not in known:
            near = get_close_matches(owner, sorted(known), n=1, cutoff=0.5)
            hint = f" (did you mean `{near[0]}`?)" if near else ""
            message = f"the estate names no {called} `{owner}`: its rules decide nothing{hint}"
            found.append(Finding(code="unknown-owner", message=message, party=owner))
    return found


def _about_cpl(inputs: PlanInputs) -> list[Finding]:
    if inputs.cpl is not None:
        return []
    message = "no CPL was given: whether the release is Current there was not checked"  # G6
    return [Finding(code="cpl-not-checked", message=message, count=0)]


def _about_instructions(counts: Counts) -> list[Finding]:
    return [
        Finding(
            code="instruction-refused",
            message=f"{_many(rows, 'instruction')} of {party} refused: {code.replace('_', ' ')}",
            count=rows,
            party=party,
        )
        for (party, code), rows in sorted(counts.refused.items())
    ]


def _about_pilots(pilots: Iterable[PilotResult]) -> list[Finding]:
    found = []
    for pilot in pilots:
        short = pilot.asked - len(pilot.group.guids)
        if short > 0:
            message = f"the pilot `{pilot.rule}` asked for {_many(pilot.asked, 'hub')} and got {len(pilot.group.guids)}"
            found.append(Finding(code="pilot-short", message=message, count=short, party=pilot.party))
        strata = pilot.group.shortfall
        if strata:
            message = (
                f"the pilot `{pilot.rule}` has fewer hubs than its `at_least` in "
                f"{len(strata)} of its strata, {sum(strata.values())} hubs short in all"
            )
            found.append(
                Finding(
                    code="pilot-spread-short",
                    message=message,
                    count=sum(strata.values()),
                    party=pilot.party,
                )
            )
    return found


def _about_windows(counts: Counts) -> list[Finding]:
    if not counts.disjoint:
        return []
    message = f"the windows of the two Suppliers of {_many(counts.disjoint, 'hub')} do not meet"
    return [Finding(code="windows-disjoint", message=message, count=counts.disjoint)]


def _infeasible(counts: Counts) -> list[Finding]:
    found = [
        Finding(
            code="csp-windows",
            message=f"the windows of CSP:{region} leave no time for {_many(hubs, 'hub')}",
            count=hubs,
            party=CSP_PREFIX + region,
        )
        for region, hubs in sorted(counts.csp_blocked.items())
    ]
    if counts.no_day:
        message = f"no possible day in their period: {_many(counts.no_day, 'hub')}"
        found.append(Finding(code="no-day", message=message, count=counts.no_day))
    if counts.late_batch:
        message = f"their batch opens after their period: {_many(counts.late_batch, 'hub')}"
        found.append(Finding(code="batch-late", message=message, count=counts.late_batch))
    for proof, hubs in sorted(counts.over_capacity.items(), key=lambda item: (item[0].region, item[0].days)):
        found.append(Finding(code="over-capacity", message=proof.sentence(), count=hubs))
    return found


def _many(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
