"""A driver for Sutura from another package."""
