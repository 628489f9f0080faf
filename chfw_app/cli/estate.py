"""`chfw estate generate` and `chfw estate check`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from chfw_app.cli.options import Flag
from chfw_app.cli.output import counted, print_json, progress, say, show_causes, show_table
from chfw_app.exits import Exit
from chfw_app.inputs.estates import EstateCounts, count_estate, write_generated
from chfw_files.tables.causes import Causes

SHOWN = 10


def generate(
    *,
    hubs: int,
    seed: int,
    out: Path,
    suppliers: int = 20,
    split_share: float = 0.15,
    shuffle: Flag = False,
    json: Flag = False,
) -> int:
    """Make an estate: real device models, invented Suppliers, the same for the same seed.

    Parameters
    ----------
    hubs
        How many.
    seed
        Which estate: a whole number.
    out
        Where to write it: .parquet, .csv, .jsonl or .xlsx.
    suppliers
        How many Suppliers.
    split_share
        The share of hubs with two Suppliers (an assumption).
    shuffle
        Rows in another order than that of the GUIDs.
    json
        Print one object.
    """
    with progress() as report:
        rows = write_generated(
            out, hubs=hubs, seed=seed, suppliers=suppliers, split_share=split_share, shuffle=shuffle, report=report
        )
    if json:
        print_json({"estate": str(out), "hubs": rows, "seed": seed})
    else:
        say(f"{counted(rows, 'hub')} in {out}")
    return Exit.DONE


def check(estate: Annotated[Path, Parameter(name="F")], /, *, json: Flag = False) -> int:
    """Say what an estate holds, which of its rows cannot be used, and which of its flags look like slips.

    Parameters
    ----------
    estate
        The estate: .parquet, .csv, .jsonl or .xlsx.
    json
        Print one object.
    """
    with progress() as report:
        found = count_estate(estate, report=report)
    if json:
        print_json(found.as_object())
    else:
        _show(estate, found)
    return Exit.FINDINGS if found.bad_rows or found.remarks else Exit.DONE


def _show(estate: Path, found: EstateCounts) -> None:
    say(f"{estate}: {counted(found.hubs, 'hub')}")
    for title, column, counts in (*((t, c, found.counts.get(c, {})) for t, c in _SHOWN_COLUMNS), _flags(found)):
        rows = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        more = f"and {len(rows) - SHOWN} more" if len(rows) > SHOWN else ""
        show_table(title, (column, "hubs"), [(name or "(none)", count) for name, count in rows[:SHOWN]], note=more)
    for name in found.ignored_columns:
        say(f"the column `{name}` is not one of an estate's: it is not read")
    for remark in found.remarks:
        say(remark)
    if found.bad_rows:
        causes = Causes()
        causes.add(found.bad_rows)
        show_causes(len(found.bad_rows), causes.ranked())
        bad = [(row.line, row.guid_text, row.column, row.reason) for row in found.bad_rows[:SHOWN]]
        more = f"and {len(found.bad_rows) - SHOWN:,} more; a plan lists all of them beside its schedule"
        show_table(
            f"{counted(len(found.bad_rows), 'bad row')}, set aside in a plan",
            ("line", "guid", "column", "reason"),
            bad,
            note=more if len(found.bad_rows) > SHOWN else "",
        )


def _flags(found: EstateCounts) -> tuple[str, str, dict[str, int]]:
    return "Flags", "flag", found.flags


_SHOWN_COLUMNS = (
    ("CSP regions", "csp_region"),
    ("Device models", "device_model"),
    ("Firmware", "firmware_version"),
    ("Status in the Smart Metering Inventory", "smi_status"),
    ("Import Suppliers", "import_supplier"),
    ("Gas Suppliers", "gas_supplier"),
)
