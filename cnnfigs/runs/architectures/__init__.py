"""Whole networks, layer by layer; the runs."""
