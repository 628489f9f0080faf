"""How parties reach a roll-out: one port, whatever carries the messages (TR5).

A transport brings in what parties say, as commands, and takes out what they are told, as messages. What is
decided is decided behind it, so that every transport gives the same answer to the same words.
"""
