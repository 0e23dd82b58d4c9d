"""Test data, made by room."""
