"""Flags that events raise (RU5): the last word on a flag and a hub counts, and a Supplier's own are its own (NF7)."""

from typing import Any

from chfw_core.planning.raised_flags import RaisedFlags, raised_flags
from chfw_core.testing.worlds import A, B, Draft

HUB: dict[str, Any] = {"csp_region": "North", "device_model": "433100AC", "configuration_set": None}
Told = tuple[str, int, dict[str, Any]]
GUID = 7


def raised(*told: Told) -> RaisedFlags:
    draft = Draft()
    for kind, day, fields in told:
        draft.tell(kind, day=day, **fields)
    found = draft.inputs
    return raised_flags(found.events, release=found.release.id, as_of=found.as_of)


def test_the_last_word_on_a_flag_counts() -> None:
    up: Told = ("defect_flagged", 2, {"flag": "defect", "guid": GUID})
    down: Told = ("flag_cleared", 3, {"flag": "defect", "guid": GUID})
    assert raised(up).of(HUB.get, GUID) == {"defect"}
    assert raised(up, down).of(HUB.get, GUID) == frozenset()
    assert raised(down, up).of(HUB.get, GUID) == frozenset()  # by time, not by their order
    assert raised(up, down, ("defect_flagged", 4, {"flag": "defect", "guid": GUID})).of(HUB.get, GUID) == {"defect"}
    assert raised(up, ("flag_cleared", 3, {"flag": "another", "guid": GUID})).of(HUB.get, GUID) == {"defect"}


def test_another_hub_bears_nothing() -> None:
    found = raised(("defect_flagged", 2, {"flag": "defect", "guid": GUID}))
    assert found.of(HUB.get, GUID + 1) == frozenset()
    assert found.of(HUB.get, None) == frozenset()
    assert (found.guids, found.fields) == (frozenset({GUID}), ())


def test_a_class_of_hubs_is_flagged_and_one_of_them_cleared() -> None:
    """RU5: "defect in triage" is about a device; a hub that was looked at may go."""
    found = raised(
        ("defect_flagged", 2, {"flag": "defect", "device_model": "433100ac"}),
        ("flag_cleared", 3, {"flag": "defect", "guid": GUID}),
    )
    assert found.of(HUB.get, None) == {"defect"}
    assert found.of({**HUB, "device_model": "54311F52"}.get, None) == frozenset()
    assert found.of(HUB.get, GUID) == frozenset()
    assert found.fields == ("device_model",)


def test_what_a_supplier_flags_its_own_rules_alone_see() -> None:
    """NF7, I8."""
    mine: Told = ("defect_flagged", 2, {"flag": "defect", "guid": GUID, "party": A})
    found = raised(mine)
    assert found.of(HUB.get, GUID, A) == {"defect"}
    assert found.of(HUB.get, GUID) == found.of(HUB.get, GUID, B) == frozenset()
    assert (found.owners, found.is_public) == ((A,), False)
    # The DCC's word is for all, another Supplier's for nobody else.
    assert raised(mine, ("flag_cleared", 3, {"flag": "defect", "guid": GUID, "party": B})).of(HUB.get, GUID, A)
    assert not raised(mine, ("flag_cleared", 3, {"flag": "defect", "guid": GUID})).of(HUB.get, GUID, A)


def test_what_is_later_or_of_another_release_is_not_there() -> None:
    assert not raised(("defect_flagged", 400, {"flag": "defect", "guid": GUID})).of(HUB.get, GUID)
    assert not raised(("defect_flagged", 2, {"flag": "defect", "guid": GUID, "release": "other"})).of(HUB.get, GUID)
