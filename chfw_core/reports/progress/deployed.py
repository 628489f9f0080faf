"""PR1, PR3: deployed products with counts: a Supplier's own, the whole industry's for the DCC alone."""

from collections.abc import Mapping

from attrs import frozen


@frozen(kw_only=True, order=True)
class Product:
    """What runs on a hub, as the inventory shows it. Empty text where it does not say."""

    device_model: str = ""
    firmware_version: str = ""
    configuration_set: str = ""


@frozen(kw_only=True)
class Deployed:
    """A product, on how many hubs it runs, and which part of all those are (0 to 1): a slice of the pie."""

    product: Product
    hubs: int
    share: float


def deployed(counts: Mapping[Product, int]) -> tuple[Deployed, ...]:
    """The slices, the largest first."""
    total = sum(counts.values())
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return tuple(Deployed(product=product, hubs=hubs, share=hubs / total) for product, hubs in ordered if hubs)
