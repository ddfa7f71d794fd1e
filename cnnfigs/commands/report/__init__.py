"""A report on a reader's own Keras model: each module has a section's words and its pictures."""
