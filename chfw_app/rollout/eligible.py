"""The hubs of an estate that a release is for, as classes of a notice: by the plan's own eligibility (BR1.4, G6)."""

from collections import Counter
from pathlib import Path

from attrs import frozen

from chfw_app.rollout.overlaying import KnownHubs, Overlay
from chfw_app.steps import Report
from chfw_core.model.guid_list import GuidList
from chfw_core.model.hubs import SmiStatus
from chfw_core.model.products import CentralProductsList
from chfw_core.model.releases import FirmwareRelease
from chfw_core.planning.eligibility import ineligible_reason, upgrade_graph
from chfw_core.rollout.notice.commands import HubClass
from chfw_files.documents.alike import alike

_COLUMNS = (
    "guid",
    "csp_region",
    "device_model",
    "firmware_version",
    "configuration_set",
    "smi_status",
    "import_supplier",
    "gas_supplier",
)


@frozen(kw_only=True)
class Eligible:
    """`classes`: hubs that are alike. `left_out`: how many hubs are not eligible, by reason.

    `bad_rows`: rows of the estate that cannot be read or repeat a GUID, with line and reason. `remarks`: of how many
    hubs the ledger knows something else than the estate says.
    """

    classes: tuple[HubClass, ...]
    left_out: dict[str, int]
    bad_rows: tuple[str, ...]
    remarks: tuple[str, ...] = ()

    @property
    def hubs(self) -> int:
        """How many are eligible."""
        return sum(len(one.guids) for one in self.classes)


def eligible_hubs(
    estate: Path,
    firmware: FirmwareRelease,
    cpl: CentralProductsList | None,
    report: Report,
    *,
    everything: bool = False,
    known: KnownHubs | None = None,
) -> Eligible:
    """Reads an estate. `everything`: all of its hubs, as alerts alone need them (BR5.7).

    `known`: hubs as other releases have them, which counts for more than what the estate says of them.

    Raises InputError for an estate that cannot be read.
    """
    import pyarrow as pa

    from chfw_files.documents.estate import open_estate

    found = open_estate(estate, columns=_COLUMNS)
    overlay = None if known is None else Overlay(known=known)
    report("reading the estate", 0.0)
    found.set_aside_repeated()
    batches = []
    for index in range(found.chunk_count):
        batch = found.read(index)
        batches.append(batch if overlay is None else overlay.over(batch))
        report("reading the estate", (index + 1) / found.chunk_count)
    table = pa.Table.from_batches(batches)
    graph = upgrade_graph(firmware, cpl)
    left_out: Counter[str] = Counter()
    taken: dict[tuple[str | None, ...], list[GuidList]] = {}
    for key, guids in alike(table, _COLUMNS[1:]):
        region, model, version, configuration, smi_status, *suppliers = (
            None if value is None else str(value) for value in key
        )
        reason = None
        if not everything:
            status = SmiStatus(smi_status or SmiStatus.COMMISSIONED)
            reason = ineligible_reason(model or "", version or "", status, firmware, cpl, graph)
        if reason is None:
            taken.setdefault((region, model, version, configuration, *suppliers), []).append(guids)
        else:
            left_out[reason] += len(guids)
    return Eligible(
        classes=tuple(_class(key, lists) for key, lists in sorted(taken.items(), key=lambda item: str(item[0]))),
        left_out=dict(sorted(left_out.items())),
        bad_rows=tuple(f"line {row.line}: {row.reason}" for row in found.quarantine),
        remarks=() if overlay is None else overlay.words(estate),
    )


def _class(key: tuple[str | None, ...], lists: list[GuidList]) -> HubClass:
    region, model, version, configuration, import_supplier, gas_supplier = key
    guids = lists[0] if len(lists) == 1 else GuidList.joined(lists)
    return HubClass(
        region=region or "",
        firmware_version=version or "",
        device_model=model,
        configuration_set=configuration,
        import_supplier=import_supplier,  # type: ignore[arg-type]  # a Party is a text
        gas_supplier=gas_supplier,  # type: ignore[arg-type]
        guids=guids,
    )
