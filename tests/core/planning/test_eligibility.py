"""Which hubs a release is for: the five questions in their order, and the way for the others."""

from itertools import product
from typing import Any

import pytest

from chfw_core.model.hubs import SmiStatus
from chfw_core.model.products import CentralProductsList, CplEntry, CplStatus
from chfw_core.planning.eligibility import ineligible_reason, upgrade_graph, upgrade_path
from chfw_core.testing.worlds import MODEL, VERSION, release

V1, V2, V3, V4 = "0A000001", "0B000002", "0C000003", "0D000004"
Paths = dict[tuple[str, str], tuple[str, ...]]


def cpl(paths: Paths | None = None, statuses: dict[str, str] | None = None) -> CentralProductsList:
    entries: Any = tuple(
        CplEntry(
            number=at,
            status=CplStatus(status),
            device_type="Communications Hub",
            manufacturer="106C",
            device_model=MODEL,
            firmware_version=version,
        )
        for at, (version, status) in enumerate({VERSION: "Current", **(statuses or {})}.items())
    )
    return CentralProductsList(entries=entries, upgrade_paths=paths or {})


def reason(
    version: str = V1,
    *,
    model: str = MODEL,
    status: SmiStatus = SmiStatus.COMMISSIONED,
    upgrade_from: tuple[str, ...] | None = None,
    products: CentralProductsList | None = None,
) -> str | None:
    rel = release(upgrade_from=upgrade_from)
    graph = upgrade_graph(rel, products)
    return ineligible_reason(model, version, status, rel, products, graph)


def test_the_first_condition_that_fails_is_the_reason() -> None:
    """Every combination of the five: the order of the specification."""
    removed = cpl(None, {VERSION: "Removed"})
    expected = {
        "model": "the release is not for device model 54311F52",
        "version": f"already runs {VERSION}",
        "status": "SMI status is Suspended, not Commissioned",
        "cpl": f"{VERSION} is not Current on the CPL for device model {MODEL}",
        "path": f"needs {V2} first",
    }
    for failing in product((False, True), repeat=len(expected)):
        fails = dict(zip(expected, failing, strict=True))
        if fails["version"] and fails["path"]:
            continue  # a hub on the release's version needs no path to it
        found = reason(
            VERSION if fails["version"] else V1,
            model="54311F52" if fails["model"] else MODEL,
            status=SmiStatus.SUSPENDED if fails["status"] else SmiStatus.COMMISSIONED,
            upgrade_from=(V2,) if fails["path"] else None,
            products=removed if fails["cpl"] else None,
        )
        assert found == next((text for key, text in expected.items() if fails[key]), None)


@pytest.mark.parametrize("status", list(SmiStatus))
def test_only_a_commissioned_hub(status: SmiStatus) -> None:
    assert (reason(status=status) is None) is (status is SmiStatus.COMMISSIONED)


def test_a_combination_is_current_where_any_of_its_entries_is() -> None:
    """G6: the list has some combinations more than once."""
    entries: Any = (*cpl().entries, *cpl(None, {VERSION: "Removed"}).entries)
    both = CentralProductsList(entries=entries)
    assert reason(products=both) is None
    assert reason(products=CentralProductsList(entries=())) is not None


@pytest.mark.parametrize(
    ("upgrade_from", "paths", "version", "expected"),
    [
        (None, {}, V1, None),
        ((V1,), {}, V1, None),
        ((V2, V3), {}, V1, f"needs {V2} first"),
        (None, {(MODEL, VERSION): (V3,)}, V3, None),
        (None, {(MODEL, VERSION): (V3,)}, V1, f"needs {V3} first"),
        (None, {(MODEL, VERSION): (V3,), (MODEL, V3): (V2,)}, V2, f"needs {V3} first"),
        (None, {(MODEL, VERSION): (V3,), (MODEL, V3): (V2,), (MODEL, V2): (V1,)}, V1, f"needs {V2} first"),
        # The shortest way, and of two as short the first in order of text.
        (
            None,
            {(MODEL, VERSION): (V3, V4), (MODEL, V3): (V1, V2), (MODEL, V4): (V1,)},
            V1,
            f"needs {V3} first",
        ),
        # Both the release and the list must allow it.
        ((V2,), {(MODEL, VERSION): (V3,)}, V3, f"no permitted path from {V3} is known"),
        ((V2, V3), {(MODEL, VERSION): (V3,)}, V2, f"needs {V3} first"),
        # Another model's paths say nothing of this one.
        (None, {("54311F52", VERSION): (V3,)}, V1, None),
        (None, {(MODEL, VERSION): ()}, V1, f"no version of device model {MODEL} may take {VERSION}"),
        ((), {}, V1, f"no version of device model {MODEL} may take {VERSION}"),
    ],
)
def test_the_version_must_be_one_to_which_the_release_may_be_applied(
    upgrade_from: tuple[str, ...] | None, paths: Paths, version: str, expected: str | None
) -> None:
    assert reason(version, upgrade_from=upgrade_from, products=cpl(paths)) == expected


def test_no_hub_is_sent_to_a_version_that_the_list_has_removed() -> None:
    """G6."""
    paths: Paths = {(MODEL, VERSION): (V3,), (MODEL, V3): (V2, V4), (MODEL, V4): (V1,), (MODEL, V2): (V1,)}
    listed = {V2: "Removed", V4: "Current", V3: "Current"}
    assert reason(V1, products=cpl(paths, listed)) == f"needs {V4} first"


def test_the_whole_path_is_told() -> None:
    paths: Paths = {(MODEL, VERSION): (V3,), (MODEL, V3): (V2,), (MODEL, V2): (V1,)}
    graph = upgrade_graph(release(), cpl(paths))
    assert upgrade_path(graph, MODEL, V1) == (V1, V2, V3, VERSION)
    assert upgrade_path(graph, MODEL, V3) == (V3, VERSION)
    assert upgrade_path(graph, MODEL, V4) is None
    cut_off = upgrade_graph(release(), cpl({(MODEL, VERSION): (V3,), (MODEL, V2): (V1,)}))
    assert upgrade_path(cut_off, MODEL, V1) is None
