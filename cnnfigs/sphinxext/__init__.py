"""The Sphinx side of the tutorial, a room for each thing that is made of pages."""
