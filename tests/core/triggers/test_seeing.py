"""Who sees which event, and in which scope: what a Supplier's triggers see does not vary with who the other is (I8)."""

from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve

from chfw_core.model.guid import Guid
from chfw_core.testing.trigger_streams import compiled
from chfw_core.triggers.model import CompiledTrigger, Seen
from chfw_core.triggers.seeing import arrival_at
from tests.core.rules.support import HUB, context
from tests.core.triggers.support import START, file_of, hub_of, known, told

ANY = """id: t
    because: An example
    per: {per}
    on: {on}
    if: {when}
    do: {{notify: team}}"""


def _rule(on: str = "hub_lost_wan", when: str = "csp_region is not missing", per: str = "hub") -> str:
    return ANY.format(on=on, when=when, per=per)


def test_a_supplier_sees_the_events_of_its_own_hubs() -> None:
    assert told(_rule()).see("hub_lost_wan")
    assert told(_rule(), hub=hub_of(importer="EEXX", gas="NWND")).see("hub_lost_wan")


def test_a_supplier_does_not_see_another_suppliers_hub() -> None:
    assert not told(_rule(), hub=hub_of(importer="EEXX", gas="FFYY")).see("hub_lost_wan")
    assert not told(_rule(), hub=hub_of(importer=None, gas=None)).see("hub_lost_wan")


def test_an_event_of_a_hub_that_nobody_knows_is_no_suppliers() -> None:
    assert not told(_rule()).see("hub_lost_wan", guid=Guid(1))
    assert not told(_rule(), owner="CSP:North").see("hub_lost_wan", guid=Guid(1))
    assert told(_rule(when="event.at is not missing"), owner="DCC").see("hub_lost_wan", guid=Guid(1))


def test_what_the_other_supplier_says_for_itself_is_not_seen_even_about_the_same_hub() -> None:
    """I8: on a split hub each sees what is public and what it said itself."""
    run = told(_rule(on="meter_read_received"))
    assert not run.see("meter_read_received", party="EEXX", private=True)
    assert run.see("meter_read_received", party="NWND", private=True)
    assert run.see("meter_read_received", party="DCC")
    everything = told(_rule(on="meter_read_received"), owner="DCC")
    assert everything.see("meter_read_received", party="EEXX", private=True)


def test_nothing_a_supplier_sees_varies_with_who_the_other_is() -> None:
    """I8: the same stream, with only the other Supplier changed."""
    rule = _rule(when="split and flags is not missing or event.type is not missing")
    firings = []
    for other in ("EEXX", "FFYY", "GGZZ"):
        run = told(rule, hub=hub_of(importer="NWND", gas=other))
        for day in range(5):
            run.see("hub_lost_wan", day, party=other if day % 2 else "DCC", private=bool(day % 2))
            run.see("hub_lost_wan", day, guid=None, party=other, private=True)
        firings.append(run.firings)
    assert firings[0]
    assert firings[0] == firings[1] == firings[2]


def test_both_suppliers_of_a_change_see_it_and_nobody_else() -> None:
    """CS3: the hub is not yet the new one's, or no longer the old one's."""
    rule = _rule(on="change_of_supplier_completed", when="event.role is not missing")
    hub = hub_of(importer="EEXX", gas="EEXX")
    change: dict[str, Any] = {"role": "import", "effective": "2026-03-02", "from": "NWND", "to": "EEXX"}
    assert told(rule, hub=hub).see("change_of_supplier_completed", **change)
    assert told(rule, hub=hub).see("change_of_supplier_completed", **{**change, "from": "X", "to": "NWND"})
    assert not told(rule, hub=hub).see("change_of_supplier_completed", **{**change, "from": "X"})


def test_a_csp_sees_its_own_region_and_what_is_about_all() -> None:
    north = told(_rule(when="event.at is not missing"), owner="CSP:North")
    assert north.see("hub_lost_wan")
    public = told(_rule(on="release_notified", when="event.at is not missing", per="release"), owner="CSP:North")
    assert public.see("release_notified", guid=None, release="R-1")
    assert public.see("release_notified", guid=None, release="R-1", csp_region="North")
    assert not public.see("release_notified", guid=None, release="R-1", csp_region="South")
    south = told(_rule(when="event.at is not missing"), owner="CSP:South")
    assert not south.see("hub_lost_wan")


def test_a_field_of_a_hub_is_read_off_the_event_where_it_is_about_no_hub() -> None:
    rule = _rule(on="configuration_set_trend", when='configuration_set == "CS-1"', per="configuration_set")
    (firing,) = told(rule).see("configuration_set_trend", guid=None, configuration_set="CS-1")
    assert firing.scope_key == "CS-1"


def test_the_hubs_own_value_counts_where_the_event_names_a_hub() -> None:
    """A meter's firmware version is not its hub's."""
    rule = _rule(on="meter_firmware_activated", when='event.firmware_version == "04000000"', per="firmware_version")
    (firing,) = told(rule).see("meter_firmware_activated", firmware_version="04000000")
    assert firing.scope_key == "0D020000"


