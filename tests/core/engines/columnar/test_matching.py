"""How hubs are matched: what is told apart, and that the number of threads makes no difference."""

from datetime import date

import pytest
from attrs import evolve

from chfw_core.engines.columnar import MemoryEstate
from chfw_core.engines.columnar.classify import Classifier
from chfw_core.engines.columnar.load import load_estate
from chfw_core.engines.columnar.steps import meanwhile
from chfw_core.engines.columnar.world import World, build_world, gather_rules
from chfw_core.rules.model import UntilDate, UntilFlagCleared
from chfw_core.testing.worlds import A, Draft, exclude, flagged, hold, is_, on


def matched(draft: Draft, threads: int = 1) -> World:
    """The world of a draft, once its hubs are matched."""
    inputs, hubs, _ = draft.world()
    rules = gather_rules(inputs)
    axes = load_estate(MemoryEstate(hubs, chunk=50), rules.layout, threads, lambda share: None)
    world = build_world(inputs, rules, axes, threads)
    Classifier(world, threads).run(lambda share: None)
    return world


def matches_of(world: World) -> int:
    """How many matches the Supplier A has."""
    return next(len(who.known) for who in world.suppliers.speakers if who.owner == A)


def test_a_match_minds_what_its_own_rules_read_alone() -> None:
    """A hold that reads whether a hub bears a flag does not tell regions apart, though an exclude rule reads them."""
    draft = Draft()
    until = UntilFlagCleared(flag="defect_triage", at_latest=on(date(2026, 5, 1)))
    draft.add(A, holds=(hold("triage", flagged("defect_triage", "psr"), until),))
    assert matches_of(matched(draft)) == 3  # neither flag, the one that is awaited, the other one
    draft.add(A, excludes=(exclude("not-there", is_("csp_region", "North")),))
    assert matches_of(matched(draft)) == 4  # and those that are excluded


def test_a_date_is_told_apart_where_a_rule_that_counts_reads_it() -> None:
    draft = Draft()
    draft.add(A, holds=(hold("new", flagged("psr"), UntilDate(date=on("installed_on", 90))),))
    days = {hub.installed_on for hub in draft.hubs if "psr" in hub.flags}
    assert matches_of(matched(draft)) == 1 + len(days)
    draft.hubs = tuple(evolve(hub, flags=frozenset()) for hub in draft.hubs)
    assert matches_of(matched(draft)) == 1


def test_any_number_of_threads_finds_the_same_matches() -> None:
    draft = Draft()
    draft.add(A, holds=(hold("new", flagged("psr"), UntilDate(date=on("installed_on", 90))),))
    one, several = matched(draft), matched(draft, threads=3)
    assert (one.suppliers.match_of == several.suppliers.match_of).all()
    assert one.suppliers.counts().tolist() == several.suppliers.counts().tolist()


@pytest.mark.parametrize("threads", [1, 2])
def test_what_is_done_meanwhile_is_there_afterwards(threads: int) -> None:
    order = []

    def work() -> str:
        order.append("work")
        return "done"

    with meanwhile(work, threads) as found:
        assert threads > 1 or order == ["work"]
    assert found() == "done"
    assert order == ["work"]


@pytest.mark.parametrize("threads", [1, 2])
def test_what_fails_meanwhile_is_told(threads: int) -> None:
    def work() -> None:
        raise ValueError("no")

    def all_of_it() -> None:
        with meanwhile(work, threads) as found:
            pass
        found()

    with pytest.raises(ValueError, match="no"):
        all_of_it()
