"""Revisions. Each says what the tables were then; none is changed once it has been released."""
