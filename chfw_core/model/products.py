"""The Central Products List: which firmware of which device model may be on the network.

(maker, model and hardware, firmware) is not unique on the real list: a combination can be listed
more than once, and one image serves several models. So look-ups answer with all entries, and a
combination is Current where any of its entries is.
"""

from collections.abc import Iterable
from enum import StrEnum

from attrs import field, frozen


class CplStatus(StrEnum):
    """Entries are never deleted, only Removed."""

    CURRENT = "Current"
    REMOVED = "Removed"


@frozen(kw_only=True)
class CplEntry:
    """One entry: `device_model` = model and hardware, 8 hex digits; `image_hash` may be missing."""

    number: int
    status: CplStatus
    device_type: str
    manufacturer: str
    device_model: str
    firmware_version: str
    image_hash: str | None = None


def _as_tuple(entries: Iterable[CplEntry]) -> tuple[CplEntry, ...]:
    return tuple(entries)


@frozen
class CentralProductsList:
    """The entries of the list in order of number; `upgrade_paths` says which image may follow which.

    `upgrade_paths[(device_model, firmware_version)]` = the versions from which it may be applied
    (SEC MP231). Where the list does not say, the combination is absent.
    """

    entries: tuple[CplEntry, ...] = field(converter=_as_tuple)
    upgrade_paths: "dict[tuple[str, str], tuple[str, ...]]" = field(factory=dict)

    def find(self, device_model: str, firmware_version: str) -> tuple[CplEntry, ...]:
        """Every entry of that model and version, of whatever status."""
        return tuple(
            entry
            for entry in self.entries
            if entry.device_model == device_model and entry.firmware_version == firmware_version
        )

    def is_current(self, device_model: str, firmware_version: str) -> bool:
        """G6: at least one entry of the combination is Current."""
        return any(e.status is CplStatus.CURRENT for e in self.find(device_model, firmware_version))


def of_type(entries: Iterable[CplEntry], device_type: str) -> tuple[CplEntry, ...]:
    """The entries of one device type, such as `Communications Hub`."""
    return tuple(entry for entry in entries if entry.device_type == device_type)
