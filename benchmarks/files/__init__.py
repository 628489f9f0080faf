"""Tables in and out, with all that is judged of them, beside what reads and writes the bare format (TR4)."""
