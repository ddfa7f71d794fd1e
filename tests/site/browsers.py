"""The browser that the tests drive: the same that prints the PDF."""

from cnnfigs.sphinxext.browsers import find_browser

__all__ = ["find_browser"]
