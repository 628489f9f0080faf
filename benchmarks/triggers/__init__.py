"""Triggers timed: the automaton and durable_rules side by side, beside the bare loop over the events."""
