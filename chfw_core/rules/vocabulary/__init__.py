"""The words of the language: `fields` of hubs, `event_fields`, and what editors say of them (`words`)."""
