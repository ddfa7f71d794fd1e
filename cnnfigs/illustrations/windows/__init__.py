"""Windows that slide over an input: where they stand, how large what comes out is, and what they see."""
