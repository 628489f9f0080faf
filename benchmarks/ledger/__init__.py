"""`python -m benchmarks.ledger`: how quickly the ledger takes whole estates, and answers about them.

Every item stands beside its floor, taken in the same run on the same database: for what writes, the bare rows put
into a bare copy of the table; for what reads, one look-up by primary key. Nothing fails by its time.
"""
