"""If this, then that (RU2-RU7): events from outside, rule files in force, and what triggers write down, in a ledger."""
