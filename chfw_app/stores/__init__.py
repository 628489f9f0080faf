"""Stores: the ledger of the roll-outs, what follows from it, and what is to be sent, in SQLite or PostgreSQL.

`open.open_store(url)` gives a `store.Store`. `store.write()` is one transaction that holds the ledger's
head; `store.read()` a snapshot; `writer.Writer` runs many units of work and commits them together.
Nothing here reads a clock: times are arguments. Differences between the two databases lie in `dialects`.
"""
