"""What holds for every table, whatever its format.

Declared tables are `typed`, short ones `small_tables`; `few_rows` are rows by their numbers. Rows that are set aside go
to `quarantine` with their `causes`, files that cannot be read are `unreadable`; `writing` chooses the format by name.
"""
