"""Dynamixel X-series servos."""
