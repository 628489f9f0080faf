"""The demonstration: a million hubs, twenty Suppliers, a plan, its proof and three explanations."""
