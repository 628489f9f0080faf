"""Writes `chfw_rulesets/bank_holidays.json`: the calendar that plans use, stored so that it stays.

A library's calendar changes between its versions; a stored plan must not. Run by hand when a new
day is proclaimed (`python rulesets/make_bank_holidays.py`), then read the difference. The file
names the version that made it.
"""

import json
from importlib.metadata import version
from pathlib import Path

import holidays

YEARS = range(2016, 2031)
DIVISIONS = {
    "england_and_wales": ("ENG", "WLS"),
    "scotland": ("SCT",),
    "northern_ireland": ("NIR",),
}
OUT = Path(__file__).parent / "chfw_rulesets" / "bank_holidays.json"


def bank_holidays() -> dict[str, list[str]]:
    """Days by division, in order; a division with several parts has the days of all of them."""
    days = {}
    for division, parts in DIVISIONS.items():
        found = {day for part in parts for day in holidays.country_holidays("GB", subdiv=part, years=YEARS)}
        days[division] = sorted(day.isoformat() for day in found)
    return days


def main() -> None:
    """Write the file."""
    content = {
        "made_with": f"holidays {version('holidays')}",
        "from": YEARS.start,
        "to": YEARS.stop - 1,
        "days": bank_holidays(),
    }
    OUT.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
