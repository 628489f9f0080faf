"""PR2, PR3, RU2: the estate moving from one product to another, week by week, and the industry beside it in shares.

A Supplier's industry is all hubs that it does not answer for. So neither its own hubs, nor who else answers for
them, show in it (NF7). It is in whole percent, never in volumes (PR3), and a product is named only where enough
Parties run it.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from attrs import frozen

OTHER = "(other)"
UNKNOWN = "(unknown)"


class TrendBy(StrEnum):
    """By what hubs are counted."""

    FIRMWARE_VERSION = "firmware_version"
    CONFIGURATION_SET = "configuration_set"
    DEVICE_MODEL = "device_model"


@frozen(kw_only=True)
class Week:
    """The end of a week that begins on a London Monday. `hubs`: the reader's, by product.

    `industry`: percent by product, None where too few Parties are in it, or the reader has the volumes (the DCC).
    """

    monday: date
    hubs: Mapping[str, int]
    industry: Mapping[str, int] | None


def disclosed_shares(
    hubs: Mapping[str, int], parties: Mapping[str, int], all_parties: int, minimum: int
) -> Mapping[str, int] | None:
    """The shares that may be shown, in whole percent, the largest first and the rest together as OTHER.

    `parties`: on whose hubs a product runs, counted; `all_parties`: on whose hubs any does. None where those are
    fewer than `minimum`. Products of no hub are not named.
    """
    total = sum(hubs.values())
    if not total or all_parties < minimum:
        return None
    shown = {name: count for name, count in hubs.items() if count and parties.get(name, 0) >= minimum}
    ordered = sorted(shown.items(), key=lambda one: (-one[1], one[0]))
    shares = {name: _percent(count, total) for name, count in ordered}
    rest = total - sum(shown.values())
    return shares | {OTHER: _percent(rest, total)} if rest else shares


def _percent(part: int, whole: int) -> int:
    return (200 * part + whole) // (2 * whole)
