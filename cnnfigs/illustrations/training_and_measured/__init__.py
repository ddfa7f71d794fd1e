"""Training, errors, and what experiments measured."""
