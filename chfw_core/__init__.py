"""chfw: plan and verify firmware roll-outs to Communications Hubs.

The core is pure: values in, values out. It reads no clock, no file and no network.
Importing this package loads attrs alone; heavier parts load where they are used.
"""

from chfw_core.model.guid import Guid, format_guid, parse_guid

__all__ = ["Guid", "format_guid", "parse_guid"]
