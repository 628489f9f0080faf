"""What a plan tells its readers besides the rows: counted alike by both engines.

A finding never stops a plan. Codes are stable; the order is fixed by code and content.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from attrs import field, frozen

from chfw_core.consent.model import Refusal
from chfw_core.model.parties import CSP_PREFIX, is_supplier
from chfw_core.model.periods import format_instant
from chfw_core.model.releases import Participation, Phase
from chfw_core.planning.batch_terms import batches_said
from chfw_core.planning.batches import BatchKey
from chfw_core.planning.capacity import Proof
from chfw_core.planning.eligibility import not_current
from chfw_core.planning.flag_findings import flag_findings
from chfw_core.planning.idle_rules import rules_that_never_come
from chfw_core.planning.model import Finding, PlanInputs
from chfw_core.planning.pilot import PilotResult, limit_shared
from chfw_core.planning.pilot_reach import why_short
from chfw_core.planning.release_state import context_for, terms_for
from chfw_core.rules.meaning.evaluate import as_closing, date_value
from chfw_core.rules.model import BatchSpec
from chfw_core.rules.problems.problem import counted, did_you_mean

MODELS_NAMED = 4
"""Of device models that a finding is about, so many are named."""


@frozen(kw_only=True)
class Counts:
    """What an engine counted. `no_day`, `disjoint`: hubs; the others by their key.

    `undecided`: hubs, eligible and not held, for which a Supplier decided nothing, by it and their
    cut-off. `ineligible`: hubs by reason. `windows_lost`: hubs by Supplier and rule.
    `late_batch`: hubs by what they are cut by, of all that are cut by it. `contradictions`: changes of Supplier.
    """

    refused: Mapping[tuple[str, str], int] = field(factory=dict)
    over_capacity: Mapping[Proof, int] = field(factory=dict)
    csp_blocked: Mapping[str, int] = field(factory=dict)
    ineligible: Mapping[str, int] = field(factory=dict)
    no_day: int = 0
    late_batch: Mapping[tuple[BatchKey, BatchSpec], int] = field(factory=dict)
    disjoint: int = 0
    undecided: Mapping[tuple[str, datetime], int] = field(factory=dict)
    windows_lost: Mapping[tuple[str, str], int] = field(factory=dict)
    contradictions: int = 0
    pilots: tuple[PilotResult, ...] = ()


def plan_findings(
    inputs: PlanInputs,
    counts: Counts,
    *,
    parties: Iterable[str],
    regions: Iterable[str],
    flags: Iterable[str],
    private_flags: Mapping[str, Iterable[str]],
) -> tuple[Finding, ...]:
    """All findings of a plan. `parties`, `regions`, `flags`: those that the estate names; `private_flags` by owner."""
    return (
        *flag_findings(inputs, flags, private_flags),
        *_about_owners(inputs, frozenset(parties), frozenset(regions)),
        *rules_that_never_come(inputs),
        *_about_cpl(inputs, counts),
        *_about_instructions(counts),
        *_about_decisions(inputs, counts),
        *_about_changes(counts),
        *_about_pilots(inputs, counts.pilots),
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
            near = did_you_mean(owner, sorted(known))
            hint = f" ({near})" if near else ""
            message = f"the estate names no {called} `{owner}`: its rules decide nothing{hint}"
            found.append(Finding(code="unknown-owner", message=message, party=owner, about_hubs=False))
    return found


def _about_cpl(inputs: PlanInputs, counts: Counts) -> list[Finding]:
    if inputs.cpl is not None:
        return _not_current(inputs, counts)
    message = "no CPL was given: whether the release is Current there was not checked"  # G6
    return [Finding(code="cpl-not-checked", message=message, count=0, about_hubs=False)]


def _not_current(inputs: PlanInputs, counts: Counts) -> list[Finding]:
    """G6: a release that is not Current leaves out whole models: most likely it is the wrong list."""
    version = inputs.release.firmware_version
    found = {model: counts.ineligible.get(not_current(model, version), 0) for model in inputs.release.device_models}
    models = [model for model, hubs in found.items() if hubs]
    if not models:
        return []
    named = ", ".join(models[:MODELS_NAMED])
    more = f" and {len(models) - MODELS_NAMED} more" if len(models) > MODELS_NAMED else ""
    hubs = sum(found.values())
    message = (
        f"{version} is not Current on the CPL for device model{'s' if len(models) > 1 else ''} {named}{more}: "
        f"{counted(hubs, 'hub')} ineligible"
    )
    return [Finding(code="cpl-not-current", message=message, count=hubs)]


def _about_instructions(counts: Counts) -> list[Finding]:
    return [
        Finding(
            code="instruction-refused",
            message=f"{counted(rows, 'instruction')} of {party} refused: {code.replace('_', ' ')}",
            count=rows,
            party=party,
            about_hubs=False,
        )
        for (party, code), rows in sorted(counts.refused.items())
    ]


def _about_decisions(inputs: PlanInputs, counts: Counts) -> list[Finding]:
    """A mandatory release is owed a decision by every Supplier: shown before the cut-off, late after it."""
    if inputs.release.participation is not Participation.MANDATORY:
        return []
    found = []
    for late, code, said in (
        (False, "decision-owed", "{party} owes a decision for {hubs} by the cut-off at {when}"),
        (True, "decision-late", "{party} decided nothing for {hubs} by the cut-off at {when}"),
    ):
        cutoffs: dict[str, dict[datetime, int]] = {}
        for (party, cutoff), count in sorted(counts.undecided.items()):
            if (inputs.as_of > cutoff) is late:
                own = cutoffs.setdefault(party, {})
                own[cutoff] = own.get(cutoff, 0) + count
        for party, own in cutoffs.items():
            count = sum(own.values())
            message = said.format(party=party, hubs=counted(count, "hub"), when=_when(own))
            found.append(Finding(code=code, message=message, count=count, party=party))
    return found


def _when(cutoffs: Mapping[datetime, int]) -> str:
    """The cut-off; where the DCC moved dates, each of them with its hubs."""
    if len(cutoffs) == 1:
        return format_instant(next(iter(cutoffs)))
    return ", ".join(f"{format_instant(when)} ({counted(hubs, 'hub')})" for when, hubs in sorted(cutoffs.items()))


def _about_changes(counts: Counts) -> list[Finding]:
    if not counts.contradictions:
        return []
    many = counted(counts.contradictions, "change")
    message = f"{many} of Supplier not applied: from a Supplier that does not hold the role"
    return [Finding(code="change-contradicts", message=message, count=counts.contradictions)]


def _about_pilots(inputs: PlanInputs, pilots: Sequence[PilotResult]) -> list[Finding]:
    found = []
    limit = limit_shared(pilots, inputs.release.pilot_limit)
    for pilot in pilots:
        if not pilot.group.guids and _is_over(inputs, pilot):
            continue
        if pilot.reach is not None:
            got = len(pilot.group.guids)
            message = (
                f"the pilot `{pilot.rule}` asked for {counted(pilot.asked, 'hub')} and got {got:,}: "
                f"{why_short(pilot.party, pilot.reach, got, limit)}"
            )
            found.append(Finding(code="pilot-short", message=message, count=pilot.short, party=pilot.party))
        strata = pilot.group.shortfall
        if strata:
            message = (
                f"the pilot `{pilot.rule}` has fewer hubs than its `at_least` in "
                f"{len(strata):,} of its strata, {sum(strata.values()):,} hubs short in all"
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


def _is_over(inputs: PlanInputs, pilot: PilotResult) -> bool:
    """Whether no hub could be in it any more, by the release's own date: it asks for nothing then."""
    terms = terms_for(inputs, inputs.release.automatic_at)
    rules = inputs.ruleset_of(pilot.party)
    rule = next((r for r in (rules.pilots if rules else ()) if r.id == pilot.rule), None)
    if terms.too_late:
        return True
    if rule is None or rule.at.closes is None or rule.at.closes.fields:
        return False
    context = context_for(inputs, Phase.NOTIFIED, terms.automatic_at)
    closes = date_value(rule.at.closes, lambda _: None, context)
    return closes is not None and as_closing(closes) <= terms.first_moment


