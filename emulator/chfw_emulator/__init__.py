"""The emulator: estates and the parties around them, the same for the same seed."""
