"""What inputs say that nothing can use: `telling`, of `idle` ones, of `estates` (`estate_search`), `release_names`."""
