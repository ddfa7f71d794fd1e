"""Predict, then check."""
