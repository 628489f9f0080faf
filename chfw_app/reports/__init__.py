"""Reports of a roll-out from a store: one snapshot for each, and for a Supplier its own rows alone (BR3.3, NF7)."""
