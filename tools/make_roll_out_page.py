"""Writes docs/reference/roll-out.md from the tables of the roll-out; a test holds the two equal."""

from pathlib import Path

from chfw_core.reports.roll_out_page import PAGE, page

(Path(__file__).parents[1] / PAGE).write_text(page(), encoding="utf-8")
