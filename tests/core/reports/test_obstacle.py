"""NF1: of a hub that got no day the story begins with what is in the way, and names whose act that is."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from chfw_core.engines.flow import solve_flow
from chfw_core.engines.reference import plan_reference
from chfw_core.model.parties import DCC
from chfw_core.model.periods import Period
from chfw_core.model.releases import Blackout
from chfw_core.model.windows import Windows
from chfw_core.planning.model import HubStatus
from chfw_core.reports.explain import explain_hub
from chfw_core.reports.story import Explanation
from chfw_core.rules.model import Always, BatchSpec, Duration, UntilDate
from chfw_core.testing.worlds import AUTOMATIC, A, B, Draft, decide, exclude, features, hold, on, window

AT = 26
"""A hub of A (import) and B (gas) in North, eligible."""
NORTH = "CSP:North"
SLOW, SOON = (BatchSpec(size=1, pause=Duration(days=days)) for days in (60, 1))


def story(draft: Draft, at: int = AT, reader: str | None = None, *, scheduled: bool = True) -> Explanation:
    world = draft.world()
    row = plan_reference(*world, solve_flow).rows[at]
    assert row.status is HubStatus.INFEASIBLE, row
    found = explain_hub(world[0], world[1][at], world[2], row if scheduled else None, reader)
    assert not found.other
    return found


def lines(found: Explanation, title: str) -> tuple[str, ...]:
    return next((section.lines for section in found.sections if section.title == title), ())


def because(found: Explanation) -> Any:
    resolution = found.facts["resolution"]
    assert isinstance(resolution, dict)
    return resolution["no_day_because"]


def march(**windows: Windows) -> Draft:
    """Both Suppliers instruct for Monday to Thursday of a week in March, with these windows."""
    draft = Draft()
    for party in (A, B):
        rule = decide("ours", opens=on(date(2026, 3, 2)), closes=on(date(2026, 3, 5)), windows=windows.get(party))
        draft.add(party, decides=(rule,))
    return draft


def test_a_black_out_comes_before_a_suppliers_exclude_rule() -> None:
    draft = Draft()
    draft.add(A, excludes=(exclude("vulnerable-not-early", Always()),))
    draft.release(blackouts=(Blackout(opens=AUTOMATIC - timedelta(days=4), closes=AUTOMATIC + timedelta(days=67)),))
    named = "the black-out from 2026-07-01T08:00:00Z to 2026-09-10T08:00:00Z"
    for reader in (None, A):
        found = story(draft, reader=reader)
        acts, changes = lines(found, "missing acts"), lines(found, "what would change it")
        assert acts[0] == f"the DCC: to lift or shorten {named}"
        assert acts[1].startswith(
            "none of ALFA's: the exclude rule `vulnerable-not-early` keeps the hub from an earlier"
        )
        assert changes[:2] == (f"{named} lifted or shortened", "the DCC: a longer `mass_period` of the release")
        assert "black-out 2026-07-01T08:00:00Z to 2026-09-10T08:00:00Z" in lines(found, "resolution")
        assert because(found)["causes"] == [["blackouts"]]
        assert because(found)["text"] in lines(found, "outcome")[-1]


def test_each_sides_windows_are_told_with_their_hours_to_those_whose_they_are() -> None:
    """NF7: a Supplier reads its own and its CSP's."""
    draft = march(**{A: window("weekends", "56", 10, 16), B: window("tuesdays", "1", 22, 5)})
    draft.add(NORTH, region_windows=window("csp-days", "0123456", 0, 24))
    everything = "\n".join(story(draft).lines())
    assert "  in its window `weekends` (sat, sun 10:00-16:00)" in everything
    assert "  in its window `tuesdays` (tue 22:00-05:00)" in everything
    assert "  CSP:North's window `csp-days` (mon, tue, wed, thu, fri, sat, sun 00:00-24:00)" in everything
    mine = "\n".join(story(draft, reader=A).lines())
    assert "weekends" in mine
    assert "csp-days" in mine
    assert "tuesdays" not in mine
    facts: Any = story(draft, reader=A).facts
    told = facts["suppliers"][0]["decision"]["windows"]
    assert told == [{"window": "weekends", "days": ["sat", "sun"], "between": "10:00-16:00", "not_on": []}]
    assert [one["window"] for one in facts["resolution"]["csp_windows"]] == ["csp-days"]
    assert "windows" not in facts["dcc"]


def test_windows_without_an_occurrence_are_whose_they_are() -> None:
    """Of two that do not meet those of the later one apply: of A, which has no weekend in the period."""
    draft = march(**{A: window("weekends", "56", 10, 16)})
    found = story(draft)
    words = "ALFA: windows that leave a time in the period"
    assert words in lines(found, "missing acts")
    assert lines(found, "what would change it")[0] == "windows that leave a time in the period"
    assert because(found)["causes"] == [["windows"]]
    assert words in lines(story(draft, reader=A), "missing acts")
    others = lines(story(draft, reader=B), "missing acts")
    assert "whoever has set windows for it: windows that leave a time in the period" in others


