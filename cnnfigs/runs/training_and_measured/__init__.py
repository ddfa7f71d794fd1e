"""Training, errors, and what experiments measured; the runs."""
