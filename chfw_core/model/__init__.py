"""The words of the Smart Energy Code as values: hubs, periods, products, parties, releases."""
