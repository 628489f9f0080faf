"""The hub of a test: whose it is follows from the role that is given, and from `split`."""

from typing import cast

from attrs import frozen

from chfw_core.model.guid import Guid
from chfw_core.model.hubs import CommsHub, PrivateAttributes, SmiStatus
from chfw_core.model.parties import CSP_PREFIX, Party, SupplierRole
from chfw_core.reports.trials.model import Fields
from chfw_core.reports.trials.values import is_private
from chfw_core.rules.problems.problem import Problems
from chfw_core.rules.vocabulary.fields import HUB_FIELDS, MY_PREFIX, is_operator, is_visible

THE_OTHER = Party("another Supplier")
"""Stands for a second Supplier, of which no rule of a Supplier can know more than that there is one."""
_NOBODY = Party("a Supplier")
_BOTH = "both"


@frozen(kw_only=True)
class FittedHub:
    """A hub, and whether its other Supplier has instructed."""

    hub: CommsHub
    other_instructed: bool


def fit_hub(given: Fields, owner: str, models: object, problems: Problems) -> FittedHub | None:
    """The hub, or None with a problem. `models`: the release's device models, in order."""
    values = given.values
    hidden = [spec.name for spec in HUB_FIELDS if spec.name in values and not is_visible(spec, owner)]
    for name in hidden:
        problems.add("E102", given.place(name), f"the field `{name}` is not visible to a Supplier")
    suppliers = _of_operator(given, owner, problems) if is_operator(owner) else _of_supplier(given, owner, problems)
    if suppliers is None or hidden:
        return None
    first = models[0] if isinstance(models, tuple) and models else None
    region = owner.removeprefix(CSP_PREFIX) if owner.startswith(CSP_PREFIX) else "Unknown"
    private = {name.removeprefix(MY_PREFIX): value for name, value in values.items() if is_private(name)}
    hub = CommsHub(
        guid=cast(Guid, values.get("guid", 0)),
        csp_region=str(values.get("csp_region", region)),
        # An estate always has these two; in a test, what was left out is missing to every rule.
        device_model=cast(str, values.get("device_model", first)),
        firmware_version=cast(str, values.get("firmware_version")),
        manufacturer=cast("str | None", values.get("manufacturer")),
        configuration_set=cast("str | None", values.get("configuration_set")),
        installed_on=values.get("installed_on"),  # type: ignore[arg-type]
        smi_status=SmiStatus(str(values.get("smi_status", SmiStatus.COMMISSIONED))),
        import_supplier=suppliers[0],
        gas_supplier=suppliers[1],
        flags=cast("frozenset[str]", values.get("flags", frozenset())),
        han_device_types=cast("frozenset[str]", values.get("han_device_types", frozenset())),
        private={owner: PrivateAttributes(values=private)},
    )
    return FittedHub(hub=hub, other_instructed=values.get("other_supplier_instructed") is True)


Pair = tuple[Party | None, Party | None]


def _of_supplier(given: Fields, owner: str, problems: Problems) -> Pair | None:
    """The owner in its role; beside it another one where the hub is split."""
    values = given.values
    split = values.get("split") is True
    role = values.get("my_role", SupplierRole.IMPORT.value if split else _BOTH)
    if split and role == _BOTH:
        hint = "`my_role` is then `import` or `gas`"
        problems.add("E505", given.place("my_role"), "a split hub has two Suppliers, each in one role", hint=hint)
        return None
    if values.get("other_supplier_instructed") is True and not split:
        what = "there is no other Supplier who could have instructed"
        problems.add("E505", given.place("other_supplier_instructed"), what, hint="add `split: true`")
        return None
    own, other = Party(owner), THE_OTHER if split else None
    if role == _BOTH:
        return (own, own)
    return (own, other) if role == SupplierRole.IMPORT else (other, own)


def _of_operator(given: Fields, owner: str, problems: Problems) -> Pair | None:
    """The Suppliers as given; where only `split` is, somebody."""
    values, before = given.values, len(problems.found)
    for name in ("my_role", "other_supplier_instructed"):
        if name in values:
            problems.add("E505", given.place(name), f"{owner} is no Supplier of a hub", hint=f"leave out `{name}`")
    named = [cast("Party | None", values.get(name)) for name in ("import_supplier", "gas_supplier")]
    split = values.get("split")
    if split is True:
        named = [named[0] or _NOBODY, named[1] or THE_OTHER]
    two = None not in named and named[0] != named[1]
    if split is not None and split is not two:
        what = "the two Suppliers say otherwise" if None not in named else "one Supplier makes no split hub"
        problems.add("E505", given.place("split"), what)
    return (named[0], named[1]) if len(problems.found) == before else None
