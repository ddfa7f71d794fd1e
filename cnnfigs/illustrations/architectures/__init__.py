"""Whole networks, layer by layer."""
