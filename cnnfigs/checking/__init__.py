"""The checker for authors: what is wrong with sources, pages and pictures, in plain words with file and line."""
