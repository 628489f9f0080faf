"""Which phase a hub is in: that of the last `phase_opened` that concerns it (planning 1)."""

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from chfw_core.engines.columnar.phased import by_phase
from chfw_core.errors import InputError
from chfw_core.model.events import Event
from chfw_core.model.guid import Guid
from chfw_core.model.hubs import CommsHub
from chfw_core.model.parties import DCC
from chfw_core.model.releases import Phase
from chfw_core.planning.phases import Phases, phases_of
from chfw_core.planning.release_state import context_for
from chfw_core.rules.meaning.evaluate import condition_holds
from chfw_core.rules.model import LeafOp, RuleSet
from chfw_core.rules.vocabulary.fields import hub_reader
from chfw_core.testing.worlds import AUTOMATIC, MODEL, NOTIFIED, SETS, A, exclude, hubs, inputs, leaf

HUBS = hubs()
NORTH = next(hub for hub in HUBS if hub.csp_region == "North")
SOUTH = next(hub for hub in HUBS if hub.csp_region != "North")


def opened(*told: tuple[str, dict[str, object]]) -> Phases:
    events = []
    for seq, (phase, fields) in enumerate(told, start=1):
        own = dict(fields)
        guid, party = own.pop("guid", None), own.pop("party", None)
        one = Event(seq=seq, at=NOTIFIED, type="phase_opened", fields={"phase": phase, **own})
        events.append(evolve(one, guid=guid, party=party))  # type: ignore[arg-type]
    return phases_of(events)


def of(phases: Phases, hub: CommsHub) -> Phase:
    return phases.of(hub_reader(hub, DCC), hub.guid)


def test_a_phase_of_a_region_is_open_for_its_hubs_alone() -> None:
    phases = opened(("pilot", {}), ("mass", {"csp_region": "North"}))
    assert (of(phases, NORTH), of(phases, SOUTH)) == (Phase.MASS, Phase.PILOT)
    assert phases.fields == ("csp_region",)


def test_one_that_names_no_hubs_is_open_for_all_whatever_was_opened_before() -> None:
    phases = opened(("mass", {"csp_region": "North"}), ("safe_launch", {"guid": SOUTH.guid}), ("pilot", {}))
    assert {of(phases, hub) for hub in HUBS} == {Phase.PILOT}
    assert phases.of_some == ()


def test_a_model_is_named_in_either_case_and_all_fields_must_fit() -> None:
    phases = opened(("mass", {"device_model": MODEL.lower(), "csp_region": "North"}))
    for hub in HUBS:
        both = hub.device_model == MODEL and hub.csp_region == "North"
        assert of(phases, hub) is (Phase.MASS if both else Phase.NOTIFIED)


def test_only_the_dcc_opens_a_phase() -> None:
    """Contracts: acts on a release are the DCC's."""
    assert of(opened(("mass", {"csp_region": "North", "party": A})), NORTH) is Phase.NOTIFIED


def test_a_phase_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InputError, match="event 1 opens the phase `masse`"):
        opened(("masse", {"csp_region": "North"}))


_scopes = st.one_of(
    st.fixed_dictionaries({}, optional={"csp_region": st.sampled_from(["North", "Central", "Nowhere"])}),
    st.fixed_dictionaries({"configuration_set": st.sampled_from(SETS[:2])}),
    st.fixed_dictionaries({"device_model": st.just(MODEL.lower()), "csp_region": st.just("North")}),
    st.fixed_dictionaries({"guid": st.sampled_from([Guid(hub.guid) for hub in HUBS[:4]])}),
)
_leaves = st.builds(
    leaf,
    st.just("release.phase"),
    st.sampled_from([LeafOp.EQ, LeafOp.NE, LeafOp.LT, LeafOp.GE, LeafOp.IN]),
    st.sampled_from([phase.value for phase in Phase]),
)


@given(st.lists(st.tuples(st.sampled_from([phase.value for phase in Phase]), _scopes), max_size=9), _leaves)
def test_a_leaf_of_the_phase_asks_of_a_hub_what_it_asks_of_its_phase(
    told: list[tuple[str, dict[str, object]]], asked: object
) -> None:
    """I14: what the columnar engine asks in the place of `release.phase` says the same of every hub."""
    phases = opened(*told)
    rules = RuleSet(owner=A, excludes=(exclude("x", asked),))  # type: ignore[arg-type]
    apart = by_phase(rules, phases).excludes[0].when
    anywhere = context_for(inputs(), phases.for_all, AUTOMATIC)
    for hub in HUBS:
        read = hub_reader(hub, A)
        here = context_for(inputs(), of(phases, hub), AUTOMATIC)
        assert condition_holds(apart, read, anywhere) == condition_holds(rules.excludes[0].when, read, here)