def test_the_windows_of_a_csp() -> None:
    draft = march(**{A: window("days", "0123", 10, 16)})
    draft.add(NORTH, region_windows=window("csp-weekends", "56", 10, 16))
    for reader in (None, A):
        found = story(draft, reader=reader)
        assert lines(found, "missing acts")[0] == "CSP:North: windows that leave a time in the period"
        assert because(found)["causes"] == [["csp_windows"]]
        assert because(found)["text"].startswith("the windows of CSP:North leave no time")


def test_a_period_that_is_over() -> None:
    draft = Draft()
    draft.inputs = evolve(draft.inputs, as_of=AUTOMATIC + timedelta(days=40))
    found = story(draft, scheduled=False)
    assert "is over by 2026-08-15, the first day of this plan" in lines(found, "resolution")[-1]
    assert lines(found, "missing acts")[0].startswith("the DCC: a period that is not over")
    assert because(found)["causes"] == [["period_over"]]


def test_a_hold_of_the_dcc_that_outlasts_the_period() -> None:
    draft = march()
    draft.add(DCC, holds=(hold("wait", Always(), UntilDate(date=on(date(2026, 3, 20)))),))
    found = story(draft, reader=A)
    assert because(found)["causes"] == [["dcc_hold"]]
    assert because(found)["text"].startswith("the DCC's hold outlasts its period")
    assert lines(found, "missing acts")[0] == "the DCC: to end its hold `wait` before 2026-03-06T00:00:00Z"


def test_a_time_in_which_it_is_left_alone() -> None:
    """CS4: in London days; at what time it begins can be the other Supplier's event (NF7)."""
    draft = march()
    hub = draft.hubs[AT]
    week = Period(opens=datetime(2026, 3, 1, tzinfo=UTC), closes=datetime(2026, 3, 9, tzinfo=UTC))
    draft.inputs = evolve(draft.inputs, protected={hub.guid: (week,)})
    alone = story(draft, reader=A)
    words = "the time on 2026-03-02 to 2026-03-05 in which it is left alone"
    assert lines(alone, "missing acts")[0] == f"whoever asked for it: an end of {words}"
    assert lines(alone, "what would change it")[0] == f"an end of {words}"


def test_a_freeze_is_nobodys_act() -> None:
    draft = Draft()
    draft.release(mass_period_days=1)
    draft.tell("change_of_supplier_started", guid=draft.hubs[AT].guid, role="import", effective=str(AUTOMATIC.date()))
    found = story(draft)
    assert because(found)["causes"] == [["freeze"]]
    assert "the freeze of 2026-07-05 to 2026-07-06 for a change of Supplier leaves none" in because(found)["text"]
    assert lines(found, "what would change it")[0] == "a change of Supplier on another day, or none"
    assert not any("freeze" in act for act in lines(found, "missing acts"))


def test_capacity_is_named_before_rules() -> None:
    """And a mass period that is longer."""
    draft = Draft()
    features()["capacity in the mass period"](draft)
    draft.release(capacity={"North": 0, "Central": 0})
    found = story(draft)
    assert because(found)["causes"] == [["capacity"]]
    assert "too many" in because(found)["text"]
    assert lines(found, "missing acts")[0] == "the DCC: more capacity for North on its possible days"
    changes = lines(found, "what would change it")
    assert changes[:3] == (
        "the DCC: more capacity for North on its possible days",
        "a rule that gives it a higher priority: then another hub is left out",
        "the DCC: a longer `mass_period` of the release",
    )
    mine = story(draft, reader=A)
    assert because(mine)["text"] == "capacity: that of North does not suffice on its possible days"
    assert because(mine)["causes"] == [["capacity"]]


def late_batch(*terms: BatchSpec | None, ids: tuple[str, str] = ("ours", "theirs")) -> tuple[Draft, int]:
    """Hubs of A and B of which one's batch opens after their period; and the place of such a hub of both."""
    draft = Draft()
    week: dict[str, Any] = {"opens": on(date(2026, 3, 2)), "closes": on(date(2026, 3, 5))}
    for party, rule, batch in zip((A, B), ids, terms, strict=True):
        draft.add(party, decides=(decide(rule, batch=batch, **week),))
    world = draft.world()
    rows = plan_reference(*world, solve_flow).rows
    both = (at for at, hub in enumerate(world[1]) if (hub.import_supplier, hub.gas_supplier) == (A, B))
    return draft, next(at for at in both if rows[at].status is HubStatus.INFEASIBLE)


