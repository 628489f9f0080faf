"""CS2, BR5.6, BR5.7: outcomes, silence, verification against the SMI, and the activation alert."""
