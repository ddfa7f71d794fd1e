"""The teacher's kit: what a lecturer takes along from each page, made from the built site and the illustrations.

``nox -s kit`` makes it: for each page a zip of its figures, slides, and its exercises as quiz files and as worksheets.
"""