@pytest.mark.parametrize(
    ("terms", "acts"),
    [
        (
            (SLOW, SLOW),
            (
                "ALFA: larger batches, or a shorter pause between them",
                "BRVO: larger batches, or a shorter pause between them",
            ),
        ),
        ((SLOW, None), ("ALFA: larger batches, or a shorter pause between them",)),
        ((evolve(SLOW, size=2), SOON), ("BRVO: larger batches", "ALFA: a shorter pause between them")),
    ],
)
def test_of_a_batch_that_opens_after_the_period_the_dcc_reads_who_sets_its_size_and_its_pause(
    terms: tuple[BatchSpec | None, ...], acts: tuple[str, ...]
) -> None:
    """BR3.7, NF1."""
    found = story(*late_batch(*terms))
    assert because(found)["causes"] == [["batch"]]
    assert because(found)["text"].startswith("batch `ours+theirs@")
    assert lines(found, "missing acts")[: len(acts)] == acts
    assert "larger batches, or a shorter pause between them" in lines(found, "what would change it")


def test_of_a_planned_hub_the_dcc_reads_who_sets_its_batches() -> None:
    draft, at = late_batch(evolve(SLOW, size=2), SOON)
    world = draft.world()
    rows = plan_reference(*world, solve_flow).rows
    pair = world[1][at].suppliers
    first = next(
        n
        for n, row in enumerate(rows)
        if row.status is HubStatus.PLANNED and row.batch_id and world[1][n].suppliers == pair
    )
    found = explain_hub(world[0], world[1][first], world[2], rows[first], DCC)
    assert lines(found, "outcome")[-3:-1] == ("batch ours+theirs@1.60d/0", "  size: BRVO; pause: ALFA")
    assert found.facts["outcome"]["batch_set_by"] == {"size": [B], "pause": [A]}  # type: ignore[index]
    mine = explain_hub(world[0], world[1][first], world[2], rows[first], A)
    assert "batch" not in str(mine.facts["outcome"]) + str(lines(mine, "outcome"))


def test_where_other_hubs_bind_its_batches_nobody_is_named() -> None:
    draft = Draft()
    week: dict[str, Any] = {"opens": on(date(2026, 3, 2)), "closes": on(date(2026, 3, 5))}
    draft.add(A, decides=(decide("ours", batch=evolve(SLOW, size=9), **week),))
    draft.add("CSP:Central", region_batch=SLOW)
    world = draft.world()
    rows = plan_reference(*world, solve_flow).rows
    alone = (at for at, hub in enumerate(world[1]) if hub.suppliers.parties == (A,) and hub.csp_region == "North")
    at = next(at for at in alone if rows[at].status is HubStatus.INFEASIBLE)
    assert lines(story(draft, at), "missing acts") == (
        "whoever sets its batches: larger batches, or a shorter pause between them",
    )


@pytest.mark.parametrize("reader", [A, B])
def test_a_supplier_reads_nothing_of_a_batch_that_the_second_ones_rules_make(reader: str) -> None:
    """NF7: only the second Supplier's rules are changed, their ids and their batches."""
    own, told = int(reader == B), []
    for theirs, slow in (("theirs", SLOW), ("secret", SLOW), ("secret", evolve(SLOW, pause=Duration(days=41)))):
        ids, terms = [theirs, theirs], [slow, slow]
        ids[own], terms[own] = "ours", evolve(SLOW, size=9)
        draft, at = late_batch(*terms, ids=(ids[0], ids[1]))
        found = story(draft, at, reader)
        told.append((at, found.facts, found.sections))
        assert because(found)["text"] == "its batch opens too late for its period"
    assert told[0] == told[1] == told[2]


def test_a_planned_hub_has_nothing_in_its_way() -> None:
    draft = march()
    world = draft.world()
    row = plan_reference(*world, solve_flow).rows[AT]
    assert row.status is HubStatus.PLANNED
    assert because(explain_hub(world[0], world[1][AT], world[2], row, None)) is None


def test_what_a_change_of_supplier_makes_of_the_decision_is_told_to_who_decided() -> None:
    """CS3: the Supplier that leaves reads its own sentence, as the row has it."""
    draft = march()
    hub = draft.hubs[AT]
    draft.tell("change_of_supplier_started", guid=hub.guid, role="import", effective="2026-03-03")
    world = draft.world()
    row = plan_reference(*world, solve_flow).rows[AT]
    found = explain_hub(world[0], hub, world[2], row, A)
    said = next(line for line in lines(found, f"{A} (import)") if line.startswith("for a change of Supplier: "))
    assert said.removeprefix("for a change of Supplier: ") in row.reason
    facts: Any = found.facts
    assert facts["suppliers"][0]["decision"]["after_change"] in row.reason
    assert "  for a change of Supplier: " not in explain_hub(world[0], hub, world[2], row, B).lines()
    assert "  for a change of Supplier: " in "\n".join(found.lines())
