"""The stock nodes; each is loaded by name when a topology asks for it."""
