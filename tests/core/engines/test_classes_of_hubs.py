"""What a columnar engine relies on: answers that hubs of a class share, from what is named alone."""

from functools import cache

import pytest
from attrs import evolve

from chfw_core.consent.standing import judge_rows
from chfw_core.engines.matching import Matcher
from chfw_core.model.guid import Guid
from chfw_core.model.parties import DCC
from chfw_core.planning.holds import guid_sensitive, hold_fields, hold_state
from chfw_core.rules.vocabulary.fields import hub_reader
from chfw_core.testing.worlds import MOMENTS, World, features, named_worlds

NAMES = tuple(f"{name}, {moment}" for name in features() for moment in MOMENTS)


@cache
def worlds() -> dict[str, World]:
    return dict(named_worlds())


@pytest.mark.parametrize("name", NAMES)
def test_a_hold_depends_on_its_fields_and_its_sensitive_guids_alone(name: str) -> None:
    inputs, hubs, _ = worlds()[name]
    matcher = Matcher(inputs)
    events = matcher.state.events
    for rules in inputs.rulesets:
        for rule in rules.holds:
            fields = hold_fields(rule, events)
            sensitive = guid_sensitive(rule, events, owner=rules.owner)
            assert sensitive <= guid_sensitive(rule, events)
            for hub in hubs:
                context = matcher.context(inputs.release.automatic_at, hub)
                read = hub_reader(hub, rules.owner)
                whole = hold_state(
                    rule,
                    owner=rules.owner,
                    hub_values=read,
                    guid=hub.guid,
                    events_index=events,
                    context=context,
                )
                shared = hold_state(
                    rule,
                    owner=rules.owner,
                    hub_values={field: read(field) for field in fields},
                    guid=hub.guid if hub.guid in sensitive else None,
                    events_index=events,
                    context=context,
                )
                assert shared == whole


@pytest.mark.parametrize("name", NAMES)
def test_a_stop_depends_on_its_fields_and_guids_alone(name: str) -> None:
    """I4."""
    inputs, hubs, _ = worlds()[name]
    state = Matcher(inputs).state
    for hub in hubs:
        read = hub_reader(hub, DCC)
        guid = hub.guid if hub.guid in state.guids else None
        values = {field: read(field) for field in state.fields}
        assert state.held(values, guid) == state.held(read, hub.guid)


@pytest.mark.parametrize("name", [name for name in NAMES if "Supplier" in name or "explicit" in name])
def test_rows_of_one_shape_are_judged_alike(name: str) -> None:
    """The GUID, the row's number and who else is there say nothing."""
    inputs, hubs, instructions = worlds()[name]
    matcher = Matcher(inputs)
    for hub in hubs:
        match = matcher.match(hub, [row for row in instructions if row.guid == hub.guid])
        for party in match.parties:
            rows = [row for row in instructions if row.guid == hub.guid and row.party == party.matched.party]
            excluded = {party.matched.party: party.matched.exclude} if party.matched.exclude else {}
            facts = evolve(match.facts, excluded=excluded)
            shaped = [evolve(row, guid=Guid(0), row=None) for row in rows]
            found = judge_rows(shaped, facts, inputs.as_of)
            stands = party.judged.standing
            # What both agreed to hangs on the second Supplier's rows too.
            assert found.standing == (stands and evolve(stands, kept_until=None))
            assert [(r.code, r.reason) for r in found.refusals] == [(r.code, r.reason) for r in party.judged.refusals]
