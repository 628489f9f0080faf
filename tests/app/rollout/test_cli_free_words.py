"""NF7: the DCC's free words reach every Supplier, so they name none of them unless the DCC insists."""

import pytest
from sqlalchemy import select

from chfw_app.rollout.opening import open_ledger
from chfw_app.stores.tables import entry, hub
from tests.app.rollout.test_cli import World, estate, world

__all__ = ["estate", "world"]


def _entries(world: World) -> int:
    with open_ledger(str(world.store)) as store, store.read() as connection:
        return len(connection.execute(select(entry.c.seq)).all())


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (["suspend", "--reason", "meters of BRKW lost"], "reason"),
        (["move-date", "--to", "2026-09-01", "--reason", "for brkw's sake"], "reason"),
        (["revoke", "--reason", "BRKW: a defect"], "reason"),
        (["dcc-only", "--consultation", "asked by BRKW"], "consultation"),
        (["note", "--url", "https://example.org/BRKW/1", "--version", "1"], "url"),
    ],
    ids=lambda words: words[0] if isinstance(words, list) else words,
)
def test_words_that_name_a_supplier_are_not_sent_unasked(world: World, words: list[str], option: str) -> None:
    world.notified()
    before = _entries(world)
    ran = world.rollout(*words, "--release", "CH-1")
    assert (ran.code, ran.problems) == (1, [f"error: --{option} names `BRKW`, and Suppliers are told these words"])
    assert "leave the name out, or give --yes" in ran.err
    assert _entries(world) == before
    insisted = world.rollout(*words, "--release", "CH-1", "--yes")
    assert insisted.code == 0
    assert f"note: --{option} names `BRKW`" in insisted.err
    assert _entries(world) > before


def test_the_reason_for_single_hubs_is_looked_at_too(world: World) -> None:
    world.notified()
    guid = world.hubs(hub.c.import_supplier == "NWND")[0]
    ran = world.rollout("hold", "--release", "CH-1", "--guid", guid, "--reason", "BRKW asked for it")
    assert ran.problems == ["error: --reason names `BRKW`, and Suppliers are told these words"]


def test_the_panels_word_is_looked_at_too(world: World) -> None:
    world.notified()
    for words in (
        ["raise-incident", "--as", "NWND", "--incident", "I-1", "--description", "meters lost"],
        ["triage", "--incident", "I-1", "--outcome", "proceed", "--reason", "mended"],
    ):
        world.done(words[0], "--release", "CH-1", *words[1:])
    ran = world.rollout("confirm", "--release", "CH-1", "--incident", "I-1", "--commentary", "as BRKW says")
    assert ran.problems == ["error: --commentary names `BRKW`, and Suppliers are told these words"]


def test_what_the_dcc_and_the_panel_say_to_each_other_may_name_a_supplier(world: World) -> None:
    # BR6.3: why an outcome is proposed goes to the Panel, and why it is rejected to the DCC.
    world.notified()
    raised = ["--as", "NWND", "--incident", "I-1", "--description", "meters lost"]
    world.done("raise-incident", "--release", "CH-1", *raised)
    world.done("triage", "--release", "CH-1", "--incident", "I-1", "--outcome", "pause", "--reason", "as NWND says")
    words = ["--incident", "I-1", "--commentary", "BRKW is not affected", "--reject"]
    assert world.rollout("confirm", "--release", "CH-1", *words).code == 0


def test_a_release_that_is_not_there_is_refused_as_ever(world: World) -> None:
    world.notified()
    ran = world.rollout("note", "--release", "CH-9", "--url", "https://example.org/BRKW", "--version", "1")
    assert "unknown_release" in ran.out
