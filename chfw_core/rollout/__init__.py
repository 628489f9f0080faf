"""The roll-out: from notice to verified activation, as values (BR1–BR6).

`decide(roll_out, command, at)` says what follows from a command, `evolve(roll_out, event)` what an event
makes of the roll-out, `react(before, event, after)` who is told. All three are pure; a ledger keeps the events.
"""
