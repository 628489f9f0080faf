"""RU2-RU7: what triggers hear of a roll-out, and what becomes of what they write down."""
