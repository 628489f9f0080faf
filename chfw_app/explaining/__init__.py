"""The `story` of one hub: `locate` and `guid_index` find it among millions; `day_loads` are the days that were full."""
