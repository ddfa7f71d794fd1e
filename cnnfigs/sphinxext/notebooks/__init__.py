"""The pages as notebooks to download."""
