"""CS3: changes of Supplier, one hub at a time or a whole portfolio at once."""
