"""Servos on a serial bus: what the kinds have in common."""
