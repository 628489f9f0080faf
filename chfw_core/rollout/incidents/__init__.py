"""BR6: incidents, suspension, triage, and the decision that the Panel confirms."""
