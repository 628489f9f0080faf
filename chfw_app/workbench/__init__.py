"""What rule authors work with.

`analysis` (`z3_prover`), `formatting`, `templates` and `tests` of rule files; `one_owner` and `previewing` set one
owner's files over its own hubs; `code_pages` explain codes.
"""
