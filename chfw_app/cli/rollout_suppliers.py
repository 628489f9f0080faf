"""`chfw rollout change-supplier`: what the registration systems say of changes of Supplier (CS3)."""

from datetime import date
from typing import Annotated

from cyclopts import Parameter

from chfw_app.cli.options import Flag
from chfw_app.cli.rollout_acting import act_on_hubs
from chfw_app.cli.rollout_options import ActOptions, HubOptions
from chfw_core.errors import InputError
from chfw_core.model.parties import Party, SupplierRole
from chfw_core.rollout.gate import may_give
from chfw_core.rollout.suppliers.commands import ChangeStep


def change_supplier(
    step: Annotated[ChangeStep, Parameter(name="STEP")],
    /,
    *,
    release: str,
    role: SupplierRole,
    effective: str,
    leaves: str | None = None,
    joins: str | None = None,
    vacant: Flag = False,
    hubs: HubOptions | None = None,
    options: ActOptions | None = None,
) -> int:
    """Take a change of Supplier of these hubs: announced, cancelled or completed (CS3).

    Parameters
    ----------
    step
        announced, cancelled or completed.
    release
        The id of the release.
    role
        import or gas.
    effective
        The day on which the role passes on.
    leaves
        The Supplier that had it.
    joins
        The Supplier that gets it. One that no release has hubs of is asked about, or needs --yes.
    vacant
        Nobody gets it: the role stays empty.
    hubs
        Which hubs.
    options
        Who acts, and where.
    """
    from chfw_app.cli.rollout_plan import day_of
    from chfw_app.cli.rollout_words import check_joins
    from chfw_core.rollout.suppliers.commands import (
        AnnounceSupplierChange,
        CancelSupplierChange,
        CompleteSupplierChange,
    )

    options, named = options or ActOptions(), hubs or HubOptions()
    day: date = day_of(effective)
    if step is ChangeStep.CANCELLED:
        return act_on_hubs(options, CancelSupplierChange, release, named, role=role, effective=day)
    if joins is None and not vacant:
        raise InputError(
            "who gets the role is missing", hint="give `--joins PARTY`, or `--vacant` where nobody gets the role"
        )
    if joins is not None and vacant:
        raise InputError(f"a role that `{joins}` gets is not vacant", hint="give one of `--joins` and `--vacant`")
    kind = AnnounceSupplierChange if step is ChangeStep.ANNOUNCED else CompleteSupplierChange
    if joins is not None and may_give(options.by(kind), kind):  # NF7: it is asked by the names of all Suppliers
        check_joins(options, joins)
    return act_on_hubs(
        options,
        kind,
        release,
        named,
        role=role,
        effective=day,
        leaves=None if leaves is None else Party(leaves),
        joins=None if joins is None else Party(joins),
    )