def test_a_scope_of_several_values_is_told_in_the_order_of_per() -> None:
    (trigger,) = compiled(file_of(_rule(per="[csp_region, hub, release]"))).triggers
    seen = Seen(
        seq=1, id="e", at=START, type="hub_lost_wan", private=False, guid=HUB.guid, release="R-1", known=known(HUB)
    )
    assert scope_of(trigger, seen) == '["North","88-73-84-90-6A-10-02-DB","R-1"]'
    (batched,) = compiled(file_of(_rule(per="batch"))).triggers
    assert scope_of(batched, seen) is None
    assert scope_of(batched, evolve(seen, batch="DCC.all/7")) == "DCC.all/7"


@pytest.mark.parametrize(
    ("importer", "gas", "batch", "scope"),
    [
        ("NWND", "EEXX", "mine+secret@5.3d/0", "NWND.mine"),
        ("NWND", "EEXX", "mine+/4", "NWND.mine"),
        ("EEXX", "NWND", "DCC.secret+mine@5/2", "NWND.mine"),
        ("EEXX", "NWND", "secret+@5/2", "NWND"),
        ("NWND", "NWND", "NWND.mine/3", "NWND.mine/3"),
        (None, "NWND", "NWND/3", "NWND/3"),
        ("NWND", "EEXX", "DCC.all/3", "DCC.all/3"),
        # What is not of its making it may not count by: another's, or one of which nobody knows whose it is.
        ("NWND", None, "EEXX.secret/3", None),
        ("NWND", None, "secret+mine@5/3", None),
        ("NWND", "EEXX", "a+secret+b/3", None),
        ("NWND", "EEXX", "B-7", None),
    ],
)
def test_a_supplier_counts_by_its_own_part_of_a_batch(
    importer: str | None, gas: str | None, batch: str, scope: str | None
) -> None:
    """NF7: what the second Supplier calls its rules, and which of them made the batch, plays no part."""
    hub = hub_of(importer=importer, gas=gas)
    seen = Seen(
        seq=1, id="e", at=START, type="hub_lost_wan", private=False, guid=hub.guid, batch=batch, known=known(hub)
    )
    rule = _rule(per="batch")
    (own,) = compiled(file_of(rule)).triggers
    assert scope_of(own, seen) == scope
    for owner in ("DCC", "CSP:North"):
        (trigger,) = compiled(file_of(rule, owner=owner)).triggers
        assert scope_of(trigger, seen) == batch


def scope_of(trigger: CompiledTrigger, seen: Seen) -> str | None:
    arrival = arrival_at(trigger, seen)
    return None if arrival is None else arrival.key


def test_without_a_release_what_is_the_releases_is_missing() -> None:
    without = told(_rule(when="release.id is missing and not firmware_version < release.firmware_version"))
    assert without.see("hub_lost_wan")
    assert without.see("hub_lost_wan", release="R-2")  # nobody knows it
    assert not told(_rule(when="firmware_version < release.firmware_version")).see("hub_lost_wan")
    assert told(_rule(when="firmware_version < release.firmware_version")).see("hub_lost_wan", release="R-1")
    assert not told(_rule(when="event.at < cutoff")).see("hub_lost_wan")
    assert told(_rule(when='not (release.kind == "sec_release" or csp_region == "South")')).see("hub_lost_wan")


def test_today_is_known_without_a_release() -> None:
    assert told(_rule(when="today == 2026-03-02")).see("hub_lost_wan")


def test_today_is_the_day_on_which_an_event_comes() -> None:
    run = told(_rule(when="today == 2026-03-09"))
    late = evolve(run.known, at=START + timedelta(days=7))
    assert not run.see("hub_lost_wan")
    assert run.see("hub_lost_wan", known=late)


MODELS = 'applies_to: {device_models: ["5431*", "433100AC"]}\n'
OTHER_MODELS = 'applies_to: {device_models: ["5431*", "AAAAAAAA"]}\n'


def test_a_file_about_some_models_sees_their_hubs_alone() -> None:
    assert told(_rule(), before=MODELS).see("hub_lost_wan")
    assert not told(_rule(), before=OTHER_MODELS).see("hub_lost_wan")


def test_an_event_about_no_hub_lies_in_a_files_scope_unless_it_or_its_release_says_otherwise() -> None:
    rule = _rule(on="phase_opened", when="event.at is not missing", per="release")
    opened: dict[str, Any] = {"guid": None, "release": "R-1", "phase": "mass"}
    assert told(rule, before=MODELS).see("phase_opened", **opened)
    assert not told(rule, before=OTHER_MODELS).see("phase_opened", **opened)
    assert told(rule, before=OTHER_MODELS, release=False).see("phase_opened", **opened)
    assert not told(rule, before=MODELS).see("phase_opened", **opened, device_model="00000000")
    role = "applies_to: {role: gas}\n"
    assert told(rule, before=role).see("phase_opened", **opened)
    assert not told(_rule(), before=role).see("hub_lost_wan")  # this hub's gas Supplier is another


def test_an_event_that_no_step_takes_does_not_arrive() -> None:
    (trigger,) = compiled(file_of(_rule(when='csp_region == "South"'))).triggers
    seen = Seen(seq=1, id="e", at=START, type="hub_lost_wan", private=False, guid=HUB.guid, known=known(HUB))
    assert arrival_at(trigger, seen) is None
    assert arrival_at(trigger, evolve(seen, type="tick")) is None


def test_a_condition_with_a_release_is_judged_as_in_a_plan() -> None:
    assert context().release["id"] == "R-1"
    run = told(_rule(when='release.severity >= "high" and my.score is missing'))
    assert run.see("hub_lost_wan", release="R-1")
