"""The blocks of a rule file: one module for each, from records to checked rules."""
