"""BR1: notice, release notes, date, revocation, participation and preconditions (G6, G7, G9)."""
