"""`chfw rollout instruct` and `withdraw`: what Suppliers say of their hubs (BR3, BR5.1, BR5.2)."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from chfw_app.cli.rollout_acting import act_all, act_on_hubs
from chfw_app.cli.rollout_options import ActOptions, HubOptions, opened
from chfw_core.consent.model import InstructionGroup
from chfw_core.errors import InputError
from chfw_core.model.parties import SupplierRole


def instruct(
    file: Annotated[Path | None, Parameter(name="FILE")] = None,
    /,
    *,
    release: str,
    role: SupplierRole | None = None,
    opens: str | None = None,
    closes: str | None = None,
    window: str | None = None,
    group: InstructionGroup | None = None,
    hubs: HubOptions | None = None,
    options: ActOptions | None = None,
) -> int:
    """Instruct an earlier activation: from a file of instructions, or these hubs in one period (BR3.1, BR3.7).

    Parameters
    ----------
    file
        Instructions and withdrawals: .parquet, .csv, .jsonl or .xlsx. Those of other Suppliers than --as names are
        refused.
    release
        The id of the release.
    role
        import or gas; a Supplier in both roles may name either.
    opens
        The first day, or an instant.
    closes
        The last day, or an instant.
    window
        The hours of the week in which they may be activated, such as "mon-fri 10:00-16:00"; every hour without it.
    group
        pilot or safe-launch.
    hubs
        Which hubs.
    options
        Who acts, and where.
    """
    from chfw_core.model.periods import parse_instant, parse_period_end
    from chfw_core.rollout.instructing.commands import Instruct

    options, named = options or ActOptions(), hubs or HubOptions()
    if file is not None:
        if (named.guids, named.guid, role, opens, closes, window, group) != (None, (), None, None, None, None, None):
            raise InputError(
                "the file says all of it", hint="give FILE alone, or the hubs with --role, --opens, --closes"
            )
        return _from_file(options, file, release)
    missing = [name for name, given in (("--role", role), ("--opens", opens), ("--closes", closes)) if given is None]
    if role is None or opens is None or closes is None:
        raise InputError(f"without a file of instructions {', '.join(missing)} must be given")
    return act_on_hubs(
        options,
        Instruct,
        release,
        named,
        role=role,
        opens=parse_instant(opens),
        closes=parse_period_end(closes),
        window=window,
        group=group,
    )


def withdraw(
    file: Annotated[Path | None, Parameter(name="FILE")] = None,
    /,
    *,
    release: str,
    role: SupplierRole | None = None,
    rule: str | None = None,
    hubs: HubOptions | None = None,
    options: ActOptions | None = None,
) -> int:
    """Take instructions back: by a file whose rows say `withdraw`, or for these hubs.

    Parameters
    ----------
    file
        Instructions and withdrawals: .parquet, .csv, .jsonl or .xlsx.
    release
        The id of the release.
    role
        import or gas; a Supplier in both roles may name either.
    rule
        Only what this rule instructed; the Supplier's rules may then instruct again.
    hubs
        Which hubs.
    options
        Who acts, and where.
    """
    from chfw_core.rollout.instructing.commands import WithdrawInstructions

    options = options or ActOptions()
    if file is not None:
        if rule is not None:
            raise InputError("the file says all of it", hint="its column `rule` names the rule")
        return _from_file(options, file, release, withdrawals_only=True)
    if role is None:
        raise InputError("without a file of instructions --role must be given")
    return act_on_hubs(options, WithdrawInstructions, release, hubs or HubOptions(), role=role, rule=rule)


def _from_file(options: ActOptions, file: Path, release: str, *, withdrawals_only: bool = False) -> int:
    from chfw_core.rollout.instructing.commands import Instruct
    from chfw_files.documents.commands_in import key_of, read_instructions

    read = read_instructions(file, release, options.key or key_of(file, "instructions", release), options.by(Instruct))
    if withdrawals_only and any(isinstance(command, Instruct) for command in read.commands):
        raise InputError(f"`{file}` has rows that instruct", hint="`chfw rollout instruct` takes both kinds of rows")
    with opened(options) as service:
        return act_all(options, service, read.commands, read.set_aside, remarks=read.remarks)
