"""NF1: which single change of a fact would change what one owner's rules decide for a hub.

Theory of operation. `candidates` names every fact that the owner's own rules could be asking for:
the literals of their leaves, the ends of their holds, the passing of time. Each is put in place
alone and the hub is decided anew by the reference; what leads to the same decision is left out, so
nothing that is said here is a guess. Other owners' rules are never read: for a Supplier nothing
here depends on who the second one is, or on what its rules say (NF7).
"""

from collections.abc import Iterable

from attrs import evolve, frozen

from chfw_core.engines.matching import Matcher
from chfw_core.engines.owned import Known, OwnMatch, decide_own
from chfw_core.model.hubs import CommsHub
from chfw_core.planning.holds import ended_by
from chfw_core.planning.own_decision import OwnDecision
from chfw_core.reports.candidates import MISSING_SHOWN, UNNAMED_SHOWN, Candidate, Situation, candidates

TRIED = 400
"""No more changes are tried for one hub."""

SHOWN = 4
"""Of values that lead to the same decision, so many are named."""


@frozen(kw_only=True)
class Change:
    """Each of `facts` alone leads to `decision`."""

    facts: tuple[str, ...]
    decision: OwnDecision

    @property
    def text(self) -> str:
        """``excluded by `vulnerable` if flag `psr` is added``."""
        return f"{self.decision.words} if {'; or if '.join(self.facts)}"


def what_would_change(matcher: Matcher, owner: str, hub: CommsHub, known: Known | None = None) -> tuple[Change, ...]:
    """The decisions that one change leads to, in the order in which the rules ask for the facts."""
    as_of = matcher.inputs.as_of
    known = known or Known()
    # As of (glossary): what happens later does not exist, also where time is what passes.
    known = evolve(known, rows=tuple(row for row in known.rows if row.received_at <= as_of))
    own = tuple(rules for rules in matcher.inputs.rulesets if rules.owner == owner)
    there = (event for event in matcher.inputs.events if event.at <= as_of)
    near = tuple(event for event in there if event.guid in (None, hub.guid))
    inputs = evolve(matcher.inputs, rulesets=own, events=near)
    now = Situation(inputs=inputs, hub=hub, known=known)
    matchers = {id(inputs): Matcher(inputs, matcher.graph)}
    base = _decided(matchers, matcher, owner, now)
    before = _key(base.decision)
    found: dict[tuple[object, ...], tuple[OwnDecision, list[Candidate]]] = {}
    known_already: dict[tuple[object, ...], OwnDecision] = {}
    state = matchers[id(inputs)].state
    outcomes = {name for rules in own for hold in rules.holds for name in ended_by(hold, state.events)}
    outcomes |= {*state.fields, *state.phases.fields}
    for number, candidate in enumerate(candidates(owner, now, base, outcomes)):
        if number == TRIED:
            break
        alike = candidate.alike and (matcher.ineligible(candidate.situation.hub), *candidate.alike)
        after = None if alike is None else known_already.get(alike)
        if after is None:
            after = _decided(matchers, matcher, owner, candidate.situation).decision
        if alike is not None:
            known_already[alike] = after
        if _key(after) != before:
            found.setdefault(_key(after), (after, []))[1].append(candidate)
    return tuple(Change(facts=_facts(those), decision=decision) for decision, those in found.values())


def _decided(matchers: dict[int, Matcher], matcher: Matcher, owner: str, case: Situation) -> OwnMatch:
    found = matchers.get(id(case.inputs))
    if found is None:  # the graph of upgrades is one of device models
        same = case.inputs.release.device_models == matcher.inputs.release.device_models
        found = Matcher(case.inputs, matcher.graph if same else None)
    return decide_own(found, owner, case.hub, case.known)


def _key(decision: OwnDecision) -> tuple[object, ...]:
    """What counts as another decision: dates move with every day that passes."""
    return (decision.outcome, decision.rule, decision.delayed_by)


def _facts(those: Iterable[Candidate]) -> tuple[str, ...]:
    """One line for each subject, with its values; of dates and numbers the nearest alone."""
    values: dict[str, list[str]] = {}
    for candidate in those:
        named = values.setdefault(candidate.subject, [])
        if candidate.value and not (candidate.nearest and named):
            named.append(candidate.value)
    return tuple(f"{subject} {_either(list(dict.fromkeys(named)))}".rstrip() for subject, named in values.items())


def _either(values: list[str]) -> str:
    if UNNAMED_SHOWN in values and MISSING_SHOWN in values:
        values.remove(MISSING_SHOWN)  # the lesser surprise will do
    if len(values) > SHOWN:
        return f"{', '.join(values[:SHOWN])} or {len(values) - SHOWN} more that the rules name"
    return " or ".join(filter(None, (", ".join(values[:-1]), *values[-1:])))
