"""The Sphinx side of the tutorial: maths, assets, and pages that run again when what they show has changed."""
