"""A release file for the readers of inputs, where the ledger has the release: it takes the file's place afterwards."""

import json

from chfw_core.model.periods import format_instant
from chfw_core.model.releases import FirmwareRelease


def stand_in(firmware: FirmwareRelease) -> str:
    """The least that such a file may say."""
    return json.dumps(
        {
            "release": "v1",
            "id": firmware.id,
            "device_models": list(firmware.device_models),
            "firmware_version": firmware.firmware_version,
            "notified_at": format_instant(firmware.notified_at),
        }
    )
