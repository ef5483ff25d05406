"""Benchmarks: run from the repository, never shipped, never asserted in a test."""
