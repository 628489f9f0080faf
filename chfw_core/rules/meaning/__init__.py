"""What a condition means: `evaluate` for one hub, by `values`; its `leaves`; `explain` which of them held."""
