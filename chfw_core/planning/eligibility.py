"""Which hubs a release is for (design 2, G6), and what another hub would need first.

Five questions in a fixed order; the first that fails is the reason. The answer depends on the
device model, the version and the SMI status alone, so that a columnar engine asks once for each
combination of the three.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import frozen

from chfw_core.model.hubs import SmiStatus
from chfw_core.model.products import CentralProductsList, CplStatus
from chfw_core.model.releases import FirmwareRelease

if TYPE_CHECKING:
    pass


@frozen(kw_only=True)
class UpgradeGraph:
    """Which version may follow which, per device model: `upgrade_path` walks it.

    `allowed[model]` = the versions to which the release may be applied; a model that is not in it
    takes the release on any version. `steps[model]` = pairs (from, to) known from the CPL.
    """

    target: str
    allowed: Mapping[str, tuple[str, ...]]
    steps: Mapping[str, tuple[tuple[str, str], ...]]

    def permits(self, device_model: str, firmware_version: str) -> bool:
        """Whether the release may be applied to this version."""
        return firmware_version in self.allowed.get(device_model, (firmware_version,))


def upgrade_graph(release: FirmwareRelease, cpl: CentralProductsList | None) -> UpgradeGraph:
    """The permitted steps: the release's `upgrade_from`, and the CPL's paths where it has them."""
    target = release.firmware_version
    paths = {} if cpl is None else cpl.upgrade_paths
    allowed: dict[str, tuple[str, ...]] = {}
    for model in release.device_models:
        listed = paths.get((model, target))
        if release.upgrade_from is not None:
            known = listed is None
            allowed[model] = tuple(v for v in release.upgrade_from if known or v in (listed or ()))
        elif listed is not None:
            allowed[model] = tuple(listed)
    removed = _removed(cpl)
    steps: dict[str, list[tuple[str, str]]] = {
        model: [(version, target) for version in versions] for model, versions in allowed.items()
    }
    for (model, version), earlier in paths.items():
        # G6: nobody can be sent to a version that the list has removed.
        if model in steps and version != target and (model, version) not in removed:
            steps[model] += [(before, version) for before in earlier]
    return UpgradeGraph(
        target=target,
        allowed=allowed,
        steps={model: tuple(sorted(pairs)) for model, pairs in steps.items()},
    )


def _removed(cpl: CentralProductsList | None) -> frozenset[tuple[str, str]]:
    """The combinations that are listed, but nowhere as Current."""
    entries = () if cpl is None else cpl.entries
    listed = {(e.device_model, e.firmware_version) for e in entries}
    current = {(e.device_model, e.firmware_version) for e in entries if e.status is CplStatus.CURRENT}
    return frozenset(listed - current)


def upgrade_path(graph: UpgradeGraph, device_model: str, firmware_version: str) -> tuple[str, ...] | None:
    """The shortest permitted way from a version to the release, both included; None if unknown.

    Of several as short, the first in order of text.
    """
    if graph.permits(device_model, firmware_version):
        return (firmware_version, graph.target)
    import networkx as nx

    steps: nx.DiGraph[str] = nx.DiGraph(graph.steps[device_model])
    if firmware_version not in steps or not nx.has_path(steps, firmware_version, graph.target):
        return None
    return tuple(min(nx.all_shortest_paths(steps, firmware_version, graph.target)))


def not_current(device_model: str, firmware_version: str) -> str:
    """G6: why no hub of the model may get the version."""
    return f"{firmware_version} is not Current on the CPL for device model {device_model}"


def runs_already(firmware_version: str) -> str:
    """Why a hub that has the version does not get it."""
    return f"already runs {firmware_version}"


def is_by_version(reason: str, firmware_version: str) -> bool:
    """Whether only its version keeps a hub from the release: it may get there yet, unlike one that runs it already."""
    return reason != runs_already(firmware_version) and not reason.startswith((_OTHER_MODEL, _OTHER_STATUS))


_OTHER_MODEL = "the release is not for device model"
_OTHER_STATUS = "SMI status is"


def ineligible_reason(
    device_model: str,
    firmware_version: str,
    smi_status: SmiStatus,
    release: FirmwareRelease,
    cpl: CentralProductsList | None,
    graph: UpgradeGraph,
) -> str | None:
    """Why the release is not for such a hub, or None where it is.

    Where no path to it is known, the first higher version from which it may be applied is named.
    """
    target = release.firmware_version
    if device_model not in release.device_models:
        return f"{_OTHER_MODEL} {device_model}"
    if firmware_version == target:
        return runs_already(target)
    if smi_status is not SmiStatus.COMMISSIONED:
        return f"{_OTHER_STATUS} {smi_status.value}, not {SmiStatus.COMMISSIONED.value}"
    if cpl is not None and not cpl.is_current(device_model, target):
        return not_current(device_model, target)  # G6
    if graph.permits(device_model, firmware_version):
        return None
    path = upgrade_path(graph, device_model, firmware_version)
    known = graph.allowed[device_model] or release.upgrade_from or ()
    if not known:
        return f"no version of device model {device_model} may take {target}"
    higher = (version for version in known if version > firmware_version)
    first = path[1] if path else next(higher, None)  # nobody is sent to a lower version
    return f"no permitted path from {firmware_version} is known" if first is None else f"needs {first} first"
