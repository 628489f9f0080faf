"""Transports at work: found by their entry points, pumped in and out of a ledger."""
