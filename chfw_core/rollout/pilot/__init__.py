"""BR2: the pilot, its approvals, lists, progress and verdicts, and the approval of the mass roll-out."""
