"""The reference page of the roll-out says what its tables say."""

from pathlib import Path

from chfw_core.reports.roll_out_page import PAGE, page
from chfw_core.rollout.commands import COMMANDS
from chfw_core.rollout.states import HubState

ROOT = Path(__file__).parents[3]


def test_the_page_is_the_one_that_is_drawn_from_the_tables() -> None:
    """`python tools/make_roll_out_page.py` writes it anew."""
    assert (ROOT / PAGE).read_text(encoding="utf-8") == page()


def test_every_command_and_state_is_on_it() -> None:
    text = page()
    assert all(f"`{kind.__name__}`" in text for kind in COMMANDS)
    assert all(f"    {state} --> " in text or f" --> {state}: " in text for state in HubState)
