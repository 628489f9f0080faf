"""The service that runs roll-outs on a ledger: load what a command needs, decide, append, project, tell.

`service.RollOutService` is its face; what it answers is a `receipts.Receipt`. One command is one unit of
work of the store's writer: all of it is committed, or nothing is.
"""
