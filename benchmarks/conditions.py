"""Conditions as Suppliers write them, drawn in a fixed way: wide enough that every rule decides for some hubs."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from chfw_core.rules.model import And, Condition, Duration, Leaf, LeafOp, Not, Or
from chfw_core.testing.worlds import flagged, is_, leaf
from chfw_emulator.products import CONFIGURATION_SETS, HAN_SHARES, MAKERS, WANTED_SETS

MODELS = tuple(sorted({model.device_model for maker in MAKERS for model in maker.models}))
VERSIONS = tuple(sorted({version for maker in MAKERS for model in maker.models for version in model.versions}))
REGIONS = tuple(sorted({region for maker in MAKERS for region, _ in maker.regions}))
SETS = tuple(f"CS-{number + 1:04d}" for number in range(CONFIGURATION_SETS))


def draw_condition(draw: Random) -> Condition:
    """Two or three comparisons together; one time in four, one of two such."""
    first = _together(draw)
    return Or(items=(first, _together(draw))) if draw.random() < 0.25 else first


def draw_narrow_condition(draw: Random) -> Condition:
    """For what is to concern few hubs: a flag, and one more comparison."""
    return And(items=(flagged(draw.choice(("medical", "psr"))), _draw_leaf(draw)))


def draw_sets(draw: Random, count: int) -> Leaf:
    """So many configuration sets, a common one among them."""
    return leaf("configuration_set", LeafOp.IN, *sorted({*draw.sample(SETS, count), draw.choice(WANTED_SETS)}))


def installed_lately(days: int) -> Leaf:
    """Installed within the last so many days."""
    return leaf("installed_on", LeafOp.WITHIN_LAST, Duration(days=days))


def _together(draw: Random) -> And:
    return And(items=tuple(_draw_item(draw) for _ in range(draw.choice((2, 2, 3)))))


def _draw_item(draw: Random) -> Condition:
    found = _draw_leaf(draw)
    return Not(item=found) if draw.random() < 0.15 else found


def _draw_leaf(draw: Random) -> Leaf:
    match draw.choice(("set", "set", "model", "version", "region", "maker", "flag", "han", "age", "between", "split")):
        case "set":
            return draw_sets(draw, draw.randint(30, 100))
        case "model":
            return leaf("device_model", LeafOp.IN, *_some(draw, MODELS))
        case "version":
            return leaf("firmware_version", LeafOp.IN, *_some(draw, VERSIONS))
        case "region":
            return leaf("csp_region", LeafOp.IN, *_some(draw, REGIONS))
        case "maker":
            return leaf("manufacturer", LeafOp.NE, draw.choice(MAKERS).cpl_id)
        case "flag":
            return flagged(draw.choice(("psr", "medical")), "prepay")
        case "han":
            return leaf("han_device_types", LeafOp.HAS_ALL, *draw.sample([name for name, _ in HAN_SHARES[1:]], 1))
        case "age":
            return leaf("installed_on", LeafOp.GE, date(2017, 6, 1) + timedelta(days=draw.randrange(1_200)))
        case "between":
            first = date(2017, 1, 1) + timedelta(days=draw.randrange(700))
            return leaf("installed_on", LeafOp.BETWEEN, first, first + timedelta(days=draw.randint(500, 1_500)))
        case _:
            return is_("split", draw.random() < 0.1)


def _some(draw: Random, values: Sequence[str]) -> list[str]:
    """Between a third and two thirds of them."""
    return sorted(draw.sample(values, draw.randint(len(values) // 3, 2 * len(values) // 3)))
