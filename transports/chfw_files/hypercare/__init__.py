"""Spreadsheets that people kept before there was a transport, made into lists that chfw reads (TR4).

`cells` reads what is in one cell, `finding` looks for the header and the columns, `mapping` keeps what was found in
a file that can be checked and used again, `importing` makes the lists, and says of every cell that it cannot use
where it is.
"""
