"""Builders of values that many tests need."""