def _about_windows(counts: Counts) -> list[Finding]:
    found = [
        Finding(
            code="window-lost",
            message=(
                f"{party} has instructed {counted(hubs, 'hub')} by `{rule}`, which its files no longer have: "
                "its windows and batches are lost"
            ),
            count=hubs,
            party=party,
        )
        for (party, rule), hubs in sorted(counts.windows_lost.items())
    ]
    if counts.disjoint:
        many = counted(counts.disjoint, "hub")
        message = f"the windows of the two Suppliers of {many} do not meet: those of the later one apply"
        found.append(Finding(code="windows-disjoint", message=message, count=counts.disjoint))
    return found


def _infeasible(counts: Counts) -> list[Finding]:
    found = [
        Finding(
            code="csp-windows",
            message=f"the windows of CSP:{region} leave no time for {counted(hubs, 'hub')}",
            count=hubs,
            party=CSP_PREFIX + region,
        )
        for region, hubs in sorted(counts.csp_blocked.items())
    ]
    if counts.no_day:
        message = (
            f"no possible day in their period: {counted(counts.no_day, 'hub')}; "
            "the reason of each row in the schedule names what leaves none"
        )
        found.append(Finding(code="no-day", message=message, count=counts.no_day))
    for (key, spec), hubs in sorted(counts.late_batch.items(), key=lambda item: item[0][0]):
        message = (
            f"batches of `{'+'.join(key)}` ({batches_said(spec)}) open too late for {counted(hubs, 'hub')}: "
            "larger ones or a shorter pause would leave them a day"
        )
        found.append(Finding(code="batch-late", message=message, count=hubs))
    for proof, hubs in sorted(counts.over_capacity.items(), key=lambda item: (item[0].region, item[0].days)):
        found.append(Finding(code="over-capacity", message=proof.sentence(), count=hubs))
    return found
